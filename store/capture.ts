// From a stream of raw bytes to a sealed log in the spool: mask, cut, compress, hash. Nothing has left the machine yet.
import { randomBytes } from 'node:crypto';
import { type Attempt, boundAttempt, boundName } from './attempt.ts';
import type { Compressor } from './compressor.ts';
import { crockford32, logIdOf } from './log-id.ts';
import { type SideTable, startLogWriter, type WrittenLog } from './log-writer.ts';
import { type CaptureSource, type Manifest, STORE_FORMAT } from './manifest.ts';
import { manifestToJson } from './manifest-json.ts';
import type { MaskedBytes, Masker } from './mask.ts';
import { type SealedLog, type Spool, type StagedLog, spoolError } from './spool.ts';

export interface CaptureRequest {
  /** Identity, asked for at the end of the stream: a running job's conclusion may only be known then. */
  readonly attempt: () => Attempt;
  readonly logName: string;
  readonly how: CaptureSource;
  readonly input: AsyncIterable<Uint8Array>;
  readonly masker: Masker;
  /** Time stamps of `run`, asked for at the end of the stream. */
  readonly sideTable?: SideTable;
  /** Why the log is cut, if it is: known at the end of the stream. */
  readonly cutReason?: () => string | undefined;
}

export interface CaptureTools {
  readonly spool: Spool;
  readonly compressor: Compressor;
  /** Where the log is to be delivered: kept with it, so that `flush` needs no flags. */
  readonly storeUrl: string;
  readonly now: () => number;
  /** `firstred 0.1.0`. */
  readonly tool: string;
}

/** 40 random bits: no two captures ever share a key. */
export const newCaptureId = (): string => crockford32(randomBytes(5));

/** Reads `input` to its end and seals it in the spool. What `input` throws is thrown; nothing stays behind then. */
export async function captureLog(request: CaptureRequest, tools: CaptureTools): Promise<SealedLog> {
  const staged = await stageLog(request, tools, 'to-seal');
  return ofSpool(tools, tools.spool.seal(staged));
}

/**
 * As `captureLog`, but a crash from here on loses what was read. `as-it-is`: it is meant to be delivered without a seal,
 * as only an input may be that can be read again.
 */
export async function stageLog(
  request: CaptureRequest,
  tools: CaptureTools,
  purpose: 'to-seal' | 'as-it-is',
): Promise<StagedLog> {
  const captureId = newCaptureId();
  const startedAtMs = tools.now();
  const staged = await tools.spool.stagePath(captureId, purpose);
  // What the input throws stays as it is.
  const writer = await ofSpool(
    tools,
    startLogWriter(staged, tools.compressor, { file: purpose === 'to-seal' ? 'lasting' : 'cheap' }),
  );
  let written: WrittenLog;
  try {
    for await (const chunk of request.input) await ofSpool(tools, pushAll(writer, request.masker.push(chunk)));
    await ofSpool(tools, pushAll(writer, request.masker.end()));
    written = await ofSpool(tools, writer.end(request.sideTable));
  } catch (error) {
    await writer.abandon();
    await tools.spool.discardStaged(captureId);
    throw error;
  }
  const manifest = manifestOf(request, written, { captureId, startedAtMs, tools });
  const { storeUrl } = tools;
  return { manifest, manifestText: manifestToJson(manifest), storeUrl, objectPath: staged, purpose };
}

/** What the spool's folder throws is said of the folder. */
const ofSpool = <T>({ spool }: CaptureTools, step: Promise<T>): Promise<T> =>
  step.catch((error: unknown) => {
    throw spoolError(spool.folder, error);
  });

function manifestOf(
  request: CaptureRequest,
  written: WrittenLog,
  {
    captureId,
    startedAtMs,
    tools,
  }: { readonly captureId: string; readonly startedAtMs: number; readonly tools: CaptureTools },
): Manifest {
  const attempt = boundAttempt(request.attempt());
  const logName = boundName(request.logName);
  const cutReason =
    [request.cutReason?.(), written.cutReason].filter((why) => why !== undefined).join('; ') || undefined;
  return {
    format: STORE_FORMAT,
    logId: logIdOf(attempt, logName, written.text.sha256),
    logName,
    attempt,
    capture: {
      id: captureId,
      how: request.how,
      tool: tools.tool,
      startedAtMs,
      finishedAtMs: tools.now(),
      complete: cutReason === undefined,
      cutReason,
    },
    text: written.text,
    object: written.object,
    masking: request.masker.report(),
    steps: [],
  };
}

async function pushAll(
  writer: { push(piece: MaskedBytes): Promise<void> },
  pieces: readonly MaskedBytes[],
): Promise<void> {
  for (const piece of pieces) await writer.push(piece);
}
