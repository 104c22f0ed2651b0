// Cuts the text of a log into blocks and makes the document of each: its distinct words. Block k of a frame has the lines
// that start in its bytes [k × 64 KiB, (k + 1) × 64 KiB); a line that reaches over frames has a part in each of them.
import { FRAME_BYTES, type FrameTable } from '../store/frame-table.ts';
import type { ByteLoops } from './byte-loops.ts';
import type { HeldDocument } from './ingest-buffer.ts';
import { GRAMS_BYTES, packGrams } from './long-words.ts';
import { MAX_WORD_BYTES, WORD_BYTE } from './tokens.ts';

/**
 * measured (docs/search.md): 32 KiB makes the index 8 % larger. A frame is decompressed whole in any case, so smaller blocks
 * only spare the testing of lines, which is quick.
 */
export const BLOCK_BYTES = 65_536;
/** Row numbers that one frame takes, whether it fills them or not, so that a row number says frame and block; but the last. */
export const BLOCKS_PER_FRAME = FRAME_BYTES / BLOCK_BYTES;

/** Row numbers that a log takes: of its last frame only those that it fills, as lists of rows that lie close take less room. */
export function countBlocks({ count, textBytes }: FrameTable): number {
  const inLast = Math.ceil((textBytes[count - 1] ?? 0) / BLOCK_BYTES);
  return Math.max(0, count - 1) * BLOCKS_PER_FRAME + Math.min(inLast, BLOCKS_PER_FRAME);
}

const LF = 0x0a;

/** Start and end in the frame's text of the lines of block `k`; empty where no line starts in it. */
export function blockRange(text: Uint8Array, k: number): readonly [start: number, end: number] {
  const start = k === 0 ? 0 : lineStartFrom(text, k * BLOCK_BYTES);
  return [start, lineStartFrom(text, (k + 1) * BLOCK_BYTES)];
}

/** The first line start at or after `at`; the end when there is none. */
function lineStartFrom(text: Uint8Array, at: number): number {
  if (at >= text.length) return text.length;
  const end = text.indexOf(LF, at - 1);
  return end < 0 ? text.length : end + 1;
}

/** Makes documents frame by frame, in order. */
export class BlockCutter {
  readonly #loops: ByteLoops;
  /** The part of a word that the last frame ended with, when it ended inside a line. */
  #openWord: Uint8Array = NO_WORD;

  constructor(loops: ByteLoops) {
    this.#loops = loops;
  }

  /**
   * The documents of the blocks of frame `frame`, whose text goes to the loops' memory for that, unless it is there. `continues`: the frame
   * begins inside a line; `isCut`: it ends inside one.
   */
  cut(
    text: Uint8Array,
    frame: { readonly number: number; readonly continues: boolean; readonly isCut: boolean },
  ): HeldDocument[] {
    const loops = this.#loops;
    const open = frame.continues ? this.#openWord : NO_WORD;
    if (text.buffer !== loops.bytes.buffer) loops.bytes.set(text, loops.at.TEXT);
    loops.bytes.set(open, loops.at.TEXT - open.length);
    loops.run.beginFrame(text.length, open.length);
    const parts: { slot: number; end: number; grams: Uint8Array | undefined }[] = [];
    for (let k = 0; k < BLOCKS_PER_FRAME; k++) {
      const [start, end] = blockRange(text, k);
      if (start === end) continue;
      const documentEnd = loops.run.addBlock(k === 0 ? -open.length : start, end);
      const grams =
        loops.run.hasGrams() !== 0
          ? packGrams(loops.bytes.slice(loops.at.GRAMS, loops.at.GRAMS + GRAMS_BYTES))
          : undefined;
      parts.push({ slot: frame.number * BLOCKS_PER_FRAME + k, end: documentEnd, grams });
    }
    this.#openWord = frame.isCut ? lastWord(text) : NO_WORD;
    // One copy for all, which goes from thread to thread as one.
    const documents = loops.bytes.slice(loops.at.DOCUMENTS, parts.at(-1)?.end ?? loops.at.DOCUMENTS);
    let at = 0;
    return parts.map(({ slot, end, grams }) => {
      const words = documents.subarray(at, end - loops.at.DOCUMENTS);
      at = end - loops.at.DOCUMENTS;
      return { slot, words, grams };
    });
  }
}

const NO_WORD = new Uint8Array(0);

/** The word that `text` ends in, of which more than a long word's size makes no difference. */
function lastWord(text: Uint8Array): Uint8Array {
  let start = text.length;
  while (start > 0 && text.length - start <= MAX_WORD_BYTES && WORD_BYTE[text[start - 1] as number] !== 0) start--;
  return text.slice(start);
}
