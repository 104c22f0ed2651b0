// Routes of one log: what is known of it, ranges of its lines as people may see them, and its exact bytes.
import type { Context, Hono } from 'hono';
import { AppError } from '../store/errors.ts';
import { showText } from '../store/visible-text.ts';
import type { KeptLine, LineSpan, OpenedLog, WithLog } from './endpoint.ts';
import { failureResponse, jsonResponse } from './failure.ts';

/** SECURITY: ranges of at most so many lines. */
const MAX_LINES = 2_000;
/** SECURITY: so much is shown of one line. */
const MAX_LINE_BYTES = 65_536;
/** chosen: a screen of wide lines; whoever wants more of one line asks for that line alone. */
const USUAL_LINE_BYTES = 4_000;
/** chosen: 2,000 lines of 1 KB; when lines are longer, fewer come and the answer says up to which. */
const MAX_ANSWER_BYTES = 2_097_152;

const decoder = new TextDecoder();

/** Adds `/api/logs/:log` and what is below it. */
export function addLogRoutes(app: Hono, withLog: WithLog): void {
  const route = (path: string, answer: (log: OpenedLog, context: Context) => Promise<Response>): void => {
    app.get(path, async (context) => {
      try {
        const id = context.req.param('log') ?? '';
        return await withLog(id, (log) => answer(log, context));
      } catch (error) {
        return failureResponse(error);
      }
    });
  };
  route('/api/logs/:log', async (log) => jsonResponse(log.facts));
  route('/api/logs/:log/lines', linesOf);
  // The body is read after the answer began: it opens the log once more and closes it at its end.
  route('/api/logs/:log/raw', async (log, context) => rawOf(log, context.req.header('range'), withLog));
}

async function linesOf(log: OpenedLog, context: Context): Promise<Response> {
  const query = new URL(context.req.url).searchParams;
  const span = spanOf(query.get('from'), query.get('to'));
  const clip = span.first === span.last ? MAX_LINE_BYTES : USUAL_LINE_BYTES;
  const lines: string[] = [];
  const cut: Record<number, number> = {};
  let bytes = 0;
  for await (const line of log.read(span)) {
    const shown = showLine(line, clip);
    lines.push(shown.text);
    if (shown.cutBytes > 0) cut[line.number] = shown.cutBytes;
    bytes += shown.text.length;
    if (bytes > MAX_ANSWER_BYTES) break;
  }
  return jsonResponse({ logId: log.logId, first: span.first, lines, cut });
}

/** A line as the page shows it: nothing but colour codes is left of what could act on anything. */
function showLine(line: KeptLine, maxBytes: number): { readonly text: string; readonly cutBytes: number } {
  const size = line.bytes.byteLength;
  const end = size <= maxBytes ? size : wholeCharacters(line.bytes, maxBytes);
  const text = decoder.decode(line.bytes.subarray(0, end)).replace(/\r$/, '');
  return { text: showText(text, { colour: true, maxLineBytes: Number.POSITIVE_INFINITY }), cutBytes: size - end };
}

/** The last end of a character at or before `end`. */
function wholeCharacters(bytes: Uint8Array, end: number): number {
  let at = end;
  while (at > end - 4 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at--;
  return at;
}

function spanOf(from: string | null, to: string | null): LineSpan {
  const first = numberOf(from ?? '1', 'from');
  const last = numberOf(to ?? String(first), 'to');
  if (last >= first && last - first < MAX_LINES) return { first, last };
  throw new AppError('USAGE', `lines ${first} to ${last} are no range of at most ${MAX_LINES} lines`, {
    hint: 'ask for fewer, in ascending order',
  });
}

function numberOf(text: string, name: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new AppError('USAGE', `'${name}' must be a line number`, { hint: 'line numbers start at 1' });
}

function rawOf(log: OpenedLog, header: string | undefined, withLog: WithLog): Response {
  const headers = {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Disposition': `attachment; filename="${log.logId}.log"`,
    'Accept-Ranges': 'bytes',
  };
  const range = parseRange(header, log.sizeBytes);
  if (range === 'unsatisfiable')
    return new Response(null, { status: 416, headers: { ...headers, 'Content-Range': `bytes */${log.sizeBytes}` } });
  const { start, end } = range ?? { start: 0, end: log.sizeBytes };
  const part = range === undefined ? {} : { 'Content-Range': `bytes ${start}-${end - 1}/${log.sizeBytes}` };
  return new Response(byteStream(log.logId, { start, end }, withLog), {
    status: range === undefined ? 200 : 206,
    headers: { ...headers, ...part, 'Content-Length': String(end - start) },
  });
}

/** One range of `bytes=`; several, or another unit, give the whole as if none were asked (RFC 9110, 14.2). */
function parseRange(
  header: string | undefined,
  sizeBytes: number,
): { readonly start: number; readonly end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (match === null) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return undefined;
  if (from === '') {
    const start = Math.max(0, sizeBytes - Number(to));
    return start >= sizeBytes ? 'unsatisfiable' : { start, end: sizeBytes };
  }
  const start = Number(from);
  const end = to === '' ? sizeBytes : Math.min(sizeBytes, Number(to) + 1);
  return start >= sizeBytes || end <= start ? 'unsatisfiable' : { start, end };
}

/** Bytes on demand: the log stays open while its reader reads, and is closed when that one goes. */
function byteStream(
  logId: string,
  { start, end }: { readonly start: number; readonly end: number },
  withLog: WithLog,
): ReadableStream<Uint8Array> {
  let isGone = false;
  let wake = (): void => undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const run = async (log: OpenedLog): Promise<void> => {
          for await (const part of log.bytes(start, end)) {
            if (isGone) return;
            controller.enqueue(part);
            if ((controller.desiredSize ?? 0) <= 0) await new Promise<void>((resolve) => (wake = resolve));
          }
          if (!isGone) controller.close();
        };
        withLog(logId, run).catch((error: unknown) => {
          if (!isGone) controller.error(error);
        });
      },
      pull: () => wake(),
      cancel() {
        isGone = true;
        wake();
      },
    },
    { highWaterMark: 2 },
  );
}
