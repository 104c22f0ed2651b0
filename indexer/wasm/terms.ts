// The distinct words of many documents, in one that is never cut.
import { SLOTS, SLOTS_BYTES, TEXT } from './layout.ts';
import {
  addFolded,
  beginDocument,
  clearDocuments,
  countWords,
  endOfDocument,
  MAX_WORD_BYTES,
  MIN_WORD_BYTES,
  VISIBLE_MARK,
} from './words.ts';

/** A table takes half as many words as it has slots, of 16 bytes. */
const MAX_TERMS: u32 = <u32>SLOTS_BYTES / 32;

/** Begins the set; gives where its words will stand. */
export function beginTerms(): usize {
  clearDocuments();
  beginDocument();
  return endOfDocument();
}

/** Whether the words of so many bytes of documents fit into the set, whatever they are. */
export function haveTermsRoom(bytes: i32): boolean {
  const most = <u32>bytes / (<u32>MIN_WORD_BYTES + 1) + 2;
  return countWords() + most < MAX_TERMS && endOfDocument() + bytes + MAX_WORD_BYTES < SLOTS;
}

/**
 * Adds the words of so many bytes of documents, a space behind each; of the marked ones only those that a search must find by a
 * part. Gives where the words of the set end.
 */
export function addTerms(bytes: i32): usize {
  const stop = TEXT + <usize>bytes;
  let start = TEXT;
  for (let at = TEXT; at < stop; at += 16) {
    let spaces = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(0x20)));
    for (; spaces !== 0; spaces &= spaces - 1) {
      const end = at + <usize>ctz(spaces);
      if (end >= stop) return endOfDocument();
      if (load<u8>(start) !== 0x01 || load<u16>(start) === VISIBLE_MARK) addFolded(start, end - start);
      start = end + 1;
    }
  }
  return endOfDocument();
}
