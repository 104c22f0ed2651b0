// When each line of a `run` came and from which stream: side data in the log object, so that the kept text stays as it
// was printed. Rows stand for runs of lines, as a burst of lines comes in one read.
//
// Content of the side table (FRSD, version 1; integers little-endian, varints as in LEB128, unsigned):
//   u32       size of the payload in bytes
//   the rest  one zstd frame whose content is the payload:
//     varint  base: epoch ms (the runner's clock) at which the command was started
//     rows    varint (ms since the row before, or since base) × 2 + stream (0 stdout, 1 stderr); varint number of lines
// Rows follow the lines of the text in order and add up to the manifest's `text.lines`. A line's time is that of the
// read that brought its end, so times never fall.
import { AppError } from './errors.ts';
import { decodeSideTable } from './frame-table.ts';
import { readRange } from './frames.ts';
import { keysOfManifest, type Manifest } from './manifest.ts';
import type { ObjectReader } from './object-store.ts';
import { loadZstd } from './zstd.ts';

/** Where a line was printed. */
export type LineStream = 'stdout' | 'stderr';

/** Consecutive lines of one stream that came in the same millisecond. */
export interface LineTimeRow {
  /** 1-based number of the first of them. */
  readonly firstLine: number;
  readonly lines: number;
  readonly stream: LineStream;
  /** Epoch ms, the runner's clock. */
  readonly timeMs: number;
}

/** chosen: 8 MiB are some 3 million rows; a reader must hold the table whole. */
const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;
/** chosen: from here on times are kept to the second, which adds at most a few bytes a second. */
const COARSE_FROM_BYTES = 8 * 1024 * 1024;
const COARSE_MS = 1000;
/** chosen: as for frames; a table of a million rows takes some 100 ms. */
const LEVEL = 9;
const SIZE_BYTES = 4;

/** Collects rows in bounded memory while a command runs. */
export class LineTimes {
  #bytes = Buffer.alloc(1024);
  #used = 0;
  #lines = 0;
  #lastMs: number;
  #open: { readonly stream: LineStream; readonly timeMs: number; lines: number } | undefined;

  constructor(startedAtMs: number) {
    this.#lastMs = Math.max(0, Math.floor(startedAtMs));
    this.#push(this.#lastMs);
  }

  /** So many lines of `stream` ended now. A clock that was set back counts as standing still. */
  add(stream: LineStream, lines: number, nowMs: number): void {
    if (lines === 0) return;
    this.#lines += lines;
    const step = this.#used > COARSE_FROM_BYTES ? COARSE_MS : 1;
    const timeMs = Math.max(this.#open?.timeMs ?? this.#lastMs, Math.floor(nowMs / step) * step);
    if (this.#open !== undefined && this.#open.stream === stream && this.#open.timeMs === timeMs) {
      this.#open.lines += lines;
      return;
    }
    this.#closeRow();
    this.#open = { stream, timeMs, lines };
  }

  /** The table's content; undefined unless it speaks of exactly `lines` lines: a cut log has no times. */
  end(lines: number): Uint8Array | undefined {
    this.#closeRow();
    if (lines !== this.#lines || lines === 0 || this.#used > MAX_PAYLOAD_BYTES) return undefined;
    const size = Buffer.alloc(SIZE_BYTES);
    size.writeUInt32LE(this.#used);
    return Buffer.concat([size, loadZstd().compress(this.#bytes.subarray(0, this.#used), LEVEL)]);
  }

  #closeRow(): void {
    if (this.#open === undefined) return;
    const { stream, timeMs, lines } = this.#open;
    this.#push((timeMs - this.#lastMs) * 2 + (stream === 'stderr' ? 1 : 0));
    this.#push(lines);
    this.#lastMs = timeMs;
    this.#open = undefined;
  }

  #push(value: number): void {
    if (this.#used + 10 > this.#bytes.byteLength)
      this.#bytes = Buffer.concat([this.#bytes], this.#bytes.byteLength * 2);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#used++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#used++] = rest;
  }
}

/** The rows in `content`, which must speak of `lines` lines. STORE_DAMAGED when it does not. */
export function decodeLineTimes(content: Uint8Array, lines: number): readonly LineTimeRow[] {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const sizeBytes = bytes.byteLength > SIZE_BYTES ? bytes.readUInt32LE(0) : 0;
  if (sizeBytes === 0 || sizeBytes > MAX_PAYLOAD_BYTES) throw damaged('its size is impossible');
  const payload = loadZstd().decompress(bytes.subarray(SIZE_BYTES), sizeBytes);
  const read = varintReader(payload);
  const rows: LineTimeRow[] = [];
  let timeMs = read.next();
  let firstLine = 1;
  while (!read.atEnd()) {
    const value = read.next();
    const count = read.next();
    timeMs += Math.floor(value / 2);
    rows.push({ firstLine, lines: count, stream: value % 2 === 0 ? 'stdout' : 'stderr', timeMs });
    firstLine += count;
  }
  if (firstLine - 1 !== lines) throw damaged('it speaks of another number of lines');
  return rows;
}

/** The times of a kept log's lines; undefined when it has none. STORE_DAMAGED when they can't be read. */
export async function readLineTimes(
  reader: ObjectReader,
  manifest: Manifest,
): Promise<readonly LineTimeRow[] | undefined> {
  const range = manifest.object.sideTable;
  if (range === undefined) return undefined;
  if (range.end - range.start > MAX_PAYLOAD_BYTES) throw damaged('it is too large');
  const frame = await readRange(reader, keysOfManifest(manifest).object, range);
  return decodeLineTimes(decodeSideTable(frame), manifest.text.lines);
}

function varintReader(bytes: Uint8Array): { next(): number; atEnd(): boolean } {
  let at = 0;
  return {
    atEnd: () => at === bytes.byteLength,
    next() {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at++];
        if (byte === undefined || scale > 2 ** 49) throw damaged('it is cut');
        value += (byte & 127) * scale;
        if (byte < 128) return value;
      }
    },
  };
}

const damaged = (why: string): AppError =>
  new AppError('STORE_DAMAGED', `the line times of a log are damaged: ${why}`, {
    hint: 'the text is not touched by this; `firstred verify --deep` looks for more',
  });
