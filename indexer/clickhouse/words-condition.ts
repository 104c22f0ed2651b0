// The words that a query wants as a condition over blocks. A superset of the truth: a part of a word is looked for in all
// words, a word that may be longer than the index holds in blocks with such a word.
import { fractionPlaces } from '../fraction-words.ts';
import { gramHashes } from '../long-words.ts';
import { mayBeLong, type Wanted, type WantedWord } from '../query-words.ts';
import { LONG_WORD } from '../tokens.ts';
import { sealWord } from './sealed-words.ts';
import { likeText, number, text, textArray } from './sql-text.ts';

/** chosen: as with the local index; more pieces of a fraction than this narrow nothing. */
const MAX_FRACTION_WORDS = 512;

/** chosen: more words than this are common words, and blocks are then asked one page of attempts after the other. */
export const NARROW_WORDS = 500;
/** The index is asked for so many. Measured for 1,216 words: 27 ms of the engine a page, 74 ms to look into the page's blocks. */
export const MAX_WORDS = 2000;

export interface WordsCondition {
  /** Of one block. */
  readonly ofBlock: string;
  /** Over all blocks of a log together, for lines that reach over several of them; undefined: the one of a block will do. */
  readonly ofLog: string | undefined;
  /** Of every block that says something about `ofLog`. */
  readonly some: string;
  /** What is looked up, for `--explain`. */
  readonly words: readonly string[];
  /** Whole words narrow it, so that the index of words says which blocks are to be looked at. */
  readonly isNarrow: boolean;
  /** Some part of a word is looked for in the words of blocks. */
  readonly looksInBlocks: boolean;
}

/** The condition for `wanted`; undefined when nothing of it narrows. `known`: the words that have a part, as far as they are few. */
export function wordsCondition(wanted: Wanted, known: KnownWords): WordsCondition | undefined {
  const leaves = new Set<string>();
  let looksInBlocks = false;
  const foundOf = (word: WantedWord): readonly string[] | undefined =>
    isWhole(word) ? [sealWord(word.text)] : known.get(partOf(word));
  const leafOf = (word: WantedWord): string | undefined => {
    const found = foundOf(word);
    const condition = wordCondition(word, found);
    if (condition === undefined) return undefined;
    leaves.add(condition);
    looksInBlocks ||= found === undefined;
    return condition;
  };
  const ofBlock = express(wanted, leafOf);
  if (ofBlock === undefined) return undefined;
  const words = wordsIn(wanted).map(({ text: word }) => word);
  const ofLog = words.length === 1 ? undefined : express(wanted, (word) => inLog(leafOf(word)));
  const narrow = express(wanted, (word) => (isFew(foundOf(word)) ? leafOf(word) : undefined));
  return { ofBlock, words, ofLog, some: [...leaves].join(' OR '), isNarrow: narrow !== undefined, looksInBlocks };
}

const isFew = (found: readonly string[] | undefined): boolean => found !== undefined && found.length <= NARROW_WORDS;

const inLog = (condition: string | undefined): string | undefined =>
  condition === undefined ? undefined : `max(${condition})`;

/** LIKE patterns of parts of words, and the sealed words that match each. */
export type KnownWords = ReadonlyMap<string, readonly string[]>;

/** The parts of words that `wanted` looks for, as LIKE patterns over sealed words. */
export const partsOf = (wanted: Wanted): readonly string[] => [
  ...new Set(
    wordsIn(wanted)
      .filter((word) => !isWhole(word))
      .map(partOf),
  ),
];

const isWhole = (word: WantedWord): boolean => word.left === 'closed' && word.right === 'closed';

function partOf({ text: part, left, right }: WantedWord): string {
  const like = likeText(sealWord(part));
  return `${left === 'closed' ? '' : '%'}${like}${right === 'closed' ? '' : '%'}`;
}

function express(wanted: Wanted, leaf: (word: WantedWord) => string | undefined): string | undefined {
  if (wanted.kind === 'word') return leaf(wanted);
  const parts = wanted.parts.map((part) => express(part, leaf));
  const known = parts.filter((part) => part !== undefined);
  if (known.length === 0 || (wanted.kind === 'any' && known.length < parts.length)) return undefined;
  return known.length === 1 ? known[0] : `(${known.join(wanted.kind === 'all' ? ' AND ' : ' OR ')})`;
}

/** `found`: the words of the blocks that it can be (a part of); undefined: not told, or too many. */
function wordCondition(word: WantedWord, found: readonly string[] | undefined): string | undefined {
  const places = fractionPlaces(word);
  if (places.flat(2).length > MAX_FRACTION_WORDS) return undefined;
  const own = found === undefined ? `tokens LIKE ${text(`%${likeText(sealWord(word.text))}%`)}` : anySealed(found);
  const ways = [
    own,
    ...(mayBeLong(word) ? [inLongWord(word)] : []),
    ...places.map((place) => `(${place.map(anyOf).join(' AND ')})`),
  ];
  return ways.length === 1 ? ways[0] : `(${ways.join(' OR ')})`;
}

/** How many bits the set of a block's pieces has, less one. */
const GRAM_MASK = 'length(long_grams) * 8 - 1';
const GRAM_BYTE = `reinterpretAsUInt8(substring(long_grams, intDiv(bitAnd(hash, ${GRAM_MASK}), 8) + 1, 1))`;

/** A long word of the block may have it: as `mayHoldPart` of long-words.ts, where the pieces of all its long words are known. */
function inLongWord({ text: part }: WantedWord): string {
  const isThere = anyOf([LONG_WORD]);
  const hashes = gramHashes(part).map(number);
  if (hashes.length === 0) return isThere;
  const mayHold = `arrayAll(hash -> bitTest(${GRAM_BYTE}, bitAnd(hash, 7)), [${hashes.join(', ')}])`;
  return `(${isThere} AND (long_grams = '' OR ${mayHold}))`;
}

/** No word at all: no block. */
const anySealed = (words: readonly string[]): string =>
  words.length === 0 ? '0' : `hasAnyTokens(tokens, ${textArray(words)})`;
const anyOf = (words: readonly string[]): string => anySealed(words.map(sealWord));

const wordsIn = (wanted: Wanted): readonly WantedWord[] =>
  wanted.kind === 'word' ? [wanted] : wanted.parts.flatMap(wordsIn);
