// A byte automaton (Aho-Corasick) that finds many short words in one pass. It only says where a word ends; what the
// hit means is decided by its caller. It keeps no state between calls.

/** A compiled set of words. `table` holds the next state for (state << shift | class of the byte). */
export interface Automaton {
  readonly table: Uint16Array;
  /** Class of each byte; letters of both cases share one. */
  readonly classes: Uint8Array;
  readonly shift: number;
  /** States from here on end at least one word: a hit is one comparison. */
  readonly firstHit: number;
  /** Words (indexes into the input) that end in state `firstHit + n`, longest first. */
  readonly words: readonly (readonly number[])[];
  /** Bytes of the longest begun word in each state. */
  readonly depths: Uint8Array;
  /** Where ESC leads from every state: the caller steps over the sequence and goes on in the state before. */
  readonly escapeState: number;
}

/** What Uint16 can number; the last two are for the escape state and to spare. */
const MAX_STATES = 65_534;

const ESC = 0x1b;
const ESC_CLASS = 1;
const NO_WORDS: readonly number[] = [];

const fold = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);

/** Class 0 is every byte that no word has: it always leads to the root. Class 1 is ESC. */
function classify(words: readonly string[]): { classes: Uint8Array; count: number } {
  const classes = new Uint8Array(256);
  classes[ESC] = ESC_CLASS;
  let count = 2;
  for (const word of words) {
    for (let at = 0; at < word.length; at++) {
      const folded = fold(word.charCodeAt(at));
      if (classes[folded] !== 0) continue;
      classes[folded] = count;
      if (folded >= 0x61 && folded <= 0x7a) classes[folded - 0x20] = count;
      count++;
    }
  }
  return { classes, count };
}

/** A trie whose states are numbered as they are met; children of a state form a list. */
interface Trie {
  /** Child by (state << 8 | class). */
  readonly children: Map<number, number>;
  readonly firstChild: number[];
  readonly nextSibling: number[];
  /** Class that leads to a state. */
  readonly entered: number[];
  readonly depths: number[];
  /** Words that end in a state, for the few states that have any. */
  readonly ends: Map<number, number[]>;
}

function buildTrie(words: readonly string[], classes: Uint8Array): Trie {
  const trie: Trie = {
    children: new Map(),
    firstChild: [0],
    nextSibling: [0],
    entered: [0],
    depths: [0],
    ends: new Map(),
  };
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    let state = 0;
    for (let at = 0; at < word.length; at++) state = childOf(trie, state, classes[word.charCodeAt(at)] as number);
    const here = trie.ends.get(state);
    if (here === undefined) trie.ends.set(state, [index]);
    else here.push(index);
  }
  return trie;
}

function childOf(trie: Trie, state: number, cls: number): number {
  const known = trie.children.get((state << 8) | cls);
  if (known !== undefined) return known;
  const child = trie.entered.push(cls) - 1;
  if (child >= MAX_STATES) throw new RangeError(`more than ${MAX_STATES} automaton states`);
  trie.children.set((state << 8) | cls, child);
  trie.nextSibling.push(trie.firstChild[state] as number);
  trie.firstChild[state] = child;
  trie.firstChild.push(0);
  trie.depths.push((trie.depths[state] as number) + 1);
  return child;
}

/** States shortest first, and for each the longest other state that ends like it; words are handed down that way. */
function link({ children, firstChild, nextSibling, entered, ends }: Trie): { order: number[]; failure: number[] } {
  const failure: number[] = new Array(entered.length).fill(0);
  const order = [0];
  for (let at = 0; at < order.length; at++) {
    const state = order[at] as number;
    for (let child = firstChild[state] as number; child !== 0; child = nextSibling[child] as number) {
      order.push(child);
      if (state === 0) continue;
      const cls = entered[child] as number;
      let fall = failure[state] as number;
      while (fall !== 0 && !children.has((fall << 8) | cls)) fall = failure[fall] as number;
      const fallen = children.get((fall << 8) | cls) ?? 0;
      failure[child] = fallen;
      const inherited = ends.get(fallen);
      if (inherited !== undefined) ends.set(child, [...(ends.get(child) ?? NO_WORDS), ...inherited]);
    }
  }
  return { order, failure };
}

/**
 * Compiles words (one unit a byte, at least one each; ASCII letters match in either case). RangeError when they need
 * more than {@link MAX_STATES} states.
 */
export function buildAutomaton(words: readonly string[]): Automaton {
  const { classes, count: classCount } = classify(words);
  const shift = Math.ceil(Math.log2(classCount));
  const trie = buildTrie(words, classes);
  const { order, failure } = link(trie);
  const count = order.length;
  const firstHit = count - trie.ends.size;
  const number = new Uint16Array(count);
  const depths = new Uint8Array(count);
  const ended: (readonly number[])[] = [];
  let plain = 0;
  // The root comes first and ends no word, so it is state 0.
  for (const state of order) {
    const here = trie.ends.get(state);
    if (here === undefined) number[state] = plain++;
    else number[state] = firstHit + ended.push(here) - 1;
    depths[number[state] as number] = trie.depths[state] as number;
  }
  const table = new Uint16Array(count << shift);
  for (const state of order) {
    const row = (number[state] as number) << shift;
    // What a state does not know, the shorter one that it ends like does; that one's row is filled already.
    const fallRow = (number[failure[state] as number] as number) << shift;
    if (state !== 0) table.copyWithin(row, fallRow, fallRow + (1 << shift));
    for (let child = trie.firstChild[state] as number; child !== 0; child = trie.nextSibling[child] as number) {
      table[row + (trie.entered[child] as number)] = number[child] as number;
    }
    table[row + ESC_CLASS] = count;
  }
  return { table, classes, shift, firstHit, words: ended, depths, escapeState: count };
}
