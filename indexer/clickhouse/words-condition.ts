// The words that a query wants as a condition over blocks. A superset of the truth: a part of a word is looked for in all
// words, a word that may be longer than the index holds in blocks with such a word.
import { fractionPlaces } from '../fraction-words.ts';
import { mayBeLong, type Wanted, type WantedWord } from '../query-words.ts';
import { LONG_WORD } from '../tokens.ts';
import { sealWord } from './sealed-words.ts';
import { likeText, text, textArray } from './sql-text.ts';

/** chosen: as with the local index; more pieces of a fraction than this narrow nothing. */
const MAX_FRACTION_WORDS = 512;

export interface WordsCondition {
  /** Of one block. */
  readonly ofBlock: string;
  /** Over all blocks of a log together, for lines that reach over several of them; undefined: the one of a block will do. */
  readonly ofLog: string | undefined;
  /** What is looked up, for `--explain`. */
  readonly words: readonly string[];
}

/** The condition for `wanted`; undefined when nothing of it narrows. */
export function wordsCondition(wanted: Wanted): WordsCondition | undefined {
  const ofBlock = express(wanted, (leaf) => leaf);
  if (ofBlock === undefined) return undefined;
  const words = wordsOf(wanted);
  return { ofBlock, words, ofLog: words.length === 1 ? undefined : express(wanted, (leaf) => `max(${leaf})`) };
}

function express(wanted: Wanted, leaf: (condition: string) => string): string | undefined {
  if (wanted.kind === 'word') {
    const condition = wordCondition(wanted);
    return condition === undefined ? undefined : leaf(condition);
  }
  const parts = wanted.parts.map((part) => express(part, leaf));
  const known = parts.filter((part) => part !== undefined);
  if (known.length === 0 || (wanted.kind === 'any' && known.length < parts.length)) return undefined;
  return known.length === 1 ? known[0] : `(${known.join(wanted.kind === 'all' ? ' AND ' : ' OR ')})`;
}

function wordCondition(word: WantedWord): string | undefined {
  const places = fractionPlaces(word);
  if (places.flat(2).length > MAX_FRACTION_WORDS) return undefined;
  const isWhole = word.left === 'closed' && word.right === 'closed';
  const sealed = sealWord(word.text);
  const ways = [
    isWhole ? `hasAllTokens(tokens, ${textArray([sealed])})` : `tokens LIKE ${text(`%${likeText(sealed)}%`)}`,
    ...(mayBeLong(word) ? [anyOf([LONG_WORD])] : []),
    ...places.map((place) => `(${place.map(anyOf).join(' AND ')})`),
  ];
  return ways.length === 1 ? ways[0] : `(${ways.join(' OR ')})`;
}

const anyOf = (words: readonly string[]): string => `hasAnyTokens(tokens, ${textArray(words.map(sealWord))})`;

const wordsOf = (wanted: Wanted): readonly string[] =>
  wanted.kind === 'word' ? [wanted.text] : wanted.parts.flatMap(wordsOf);
