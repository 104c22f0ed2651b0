// Turns a stream of masked text into one staged log object on local disk, in bounded memory, on all cores. When the disk
// is full the head and the tail of the log are kept.
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Compressor } from './compressor.ts';
import { crashPoint } from './crash-points.ts';
import { digestOfFile, finishCutLog, MAX_TAIL_BYTES, writeAll } from './cut-log.ts';
import { digestOf, startSha256 } from './digest.ts';
import { isDiskFull, roomIn } from './disk-room.ts';
import { type CutFrame, FrameCutter } from './frame-cutter.ts';
import { encodeLineTable, encodeSeekTable, encodeSideTable, type FrameRow, frameTableOf } from './frame-table.ts';
import { fsError } from './fs-errors.ts';
import type { ObjectFacts, TextFacts } from './manifest.ts';
import type { MaskedBytes } from './mask.ts';
import { type KeptFrame, RecentFrames } from './recent-frames.ts';

export interface WrittenLog {
  readonly text: TextFacts;
  readonly object: ObjectFacts;
  /** Why the middle is missing, when it is. */
  readonly cutReason: string | undefined;
}

/** `run`'s time stamps: given the number of lines that the text has; undefined when there is nothing to say. */
export type SideTable = (lines: number) => Uint8Array | undefined;

export interface LogWriter {
  push(piece: MaskedBytes): Promise<void>;
  /** Writes the tables, syncs a lasting file and closes it. `sideTable` gives content for so many lines of text. */
  end(sideTable?: SideTable): Promise<WrittenLog>;
  /** Closes the file without finishing it. */
  abandon(): Promise<void>;
}

/** chosen: the tail that can still be kept when the room ends with the very last bytes. */
const RECENT_BYTES = 1024 * 1024;
/** chosen: how much is written between two looks at the room that is left. */
const LOOK_EVERY_BYTES = 8 * 1024 * 1024;

/** The one call that tests replace, to stand for a disk that fills up. */
export type OpenStaged = (path: string) => Promise<FileHandle>;

const openStaged: OpenStaged = (path) => open(path, 'wx+', 0o600);

export interface LogWriterOptions {
  /** `cheap`: a crash may lose the file, and one that is removed soon costs the disk nothing. Default: `lasting`. */
  readonly file?: 'lasting' | 'cheap';
  readonly openFile?: OpenStaged;
}

/** Starts a staged object at `path`, which must not exist. STORE_FULL, REFUSED and the like are about its folder. */
export async function startLogWriter(
  path: string,
  compressor: Compressor,
  options: LogWriterOptions = {},
): Promise<LogWriter> {
  const openFile = options.openFile ?? openStaged;
  const file = await openFile(path).catch((error: unknown) => Promise.reject(fsError(error, path)));
  const writer = new StagedLog(file, path, options.file ?? 'lasting');
  crashPoint('capture:staged');
  const cutter = new FrameCutter();
  const underWay: { readonly frame: Promise<Uint8Array>; readonly row: Omit<FrameRow, 'objectBytes'> }[] = [];

  async function writeOldest(): Promise<void> {
    const oldest = underWay.shift();
    if (oldest === undefined) return;
    const bytes = await oldest.frame;
    await writer.add({ bytes, row: { objectBytes: bytes.byteLength, ...oldest.row } });
  }
  async function take(cuts: Iterable<CutFrame>): Promise<void> {
    for (const { text, ...cut } of cuts) {
      const frame = compressor.compress(text);
      frame.catch(() => undefined); // it is awaited later; until then it must not count as unhandled
      underWay.push({ frame, row: { textBytes: text.byteLength, ...cut } });
      if (underWay.length >= compressor.width) await writeOldest();
    }
  }
  return {
    push: (piece) => take(cutter.push(piece)),
    async end(sideTable) {
      await take(cutter.end());
      while (underWay.length > 0) await writeOldest();
      return writer.end(cutter.facts(), sideTable);
    },
    async abandon() {
      await Promise.allSettled(underWay.map((each) => each.frame));
      await writer.close();
    },
  };
}

/** The staged file: frames side by side, then the tables. */
class StagedLog {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #kind: 'lasting' | 'cheap';
  #hash = startSha256();
  #rows: FrameRow[] = [];
  #at = 0;
  #lookAt = LOOK_EVERY_BYTES;
  #full = false;
  #capacityBytes = 0;
  readonly #recent = new RecentFrames();
  readonly #total = { lineEnds: 0, textBytes: 0 };

