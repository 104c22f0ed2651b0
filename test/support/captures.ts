// Whole captures for tests: text → sealed log in a spool → store, with the project's own parts.
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Attempt } from '../../store/attempt.ts';
import { type CaptureTools, captureLog } from '../../store/capture.ts';
import { createCompressor } from '../../store/compressor.ts';
import { type Delivery, deliver } from '../../store/deliver.ts';
import { DEFAULT_LOG_NAME } from '../../store/manifest.ts';
import { createOpenMasker, type MaskedBytes } from '../../store/mask.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { openSpool, type SealedLog } from '../../store/spool.ts';
import { makeAttempt } from './attempts.ts';
import { makeTempFolder } from './temp-folder.ts';

/** When every test capture is taken, on the runner's clock. */
export const CAPTURED_AT_MS = Date.parse('2026-05-04T09:06:00.000Z');

/** Text that counts as masked: tests of what comes after masking start here. */
export const maskedBytes = (bytes: Uint8Array | string): MaskedBytes =>
  (typeof bytes === 'string' ? Buffer.from(bytes) : bytes) as MaskedBytes;

/** A spool and a compressor of its own, gone when the current test ends. */
export async function makeCaptureTools(): Promise<CaptureTools> {
  const compressor = createCompressor();
  onTestFinished(() => compressor.close());
  return {
    spool: openSpool(join(await makeTempFolder(), 'spool')),
    compressor,
    storeUrl: '/nowhere',
    now: () => CAPTURED_AT_MS,
    tool: 'firstred 0.0.0-test',
  };
}

export interface CaptureText {
  readonly attempt?: Partial<Attempt>;
  readonly logName?: string;
  readonly sideTable?: Uint8Array;
  readonly cutReason?: string;
}

/** Seals `text` as a log of the everyday attempt. */
export function sealText(
  tools: CaptureTools,
  text: Uint8Array | string | AsyncIterable<Uint8Array>,
  { attempt = {}, logName = DEFAULT_LOG_NAME, sideTable, cutReason }: CaptureText = {},
): Promise<SealedLog> {
  return captureLog(
    {
      attempt: () => makeAttempt(attempt),
      logName,
      how: 'file',
      input: typeof text === 'string' || text instanceof Uint8Array ? once(Buffer.from(text)) : text,
      masker: createOpenMasker(),
      sideTable: () => sideTable,
      cutReason: () => cutReason,
    },
    tools,
  );
}

/** Seals and delivers. */
export async function keepText(
  store: ObjectStore,
  tools: CaptureTools,
  text: Uint8Array | string,
  options: CaptureText = {},
): Promise<{ readonly sealed: SealedLog; readonly delivery: Delivery }> {
  const sealed = await sealText(tools, text, options);
  return { sealed, delivery: await deliver(sealed, store, { now: () => CAPTURED_AT_MS }) };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  if (bytes.byteLength > 0) yield bytes;
}
