// Bytes that wait, in memory that is used again: pieces of their own for every chunk outlive the young objects of the
// collector, which then lets a hundred megabytes come together before it looks at the old ones.

/** chosen: what one write to a file takes, as `peek` gives no more; a queue of 4 MB is sixteen of them. */
const SLAB_BYTES = 262_144;

interface Slab {
  readonly bytes: Buffer;
  /** Bytes from here to `filled` wait. */
  from: number;
  filled: number;
}

/** First in, first out. Chunks are copied, so whoever gave them may write over them. */
export class ByteQueue {
  #slabs: Slab[] = [];
  #free: Buffer[] = [];
  /** Holds what was taken last, so it must not be filled again yet. */
  #lent: Slab | undefined;
  #sizeBytes = 0;

  /** Bytes that wait. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  push(chunk: Uint8Array): void {
    for (let rest = chunk; rest.byteLength > 0; ) {
      const slab = this.#open();
      const part = rest.subarray(0, SLAB_BYTES - slab.filled);
      slab.bytes.set(part, slab.filled);
      slab.filled += part.byteLength;
      rest = rest.subarray(part.byteLength);
    }
    this.#sizeBytes += chunk.byteLength;
  }

  /** The first bytes, at most so many, which no longer wait; they hold until the next call of `take`. */
  take(mostBytes: number): Uint8Array | undefined {
    const [lent, first] = [this.#lent, this.#slabs[0]];
    if (lent !== undefined && lent !== first) this.#free.push(lent.bytes);
    this.#lent = first;
    const piece = this.peek(mostBytes);
    if (piece !== undefined) this.drop(piece.byteLength);
    return piece;
  }

  /** The first bytes that lie side by side, at most so many; undefined when none wait. They hold until `drop`. */
  peek(mostBytes: number): Uint8Array | undefined {
    const [first] = this.#slabs;
    if (first === undefined || first.from === first.filled) return undefined;
    return first.bytes.subarray(first.from, Math.min(first.filled, first.from + mostBytes));
  }

  /** Lets the first bytes go, of which `peek` gave so many. */
  drop(count: number): void {
    const [first] = this.#slabs;
    if (first === undefined) return;
    const dropped = Math.min(count, first.filled - first.from);
    first.from += dropped;
    this.#sizeBytes -= dropped;
    if (first.from < SLAB_BYTES) return; // there is room behind what was read
    this.#slabs.shift();
    if (first !== this.#lent) this.#free.push(first.bytes);
  }

  /** Throws away what waits; gives how many bytes that were. */
  clear(): number {
    const bytes = this.#sizeBytes;
    this.#slabs = [];
    this.#free = [];
    this.#lent = undefined;
    this.#sizeBytes = 0;
    return bytes;
  }

  #open(): Slab {
    const last = this.#slabs.at(-1);
    if (last !== undefined && last.filled < SLAB_BYTES) return last;
    const slab = { bytes: this.#free.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES), from: 0, filled: 0 };
    this.#slabs.push(slab);
    return slab;
  }
}
