// The documents of a frame's blocks, one behind the other.
import { clearGrams, hasLongWords } from './grams.ts';
import { addHiddenWords } from './hidden.ts';
import { MARGIN, TEXT } from './layout.ts';
import { addWords, beginDocument, clearDocuments, endOfDocument } from './words.ts';

/** A frame of so many bytes is in place, behind it `openBytes` of a word that it goes on. */
export function beginFrame(textBytes: i32, openBytes: i32): void {
  memory.fill(TEXT + <usize>textBytes, 0, MARGIN);
  memory.fill(TEXT - <usize>openBytes - MARGIN, 0, MARGIN);
  clearDocuments();
}

/**
 * Makes the document of the block `[from, to)` of the frame; `from` is negative where a word from the frame before goes on.
 * Gives where it ends.
 */
export function addBlock(from: i32, to: i32): usize {
  beginDocument();
  clearGrams();
  addWords(TEXT + from, TEXT + to);
  addHiddenWords(TEXT + max(from, 0), TEXT + to);
  return endOfDocument();
}

/** Whether the last block has pieces of long words. */
export function hasGrams(): boolean {
  return hasLongWords();
}
