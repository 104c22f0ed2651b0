// Candidates from the full-text table: the wanted words of a query as a MATCH expression, cheap words first.
import type { IndexReadDatabase } from '../database.ts';
import { fractionPlaces } from '../fraction-words.ts';
import type { Query } from '../log-index.ts';
import { isInLongWords } from '../long-words.ts';
import { mayBeLong, type Wanted, type WantedWord, wantedWords } from '../query-words.ts';
import { firstFrom } from '../sorted-numbers.ts';
import { LONG_WORD, MARK } from '../tokens.ts';
import { expandWord } from '../vocabulary-search.ts';
import type { BlockNumbers, BlockRange, BlockRequest, CandidateSource, EngineAnswer } from './engine.ts';
import { matchBlocks, matchLastBlocks, TermBlocks } from './term-blocks.ts';

/** measured (docs/search.md): 500 words in one expression take 20 ms; beyond, reading the newest logs is as quick. */
const MAX_EXPANSIONS = 512;
/** measured: so many words take 0.1 s, which counting saves many times over where a word is in every second log. */
const MAX_COUNTED_EXPANSIONS = 2048;
/** measured: so few blocks are read and tested in the time that expanding a part of a word takes. */
const FEW_BLOCKS = 200;
/** measured: each word of an expression takes some 20 µs before the first block comes. */
const FEW_WORDS = 8;
const EVERY_BLOCK = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: Number.MAX_SAFE_INTEGER };

/** A MATCH expression over words that were looked up. One byte a character. */
type Expression =
  | {
      readonly kind: 'term';
      readonly text: string;
      /** For the blocks of a line that reaches over them: what is known of long words is known of single blocks. */
      readonly across: string;
      readonly wanted: string;
      readonly expansions: number;
    }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Expression[] };

type Leaf = Extract<Expression, { kind: 'term' }>;

/** Candidates for `query`, or why only a scan can answer it. */
export function openTextEngine(db: IndexReadDatabase, query: Query): EngineAnswer {
  const wanted = wantedWords(query);
  if (wanted === undefined) return { kind: 'scan', reason: reasonOfNothing(query) };
  const inLongWords = once((word) => isInLongWords(db, word.text));
  const cheap = express(wanted, (word) => wholeWord(word, inLongWords));
  if (cheap !== undefined) {
    const source = new TextSource(db, cheap, []);
    if (source.isRare()) return { kind: 'source', source };
  }
  const all = expand(db, query, { wanted, limit: MAX_EXPANSIONS, inLongWords });
  if (all.source !== undefined) return { kind: 'source', source: all.source };
  if (!all.tooMany) return { kind: 'scan', reason: reasonOfNothing(query) };
  const findSource = (): CandidateSource | undefined =>
    expand(db, query, { wanted, limit: MAX_COUNTED_EXPANSIONS, inLongWords }).source;
  return { kind: 'scan', reason: TOO_MANY, findSource };
}

/** Candidates by all words that the wanted ones may be parts of; `tooMany`: some of these were over `limit`. */
function expand(
  db: IndexReadDatabase,
  query: Query,
  { wanted, limit, inLongWords }: { readonly wanted: Wanted; readonly limit: number; readonly inLongWords: WordTest },
): { readonly source: CandidateSource | undefined; readonly tooMany: boolean } {
  let tooMany = false;
  const expanded = new Map<WantedWord, readonly string[]>();
  const full = express(wanted, (word) => {
    const whole = wholeWord(word, inLongWords);
    if (whole !== undefined) return whole;
    const words = expandWord(db, word, { limit, visible: query.visible });
    tooMany ||= words === undefined;
    if (words !== undefined) expanded.set(word, words);
    return words === undefined ? undefined : expressWords(word, words, inLongWords);
  });
  const certain = isWholeAnswer(query, wanted) ? (expanded.get(wanted) ?? []) : [];
  return { source: full === undefined ? undefined : new TextSource(db, full, certain), tooMany };
}

const TOO_MANY = 'its words are parts of too many others';

/** Whether any word that contains the wanted one is a match by itself: a single word, in any case, anywhere. */
const isWholeAnswer = (query: Query, wanted: Wanted): wanted is WantedWord =>
  query.kind === 'literal' &&
  query.ignoreCase &&
  !query.word &&
  !query.visible &&
  wanted.kind === 'word' &&
  /^[a-z0-9_]+$/.test(query.text.toLowerCase());

const reasonOfNothing = (query: Query): string =>
  query.kind === 'regex'
    ? 'the regular expression has no text of three or more letters or digits that every match must contain'
    : 'the query has no run of three or more letters or digits';

/** The expression for `wanted`, without the words that `look` knows nothing of; undefined when that leaves nothing. */
function express(wanted: Wanted, look: (word: WantedWord) => Expression | undefined): Expression | undefined {
  if (wanted.kind === 'word') return look(wanted);
  const parts = wanted.parts.map((part) => express(part, look));
  const known = parts.filter((part) => part !== undefined);
  if (known.length === 0 || (wanted.kind === 'any' && known.length < parts.length)) return undefined;
  // The fewest ways first: what is rarest ends a look before the others are asked for.
  return known.length === 1 ? known[0] : { kind: wanted.kind, parts: known.sort((a, b) => waysOf(a) - waysOf(b)) };
}

const waysOf = (expression: Expression): number =>
  expression.kind === 'term' ? expression.expansions : expression.parts.reduce((sum, part) => sum + waysOf(part), 0);

