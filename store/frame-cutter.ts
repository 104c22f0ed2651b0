// Cuts masked text into frames of at most 256 KiB that end at line ends, and counts what the manifest says of the text.
import type { Hash } from 'node:crypto';
import { digestOf, startSha256 } from './digest.ts';
import { FRAME_BYTES } from './frame-table.ts';
import type { TextFacts } from './manifest.ts';
import type { MaskedBytes } from './mask.ts';
import { NoteTaker } from './text-notes.ts';

/** The text of one frame. Its bytes are the cutter's own: they hold until the next frame is asked for. */
export interface CutFrame {
  readonly text: Uint8Array;
  readonly lineEnds: number;
  /** It ends inside a line, because the line is longer than a frame or the log ends there. */
  readonly cutsLine: boolean;
}

/** Masked text of any cut in, frames out; afterwards, what the manifest says of the text. One for each log. */
export class FrameCutter {
  readonly #buffer = Buffer.alloc(FRAME_BYTES);
  #filled = 0;
  #lineEnds = 0;
  #sizeBytes = 0;
  #openLineBytes = 0;
  #longestLineBytes = 0;
  readonly #notes = new NoteTaker();
  readonly #hash: Hash = startSha256();

  /** Takes a piece of any length; gives the frames that are full now. */
  *push(piece: MaskedBytes): Generator<CutFrame> {
    let rest: Uint8Array = piece;
    while (rest.byteLength > 0) {
      const taken = rest.subarray(0, FRAME_BYTES - this.#filled);
      this.#buffer.set(taken, this.#filled);
      this.#filled += taken.byteLength;
      rest = rest.subarray(taken.byteLength);
      if (this.#filled === FRAME_BYTES) yield* this.#take(this.#frameEnd());
    }
  }

  /** The last frame, if anything is left. */
  *end(): Generator<CutFrame> {
    if (this.#filled > 0) yield* this.#take(this.#filled);
    this.#notes.end();
  }

  /** After the end: what the manifest says of the whole text. */
  facts(): TextFacts {
    return {
      sizeBytes: this.#sizeBytes,
      lines: this.#lineEnds + (this.#openLineBytes > 0 ? 1 : 0),
      longestLineBytes: this.#longestLineBytes,
      sha256: digestOf(this.#hash),
      notes: this.#notes.sorted(),
    };
  }

  #frameEnd(): number {
    const lastLineEnd = this.#buffer.lastIndexOf(10);
    return lastLineEnd < 0 ? FRAME_BYTES : lastLineEnd + 1;
  }

  *#take(length: number): Generator<CutFrame> {
    const text = this.#buffer.subarray(0, length);
    try {
      yield { text, lineEnds: this.#count(text), cutsLine: text[length - 1] !== 10 };
    } finally {
      this.#buffer.copyWithin(0, length, this.#filled);
      this.#filled -= length;
    }
  }

  #count(text: Uint8Array): number {
    this.#notes.read(text);
    this.#sizeBytes += text.byteLength;
    this.#hash.update(text);
    const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
    let lineEnds = 0;
    let from = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      this.#longestLineBytes = Math.max(this.#longestLineBytes, this.#openLineBytes + at - from);
      this.#openLineBytes = 0;
      lineEnds += 1;
      from = at + 1;
    }
    this.#openLineBytes += bytes.length - from;
    this.#longestLineBytes = Math.max(this.#longestLineBytes, this.#openLineBytes);
    this.#lineEnds += lineEnds;
    return lineEnds;
  }
}
