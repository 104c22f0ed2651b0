// Finishes a log for which the disk had no room: its head as far as it fits, a line that says what is missing, its tail.
import type { FileHandle } from 'node:fs/promises';
import { digestOf, type Sha256, startSha256 } from './digest.ts';
import { isDiskFull } from './disk-room.ts';
import { AppError } from './errors.ts';
import { FrameCutter } from './frame-cutter.ts';
import type { FrameRow } from './frame-table.ts';
import type { TextFacts } from './manifest.ts';
import type { MaskedBytes } from './mask.ts';
import type { KeptFrame, RecentFrames } from './recent-frames.ts';
import { loadZstd } from './zstd.ts';

/** chosen: some hundred MB of text; the end of a log says most. */
export const MAX_TAIL_BYTES = 8 * 1024 * 1024;
/** chosen: room for the note of the spool, and for the next small file of the job. */
const LEFT_FREE_BYTES = 65_536;
/** Seek table and line table: 8 bytes and at most 10 for each frame, and their frames. */
const TABLE_BYTES_PER_FRAME = 18;
const TABLES_BYTES = 1024;
/** chosen: somebody else may take the room meanwhile; after the fourth halving there is next to nothing. */
const TRIES = 5;
const LEVEL = 9;

export interface UnfinishedLog {
  readonly file: FileHandle;
  /** Frames that lie in the file, side by side from byte 0. */
  readonly head: readonly FrameRow[];
  /** How far the file could be written. */
  readonly capacityBytes: number;
  readonly recent: RecentFrames;
  /** Line ends and text bytes of all frames there were. */
  readonly total: { readonly lineEnds: number; readonly textBytes: number };
}

export interface CutLog {
  readonly rows: readonly FrameRow[];
  /** Where the tables begin. */
  readonly framesEnd: number;
  readonly text: TextFacts;
  readonly cutReason: string;
}

/**
 * Puts head, gap and tail into the file and lets `writeTables` add the tables. STORE_FULL when not even a little of
 * both fits.
 */
export async function finishCutLog<T>(
  log: UnfinishedLog,
  writeTables: (cut: CutLog) => Promise<T>,
): Promise<{ readonly cut: CutLog; readonly tables: T }> {
  let { capacityBytes } = log;
  for (let left = TRIES; ; left--) {
    const plan = planCut(log, capacityBytes);
    try {
      const cut = await layOut(log, plan);
      return { cut, tables: await writeTables(cut) };
    } catch (error) {
      if (!isDiskFull(error) || left === 0) throw error;
    }
    capacityBytes = Math.floor(capacityBytes / 2);
  }
}

interface CutPlan {
  readonly headFrames: number;
  readonly tail: readonly KeptFrame[];
}

function planCut({ head, recent }: UnfinishedLog, capacityBytes: number): CutPlan {
  const leftFree = Math.min(LEFT_FREE_BYTES, capacityBytes / 4);
  const budget = capacityBytes - leftFree - TABLES_BYTES - TABLE_BYTES_PER_FRAME * recent.count;
  const half = recent.newest(Math.min(MAX_TAIL_BYTES, budget / 2));
  // Where half of the room is less than a frame, the end alone is better than the beginning alone.
  const { frames: tail, first } = half.frames.length > 0 ? half : recent.newest(budget);
  const headBudget = budget - sum(tail, ({ bytes }) => bytes.byteLength);
  let headFrames = 0;
  let headBytes = 0;
  // At least one frame is left out: this runs because all of them did not fit.
  while (headFrames < Math.min(head.length, first - 1)) {
    headBytes += head[headFrames]?.objectBytes ?? 0;
    if (headBytes > headBudget) break;
    headFrames += 1;
  }
  if (headFrames > 0 || tail.length > 0) return { headFrames, tail };
  throw new AppError('STORE_FULL', 'the disk has no room for the log, not even for its beginning and its end', {
    hint: 'free space, or set FIRSTRED_SPOOL to a folder on another disk',
  });
}

async function layOut(log: UnfinishedLog, { headFrames, tail }: CutPlan): Promise<CutLog> {
  const { file, total } = log;
  const head = log.head.slice(0, headFrames);
  const headBytes = sum(head, (row) => row.objectBytes);
  await file.truncate(headBytes);
  const keptRows = [...head, ...tail.map(({ row }) => row)];
  const missing = {
    textBytes: total.textBytes - sum(keptRows, (row) => row.textBytes),
    lineEnds: total.lineEnds - sum(keptRows, (row) => row.lineEnds),
  };
  const gap = gapFrame(missing, head.at(-1)?.cutsLine === true);
  let at = headBytes;
  for (const { bytes } of [gap.frame, ...tail]) {
    await writeAll(file, bytes, at);
    at += bytes.byteLength;
  }
  return {
    rows: [...head, gap.frame.row, ...tail.map(({ row }) => row)],
    framesEnd: at,
    text: await factsOf(file, head, [gap.text, ...tail.map(decompress)]),
    cutReason: `the disk was full: ${missing.textBytes} bytes in the middle are missing`,
  };
}

function gapFrame(
  missing: { readonly textBytes: number; readonly lineEnds: number },
  afterHalfLine: boolean,
): { readonly text: Uint8Array; readonly frame: KeptFrame } {
  const line = `[firstred: ${missing.textBytes} bytes with ${missing.lineEnds} line ends are missing here: the disk was full]\n`;
  const text = Buffer.from(afterHalfLine ? `\n${line}` : line);
  const bytes = loadZstd().compress(text, LEVEL);
  const row = {
    objectBytes: bytes.byteLength,
    textBytes: text.byteLength,
    lineEnds: afterHalfLine ? 2 : 1,
    cutsLine: false,
  };
  return { text, frame: { bytes, row } };
}

/** The facts of the text that is left: those of the whole one are no use any more. */
async function factsOf(file: FileHandle, head: readonly FrameRow[], rest: readonly Uint8Array[]): Promise<TextFacts> {
  const cutter = new FrameCutter();
  const take = (text: Uint8Array): void => {
    // It was masked before it was compressed; of the frames that come out only the count is of interest.
    for (const _ of cutter.push(text as MaskedBytes));
  };
  let at = 0;
  for (const row of head) {
    const { buffer } = await file.read(Buffer.alloc(row.objectBytes), 0, row.objectBytes, at);
    take(decompress({ bytes: buffer, row }));
    at += row.objectBytes;
  }
  for (const text of rest) take(text);
  for (const _ of cutter.end());
  return cutter.facts();
}

const decompress = ({ bytes, row }: KeptFrame): Uint8Array => loadZstd().decompress(bytes, row.textBytes);

/** SHA-256 of the first `sizeBytes` of a file. */
export async function digestOfFile(file: FileHandle, sizeBytes: number): Promise<Sha256> {
  const hash = startSha256();
  const buffer = Buffer.alloc(1024 * 1024);
  for (let at = 0; at < sizeBytes; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.byteLength, sizeBytes - at), at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return digestOf(hash);
}

/** Writes all of `bytes` at `position`. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength; )
    done += (await file.write(bytes, done, bytes.byteLength - done, position + done)).bytesWritten;
}

const sum = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((total, one) => total + of(one), 0);
