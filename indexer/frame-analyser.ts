// What ingest makes of a log's frames, one after the other: the documents of its blocks, and in the end its digest.
import { FRAME_BYTES } from '../store/frame-table.ts';
import { loadZstd } from '../store/zstd.ts';
import { BlockCutter } from './blocks.ts';
import { returnLoops } from './byte-loops.ts';
import type { HeldDocument } from './ingest-buffer.ts';
import { LogAnalyser } from './log-digest.ts';
import type { LogDigest } from './log-index.ts';

/** A frame as it is stored. */
export interface StoredFrame {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly textBytes: number;
  /** It begins inside a line. */
  readonly continues: boolean;
  /** It ends inside a line. */
  readonly isCut: boolean;
}

/** Of one log; takes its frames in order. */
export class FrameAnalyser {
  readonly #analyser = new LogAnalyser();
  readonly #cutter = new BlockCutter(this.#analyser.loops);

  /** STORE_DAMAGED when the frame is not what is said of it. */
  take(frame: StoredFrame): HeldDocument[] {
    const { bytes, at } = this.#analyser.loops;
    const place = bytes.subarray(at.TEXT, at.TEXT + FRAME_BYTES);
    const text = loadZstd().decompress(frame.bytes, frame.textBytes, place);
    const documents = this.#cutter.cut(text, frame);
    this.#analyser.push(text, 'in place');
    return documents;
  }

  /** Gives the log up. */
  drop(): void {
    returnLoops(this.#analyser.loops);
  }

  end(): LogDigest {
    return this.#analyser.endForIndex();
  }
}
