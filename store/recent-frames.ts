// The last frames of a log under way, compressed, in memory: the tail that is kept should the disk be full.
import type { FrameRow } from './frame-table.ts';

export interface KeptFrame {
  readonly bytes: Uint8Array;
  readonly row: FrameRow;
}

/** Holds the newest frames up to a bound, at least one. */
export class RecentFrames {
  #frames: KeptFrame[] = [];
  #sizeBytes = 0;
  #pushed = 0;

  push(frame: KeptFrame, limitBytes: number): void {
    this.#frames.push(frame);
    this.#sizeBytes += frame.bytes.byteLength;
    this.#pushed += 1;
    while (this.#frames.length > 1 && this.#sizeBytes > limitBytes)
      this.#sizeBytes -= this.#frames.shift()?.bytes.byteLength ?? 0;
  }

  /** Frames of the whole log so far. */
  get count(): number {
    return this.#pushed;
  }

  /** The newest frames of together at most `limitBytes`; `first` is the place of the first one in the whole log. */
  newest(limitBytes: number): { readonly frames: readonly KeptFrame[]; readonly first: number } {
    let from = this.#frames.length;
    for (let sum = 0; from > 0; from--) {
      sum += this.#frames[from - 1]?.bytes.byteLength ?? 0;
      if (sum > limitBytes) break;
    }
    const frames = this.#frames.slice(from);
    return { frames, first: this.#pushed - frames.length };
  }
}
