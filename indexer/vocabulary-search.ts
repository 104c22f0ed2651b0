// Which words of the index a part of a word stands in: byte search over the decompressed lists.
import type { IndexReadDatabase } from './database.ts';
import { textFinder } from './find-text.ts';
import type { WantedWord } from './query-words.ts';
import { MARK, VISIBLE_MARK } from './tokens.ts';
import { readVocabulary } from './vocabulary.ts';
import { classesThatMayHold, OTHER_BYTES, type VocabularyClass } from './vocabulary-class.ts';
import { filterFor } from './vocabulary-filter.ts';

const LF = 0x0a;
const MARK_BYTE = MARK.charCodeAt(0);

/** Words of the index that may be the wanted one, one byte a character; undefined when they are over `limit`. */
export function expandWord(
  db: IndexReadDatabase,
  wanted: WantedWord,
  options: { readonly limit: number; readonly visible: boolean },
): string[] | undefined {
  const found = new Set<string>();
  // Each list begins with a line feed and has one behind each word.
  const isStart = wanted.left === 'closed';
  const piece = Buffer.from(isStart ? `\n${wanted.text}` : wanted.text, 'latin1');
  const finder = textFinder(piece, { ignoreCase: false });
  const next = (list: Buffer, from: number): number => {
    const at = finder.find(list, from, list.length);
    return at < 0 || !isStart ? at : at + 1;
  };
  for (const list of readVocabulary(db, classesOf(wanted), filterFor(db, wanted.text))) {
    for (let at = next(list, 0); at >= 0; ) {
      const start = list.lastIndexOf(LF, at) + 1;
      const end = list.indexOf(LF, at);
      if (fits(list, wanted, { at, start, end }) && (options.visible || list[start] !== MARK_BYTE)) {
        found.add(list.toString('latin1', start, end));
        if (found.size > options.limit) return undefined;
        at = next(list, end);
      } else at = next(list, at + 1);
    }
  }
  return [...found];
}

/** A word that ends at both sides, but for bytes from 0x80 on, is itself (looked up whole) or has such bytes. */
function classesOf(wanted: WantedWord): readonly VocabularyClass[] {
  if (wanted.left === 'edge' && wanted.right === 'edge') return [OTHER_BYTES];
  return classesThatMayHold(wanted.text);
}

function fits(
  list: Buffer,
  wanted: WantedWord,
  place: { readonly at: number; readonly start: number; readonly end: number },
): boolean {
  if (wanted.left === 'escape' && !isEscapeEnd(list.toString('latin1', place.start, place.at))) return false;
  const before = place.at === place.start ? 0 : (list[place.at - 1] as number);
  const afterAt = place.at + wanted.text.length;
  const after = afterAt === place.end ? 0 : (list[afterAt] as number);
  return sideFits(wanted.left, before) && sideFits(wanted.right, after);
}

/** `neighbour`: the byte beside the piece; 0 where the word ends. */
const sideFits = (side: WantedWord['left'], neighbour: number): boolean =>
  side === 'open' || side === 'escape' || neighbour === 0 || (side === 'edge' && neighbour >= 0x80);

/**
 * Whether a word of the visible text may begin behind `start`, the start of a word of the index: behind nothing, behind what
 * marks a word that only the visible text has, or behind the letters that an escape sequence ends with (visible-line.ts).
 */
const isEscapeEnd = (start: string): boolean =>
  start === '' || start === VISIBLE_MARK || /^(?:[0-9ks\x80-\xff]*[a-z_]|[0-9\x80-\xff])$/.test(start);
