// From a stream of raw bytes to a sealed log in the spool: mask, cut, compress, hash. Nothing has left the machine yet.
import { randomBytes } from 'node:crypto';
import type { Attempt } from './attempt.ts';
import type { Compressor } from './compressor.ts';
import { crockford32, logIdOf } from './log-id.ts';
import { startLogWriter, type WrittenLog } from './log-writer.ts';
import { type CaptureSource, type Manifest, STORE_FORMAT } from './manifest.ts';
import type { MaskedBytes, Masker } from './mask.ts';
import type { SealedLog, Spool } from './spool.ts';

export interface CaptureRequest {
  /** Identity, asked for at the end of the stream: a running job's conclusion may only be known then. */
  readonly attempt: () => Attempt;
  readonly logName: string;
  readonly how: CaptureSource;
  readonly input: AsyncIterable<Uint8Array>;
  readonly masker: Masker;
  /** Time stamps of `run`, encoded and compressed at the end of the stream. */
  readonly sideTable?: () => Uint8Array | undefined;
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
  const captureId = newCaptureId();
  const startedAtMs = tools.now();
  const staged = await tools.spool.stagePath(captureId);
  const writer = await startLogWriter(staged, tools.compressor);
  let written: WrittenLog;
  try {
    for await (const chunk of request.input) await pushAll(writer, request.masker.push(chunk));
    await pushAll(writer, request.masker.end());
    written = await writer.end(request.sideTable?.());
  } catch (error) {
    await writer.abandon();
    await tools.spool.discardStaged(captureId);
    throw error;
  }
  const attempt = request.attempt();
  const cutReason = request.cutReason?.();
  const manifest: Manifest = {
    format: STORE_FORMAT,
    logId: logIdOf(attempt, request.logName, written.text.sha256),
    logName: request.logName,
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
  return tools.spool.seal({ manifest, storeUrl: tools.storeUrl });
}

async function pushAll(writer: { push(piece: MaskedBytes): Promise<void> }, pieces: readonly MaskedBytes[]): Promise<void> {
  for (const piece of pieces) await writer.push(piece);
}