const quoted = (text: string): string => `"${text}"`;
const LONG = quoted(LONG_WORD);
/** A word that no document has: an expression must have one. */
const NOWHERE = quoted(`${MARK}n`);

type WordTest = (word: WantedWord) => boolean;

/** `test`, asked once for each word. */
function once(test: WordTest): WordTest {
  const known = new Map<WantedWord, boolean>();
  return (word) => {
    const answer = known.get(word) ?? test(word);
    known.set(word, answer);
    return answer;
  };
}

/** measured: the text table joins all words with a start before it gives the first block; of an id there are few. */
const MIN_START_OF_ID = 8;
const isIdLike = (text: string): boolean => text.length >= MIN_START_OF_ID && /[0-9]/.test(text);

/** What the text table can look up without the vocabulary: a whole word, or the start of an id. */
function wholeWord(word: WantedWord, inLongWords: WordTest): Expression | undefined {
  if (word.left !== 'closed' || word.right === 'edge' || (word.right === 'open' && !isIdLike(word.text)))
    return undefined;
  const own = word.right === 'closed' ? quoted(word.text) : `${quoted(word.text)} *`;
  return termOf(word, [own], mayBeLong(word) ? { inBlock: inLongWords(word) } : undefined);
}

function expressWords(word: WantedWord, words: readonly string[], inLongWords: WordTest): Expression | undefined {
  const isWhole = word.left === 'edge' && word.right === 'edge' ? [word.text] : [];
  return termOf(word, [...new Set([...isWhole, ...words])].map(quoted), { inBlock: inLongWords(word) });
}

/**
 * One of `ways`, or the word as a part of a fraction of a second or, where `long` is given, of a long word; undefined when
 * that is too much to ask for.
 */
function termOf(
  word: WantedWord,
  ways: readonly string[],
  long: { readonly inBlock: boolean } | undefined,
): Expression | undefined {
  const places = fractionPlaces(word);
  if (places.flat(2).length > MAX_EXPANSIONS) return undefined;
  const anyOf = (words: readonly string[]): string =>
    words.length === 1 ? (words[0] ?? '') : `(${words.join(' OR ')})`;
  const fractions = places.map((place) => `(${place.map((group) => anyOf(group.map(quoted))).join(' AND ')})`);
  const known = [...ways, ...fractions];
  const withLong = [...known, LONG];
  const inBlock = known.length === 0 ? [NOWHERE] : known;
  return {
    kind: 'term',
    text: anyOf(long?.inBlock === true ? withLong : inBlock),
    across: anyOf(long === undefined ? inBlock : withLong),
    wanted: word.text,
    expansions: ways.length,
  };
}

class TextSource implements CandidateSource {
  readonly #db: IndexReadDatabase;
  readonly #expression: Expression;
  readonly #match: string;
  readonly #certainWords: readonly string[];
  readonly #leafBlocks = new Map<Leaf, TermBlocks>();
  readonly isWide: boolean;

  constructor(db: IndexReadDatabase, expression: Expression, certainWords: readonly string[]) {
    this.#db = db;
    this.#expression = expression;
    this.#certainWords = certainWords;
    this.#match = matchText(expression);
    this.isWide = waysOf(expression) > FEW_WORDS;
  }

  /** Blocks of which the words alone show that they match; all at once, as counting asks for one log after another. */
  #certain: BlockNumbers | undefined;

  isCertainIn({ from, to }: BlockRange): boolean {
    if (this.#certainWords.length === 0) return false;
    this.#certain ??= matchBlocks(this.#db, this.#certainWords.map(quoted).join(' OR '), EVERY_BLOCK);
    const at = firstFrom(this.#certain, from);
    return (this.#certain[at] ?? to) < to;
  }

  terms(detail: 'names' | 'counted'): ReturnType<CandidateSource['terms']> {
    return leaves(this.#expression).map((leaf) => ({
      text: leaf.wanted,
      expansions: leaf.expansions,
      blocks: detail === 'counted' ? matchBlocks(this.#db, leaf.text, EVERY_BLOCK).length : undefined,
    }));
  }

  isRare(): boolean {
    return matchBlocks(this.#db, this.#match, { ...EVERY_BLOCK, limit: FEW_BLOCKS + 1 }).length <= FEW_BLOCKS;
  }

  blocksIn({ end, ...range }: BlockRequest): number[] {
    return end === 'first'
      ? matchBlocks(this.#db, this.#match, range)
      : matchLastBlocks(this.#db, this.#match, range).reverse();
  }

  mayMatchAcross(range: BlockRange): boolean {
    const isThere = (expression: Expression): boolean => {
      if (expression.kind === 'term') return this.#blocksOf(expression).hasIn(range);
      return expression.kind === 'all' ? expression.parts.every(isThere) : expression.parts.some(isThere);
    };
    return isThere(this.#expression);
  }

  #blocksOf(leaf: Leaf): TermBlocks {
    const known = this.#leafBlocks.get(leaf);
    if (known !== undefined) return known;
    const blocks = new TermBlocks(this.#db, leaf.across, { isWide: leaf.expansions > FEW_WORDS });
    this.#leafBlocks.set(leaf, blocks);
    return blocks;
  }
}

function matchText(expression: Expression): string {
  if (expression.kind === 'term') return expression.text;
  const join = expression.kind === 'all' ? ' AND ' : ' OR ';
  return `(${expression.parts.map(matchText).join(join)})`;
}

const leaves = (expression: Expression): Leaf[] =>
  expression.kind === 'term' ? [expression] : expression.parts.flatMap(leaves);
