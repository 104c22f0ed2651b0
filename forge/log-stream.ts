// A log from a server, byte by byte as it lies there: a cut connection is taken up again where it broke.
import { AppError } from '../store/errors.ts';
import type { ApiRequest, ForgeHttp, OpenAnswer } from './http.ts';
import { notJson } from './http-failure.ts';

/** chosen: each resume must bring bytes; a line that breaks five times in one log is no line. */
const MAX_RESUMES = 5;

/** Asked once per opened answer; throws when it is not the log that was meant. */
export type CheckAnswer = (answer: OpenAnswer) => void;

/** Yields the log's bytes. PROVIDER_UNAVAILABLE in the middle means that it is cut: what came before stands. */
export async function* readLog(
  http: ForgeHttp,
  request: ApiRequest,
  { signal, check }: { readonly signal: AbortSignal; readonly check?: CheckAnswer },
): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for (let resumes = 0; ; resumes++) {
    const answer = await http.open(logRequest(request, sizeBytes), signal);
    try {
      refusePage(answer, http, request);
      check?.(answer);
      if (sizeBytes > 0) checkContinues(answer, sizeBytes, request);
    } catch (error) {
      await answer.close();
      throw error;
    }
    const before = sizeBytes;
    try {
      for await (const chunk of answer.chunks) {
        sizeBytes += chunk.byteLength;
        yield chunk;
      }
      return;
    } catch (error) {
      const mayResume = error instanceof AppError && error.code === 'PROVIDER_UNAVAILABLE';
      if (!mayResume || sizeBytes === before || resumes === MAX_RESUMES || !takesRanges(answer)) throw error;
    }
  }
}

/** A login or a maintenance page that comes with 200 must never be kept as the log. Servers give logs as plain text. */
function refusePage(answer: OpenAnswer, http: ForgeHttp, request: ApiRequest): void {
  if (/^text\/html\b/i.test(answer.headers.get('content-type') ?? '')) throw notJson(request, http.source, true);
}

/** Compressed transfer would make offsets meaningless. */
const logRequest = (request: ApiRequest, fromByte: number): ApiRequest => ({
  ...request,
  headers: {
    accept: 'text/plain, */*',
    'accept-encoding': 'identity',
    ...request.headers,
    ...(fromByte === 0 ? {} : { range: `bytes=${fromByte}-` }),
  },
});

const takesRanges = (answer: OpenAnswer): boolean =>
  answer.headers.get('accept-ranges') === 'bytes' && !answer.headers.has('content-encoding');

function checkContinues(answer: OpenAnswer, fromByte: number, { what }: ApiRequest): void {
  const range = /^bytes (\d+)-/.exec(answer.headers.get('content-range') ?? '');
  if (answer.status === 206 && Number(range?.[1]) === fromByte) return;
  throw new AppError('PROVIDER_UNAVAILABLE', `the ${what} was cut after ${fromByte} bytes and cannot be continued`, {
    hint: 'try again later',
  });
}
