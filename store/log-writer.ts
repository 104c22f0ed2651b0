// Turns a stream of masked text into one staged log object on local disk, in bounded memory, on all cores.
import { type FileHandle, open } from 'node:fs/promises';
import type { Compressor } from './compressor.ts';
import { digestOf, startSha256 } from './digest.ts';
import { systemErrorCode } from './errors.ts';
import { type CutFrame, FrameCutter } from './frame-cutter.ts';
import { encodeLineTable, encodeSeekTable, encodeSideTable, type FrameRow, frameTableOf } from './frame-table.ts';
import type { ObjectFacts, TextFacts } from './manifest.ts';
import type { MaskedBytes } from './mask.ts';

export interface WrittenLog {
  readonly text: TextFacts;
  readonly object: ObjectFacts;
}

/** `run`'s time stamps: given the number of lines that the text has; undefined when there is nothing to say. */
export type SideTable = (lines: number) => Uint8Array | undefined;

export interface LogWriter {
  push(piece: MaskedBytes): Promise<void>;
  /** Writes the tables, syncs and closes the file. `sideTable` gives content for so many lines of text. */
  end(sideTable?: SideTable): Promise<WrittenLog>;
  /** Closes the file without finishing it. */
  abandon(): Promise<void>;
}

/** Starts a staged object at `path`, which must not exist. ENOSPC and the like are thrown as they come. */
export async function startLogWriter(path: string, compressor: Compressor): Promise<LogWriter> {
  const file = await open(path, 'wx', 0o600);
  const cutter = new FrameCutter();
  const hash = startSha256();
  const rows: FrameRow[] = [];
  const underWay: { readonly frame: Promise<Uint8Array>; readonly cut: CutFrame }[] = [];
  let at = 0;

  async function write(bytes: Uint8Array): Promise<void> {
    await writeAll(file, bytes, at);
    hash.update(bytes);
    at += bytes.byteLength;
  }
  async function writeOldest(): Promise<void> {
    const oldest = underWay.shift();
    if (oldest === undefined) return;
    const bytes = await oldest.frame;
    await write(bytes);
    const { text, lineEnds, cutsLine } = oldest.cut;
    rows.push({ objectBytes: bytes.byteLength, textBytes: text.byteLength, lineEnds, cutsLine });
  }
  async function take(cuts: Iterable<CutFrame>): Promise<void> {
    for (const cut of cuts) {
      const frame = compressor.compress(cut.text);
      frame.catch(() => undefined); // it is awaited later; until then it must not count as unhandled
      underWay.push({ frame, cut });
      if (underWay.length >= compressor.width) await writeOldest();
    }
  }
  return {
    push: (piece) => take(cutter.push(piece)),
    async end(sideTable) {
      await take(cutter.end());
      while (underWay.length > 0) await writeOldest();
      const text = cutter.facts();
      const object = await writeTables(rows, sideTable?.(text.lines), { write, position: () => at });
      await file.sync();
      await file.close();
      return {
        text,
        object: { ...object, sizeBytes: at, sha256: digestOf(hash), frames: rows.length },
      };
    },
    async abandon() {
      await Promise.allSettled(underWay.map((each) => each.frame));
      await file.close();
    },
  };
}

async function writeTables(
  rows: readonly FrameRow[],
  sideTable: Uint8Array | undefined,
  out: { write(bytes: Uint8Array): Promise<void>; position(): number },
): Promise<Pick<ObjectFacts, 'lineTable' | 'seekTable' | 'sideTable'>> {
  const put = async (bytes: Uint8Array): Promise<{ readonly start: number; readonly end: number }> => {
    const start = out.position();
    await out.write(bytes);
    return { start, end: out.position() };
  };
  const side = sideTable === undefined ? undefined : await put(encodeSideTable(sideTable));
  const lineTable = await put(encodeLineTable(frameTableOf(rows)));
  const skippable = [side, lineTable].filter((t) => t !== undefined).map((t) => t.end - t.start);
  const seekTable = await put(encodeSeekTable(rows, skippable));
  return { lineTable, seekTable, sideTable: side };
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, position + done);
    done += bytesWritten;
  }
}

/** Whether an error means that no more can be written: the disk or the quota is full. */
export const isDiskFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes(systemErrorCode(error) ?? '');
