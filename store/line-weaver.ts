// Joins the two streams of a command into one text by whole lines: programs write to pipes in blocks that end anywhere,
// and joining the blocks as they come would tear lines of one stream apart with lines of the other.
import type { LineStream, LineTimes } from './line-times.ts';

/** chosen: an unfinished line waits for its end up to this size; a longer one goes on in pieces. */
const MAX_HELD_BYTES = 65_536;
const LF = 10;

interface Held {
  parts: Uint8Array[];
  sizeBytes: number;
}

/** Bytes of each stream come out in the order in which they went in; lines in the order in which they ended. */
export class LineWeaver {
  readonly #times: LineTimes;
  readonly #held: Readonly<Record<LineStream, Held>> = {
    stdout: { parts: [], sizeBytes: 0 },
    stderr: { parts: [], sizeBytes: 0 },
  };
  /** The last byte given out; a text that is empty ends a line, so to speak. */
  #lastByte = LF;
  #lastStream: LineStream = 'stdout';

  constructor(times: LineTimes) {
    this.#times = times;
  }

  /** What is to be kept now. */
  push(stream: LineStream, chunk: Uint8Array, nowMs: number): readonly Uint8Array[] {
    const held = this.#held[stream];
    const end = chunk.lastIndexOf(LF) + 1;
    if (end > 0) {
      const out = [...this.#take(held), chunk.subarray(0, end)];
      this.#hold(held, chunk.subarray(end));
      return this.#give(stream, out, nowMs);
    }
    this.#hold(held, chunk);
    return held.sizeBytes > MAX_HELD_BYTES ? this.#give(stream, this.#take(held), nowMs) : [];
  }

  /** The unfinished lines that are left. */
  end(nowMs: number): readonly Uint8Array[] {
    const out = [
      ...this.#give('stdout', this.#take(this.#held.stdout), nowMs),
      ...this.#give('stderr', this.#take(this.#held.stderr), nowMs),
    ];
    if (this.#lastByte !== LF) this.#times.add(this.#lastStream, 1, nowMs);
    return out;
  }

  #hold(held: Held, rest: Uint8Array): void {
    if (rest.byteLength === 0) return;
    // A copy: a short rest must not keep a whole read's buffer alive.
    held.parts.push(Uint8Array.from(rest));
    held.sizeBytes += rest.byteLength;
  }

  #take(held: Held): Uint8Array[] {
    const { parts } = held;
    held.parts = [];
    held.sizeBytes = 0;
    return parts;
  }

  #give(stream: LineStream, pieces: readonly Uint8Array[], nowMs: number): readonly Uint8Array[] {
    let lines = 0;
    for (const piece of pieces) {
      lines += countLineEnds(piece);
      this.#lastByte = piece.at(-1) ?? this.#lastByte;
    }
    if (pieces.length > 0) this.#lastStream = stream;
    this.#times.add(stream, lines, nowMs);
    return pieces;
  }
}

function countLineEnds(bytes: Uint8Array): number {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = view.indexOf(LF); at >= 0; at = view.indexOf(LF, at + 1)) count += 1;
  return count;
}