  constructor(file: FileHandle, path: string, kind: 'lasting' | 'cheap') {
    this.#file = file;
    this.#path = path;
    this.#kind = kind;
  }

  async add(frame: KeptFrame): Promise<void> {
    if (!this.#full) {
      this.#full = !(await this.#append(frame.bytes));
      if (!this.#full) this.#rows.push(frame.row);
    }
    this.#recent.push(frame, this.#full ? MAX_TAIL_BYTES : RECENT_BYTES);
    this.#total.lineEnds += frame.row.lineEnds;
    this.#total.textBytes += frame.row.textBytes;
    crashPoint('capture:framed');
  }

  async end(text: TextFacts, sideTable: SideTable | undefined): Promise<WrittenLog> {
    try {
      const written = (await this.#finish(text, sideTable)) ?? (await this.#finishCut());
      if (this.#kind === 'lasting') await this.#file.sync();
      crashPoint('capture:written');
      return written;
    } catch (error) {
      throw fsError(error, this.#path);
    } finally {
      await this.close();
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** False when the disk is full, or all but: then the frame is not there. */
  async #append(bytes: Uint8Array): Promise<boolean> {
    if (this.#at >= this.#lookAt) {
      this.#lookAt += LOOK_EVERY_BYTES;
      if ((await roomIn(dirname(this.#path))) < LOOK_EVERY_BYTES) return false;
    }
    try {
      await writeAll(this.#file, bytes, this.#at);
    } catch (error) {
      if (!isDiskFull(error)) throw fsError(error, this.#path);
      this.#capacityBytes = (await this.#file.stat()).size; // part of it may have gone in
      await this.#file.truncate(this.#at);
      return false;
    }
    this.#hash.update(bytes);
    this.#at += bytes.byteLength;
    return true;
  }

  async #finish(text: TextFacts, sideTable: SideTable | undefined): Promise<WrittenLog | undefined> {
    if (this.#full) return undefined;
    const { bytes, places } = tablesAt(this.#at, this.#rows, sideTable?.(text.lines));
    if (!(await this.#append(bytes))) return undefined;
    const { length: frames } = this.#rows;
    const object = { ...places, sizeBytes: this.#at, sha256: digestOf(this.#hash), frames };
    return { text, object, cutReason: undefined };
  }

  async #finishCut(): Promise<WrittenLog> {
    const log = {
      file: this.#file,
      head: this.#rows,
      capacityBytes: Math.max(this.#at, this.#capacityBytes),
      recent: this.#recent,
      total: this.#total,
    };
    const { cut, tables } = await finishCutLog(log, async ({ rows, framesEnd }) => {
      const { bytes, places } = tablesAt(framesEnd, rows, undefined);
      await writeAll(this.#file, bytes, framesEnd);
      return { ...places, sizeBytes: framesEnd + bytes.byteLength, frames: rows.length };
    });
    const object = { ...tables, sha256: await digestOfFile(this.#file, tables.sizeBytes) };
    return { text: cut.text, object, cutReason: cut.cutReason };
  }
}

/** The tables that follow the frames, which end at byte `start`. */
function tablesAt(
  start: number,
  rows: readonly FrameRow[],
  sideTable: Uint8Array | undefined,
): { readonly bytes: Uint8Array; readonly places: Pick<ObjectFacts, 'lineTable' | 'seekTable' | 'sideTable'> } {
  const side = sideTable === undefined ? undefined : encodeSideTable(sideTable);
  const lines = encodeLineTable(frameTableOf(rows));
  const skippable = [side, lines].filter((table) => table !== undefined);
  const seek = encodeSeekTable(
    rows,
    skippable.map((table) => table.byteLength),
  );
  const lineStart = start + (side?.byteLength ?? 0);
  const seekStart = lineStart + lines.byteLength;
  return {
    bytes: Buffer.concat([...skippable, seek]),
    places: {
      lineTable: { start: lineStart, end: seekStart },
      seekTable: { start: seekStart, end: seekStart + seek.byteLength },
      sideTable: side === undefined ? undefined : { start, end: lineStart },
    },
  };
}
