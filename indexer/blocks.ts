// Cuts the text of a log into blocks and makes the document of each: its distinct words. Block k of a frame has the lines
// that start in its bytes [k × 64 KiB, (k + 1) × 64 KiB); a line that reaches over frames has a part in each of them.
import { FRAME_BYTES } from '../store/frame-table.ts';
import { LongWordGrams } from './long-words.ts';
import { MAX_WORD_BYTES, VISIBLE_MARK, WORD_BYTE, WordSet } from './tokens.ts';
import { HiddenPlaces, visibleBytes } from './visible-line.ts';

/**
 * measured (docs/search.md): 32 KiB makes the index 8 % larger. A frame is decompressed whole in any case, so smaller blocks
 * only spare the testing of lines, which is quick.
 */
export const BLOCK_BYTES = 65_536;
/** Row numbers that one frame takes, whether it fills them or not, so that a row number says frame and block. */
export const BLOCKS_PER_FRAME = FRAME_BYTES / BLOCK_BYTES;

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

export interface BlockDocument {
  /** Frame × BLOCKS_PER_FRAME + block. */
  readonly slot: number;
  readonly words: WordSet;
  /** Of its long words (long-words.ts), where it has any. */
  readonly grams: Uint8Array | undefined;
}

/** Makes documents frame by frame, in order. */
export class BlockCutter {
  readonly #grams = new LongWordGrams();
  readonly #words = new WordSet((text, from, to) => this.#grams.add(text, from, to));
  /** The part of a word that the last frame ended with, when it ended inside a line. */
  #openWord: Uint8Array = new Uint8Array(0);

  /**
   * Calls `take` for each block of frame `frame`; its words are valid only during the call. `continues`: the frame begins
   * inside a line; `isCut`: it ends inside one.
   */
  cut(
    text: Uint8Array,
    frame: { readonly number: number; readonly continues: boolean; readonly isCut: boolean },
    take: (document: BlockDocument) => void,
  ): void {
    const words = this.#words;
    for (let k = 0; k < BLOCKS_PER_FRAME; k++) {
      const [start, end] = blockRange(text, k);
      if (start === end) continue;
      words.clear();
      const joined = k === 0 && frame.continues ? this.#addJoined(text, start, end) : start;
      words.add(text, joined, end);
      addVisibleWords(words, text.subarray(start, end));
      take({ slot: frame.number * BLOCKS_PER_FRAME + k, words, grams: this.#grams.take() });
    }
    this.#openWord = frame.isCut ? lastWord(text) : new Uint8Array(0);
  }

  /** Adds the word that began in the frame before; gives where the rest of the text starts. */
  #addJoined(text: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && WORD_BYTE[text[at] as number] !== 0) at++;
    const joined = new Uint8Array(this.#openWord.length + at - start);
    joined.set(this.#openWord);
    joined.set(text.subarray(start, at), this.#openWord.length);
    this.#words.add(joined, 0, joined.length);
    return at;
  }
}

/** The word that `text` ends in, of which more than a long word's size makes no difference. */
function lastWord(text: Uint8Array): Uint8Array {
  let start = text.length;
  while (start > 0 && text.length - start <= MAX_WORD_BYTES && WORD_BYTE[text[start - 1] as number] !== 0) start--;
  return text.slice(start);
}

/** Words that only the visible text of a line has: those that an escape sequence or overstrike cuts. */
function addVisibleWords(words: WordSet, text: Uint8Array): void {
  const hidden = new HiddenPlaces(text);
  for (let at = hidden.next(0); at < text.length; at = hidden.next(at)) {
    const start = text.lastIndexOf(LF, at) + 1;
    const lf = text.indexOf(LF, at);
    const end = lf < 0 ? text.length : lf;
    const visible = visibleBytes(text, start, end);
    let taken = 0;
    for (const join of visible.joins) if (join >= taken) taken = addWordAround(words, visible.bytes, join);
    at = end + 1;
  }
}

/** Gives the end of the word, so that further joins inside it are passed over. */
function addWordAround(words: WordSet, visible: Uint8Array, at: number): number {
  if (at === 0 || at >= visible.length) return at;
  if (WORD_BYTE[visible[at - 1] as number] === 0 || WORD_BYTE[visible[at] as number] === 0) return at;
  let start = at - 1;
  let end = at + 1;
  while (start > 0 && WORD_BYTE[visible[start - 1] as number] !== 0) start--;
  while (end < visible.length && WORD_BYTE[visible[end] as number] !== 0) end++;
  if (end - start > MAX_WORD_BYTES) words.add(visible, start, end);
  else words.addMarked(VISIBLE_MARK, visible, start, end);
  return end;
}
