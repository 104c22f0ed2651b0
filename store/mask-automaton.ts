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
  /** Where ESC leads from every state: the caller steps over the sequence and goes on in the state before. */
  readonly escapeState: number;
}

/** Uint16 states; reached only by tens of thousands of told values. */
const MAX_STATES = 65_534;

const ESC = 0x1b;

const fold = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);

interface Trie {
  readonly next: Map<number, number>[];
  readonly words: number[][];
}

function buildTrie(words: readonly Uint8Array[]): Trie {
  const trie: Trie = { next: [new Map()], words: [[]] };
  words.forEach((word, index) => {
    let state = 0;
    for (const byte of word) {
      const children = trie.next[state] as Map<number, number>;
      let child = children.get(fold(byte));
      if (child === undefined) {
        child = trie.next.length;
        trie.next.push(new Map());
        trie.words.push([]);
        children.set(fold(byte), child);
      }
      state = child;
    }
    if (state !== 0) trie.words[state]?.push(index);
  });
  return trie;
}

/** Class 0 is every byte that no word has: it always leads to the root. Class 1 is ESC. */
function classify(words: readonly Uint8Array[]): { classes: Uint8Array; count: number } {
  const classes = new Uint8Array(256);
  classes[ESC] = 1;
  let count = 2;
  for (const word of words) {
    for (const byte of word) {
      const folded = fold(byte);
      if (classes[folded] !== 0) continue;
      classes[folded] = count;
      if (folded >= 0x61 && folded <= 0x7a) classes[folded - 0x20] = count;
      count++;
    }
  }
  return { classes, count };
}

/** Breadth-first order, failure links, and for each state the words of its failure link added. */
function link(trie: Trie): { order: number[]; failure: number[] } {
  const failure: number[] = new Array(trie.next.length).fill(0);
  const order = [0];
  for (let at = 0; at < order.length; at++) {
    const state = order[at] as number;
    for (const [byte, child] of trie.next[state] as Map<number, number>) {
      order.push(child);
      let fall = failure[state] as number;
      while (state !== 0 && fall !== 0 && !trie.next[fall]?.has(byte)) fall = failure[fall] as number;
      const target = state === 0 ? 0 : (trie.next[fall]?.get(byte) ?? 0);
      failure[child] = target;
      trie.words[child]?.push(...(trie.words[target] ?? []));
    }
  }
  return { order, failure };
}

/** Compiles words (at least one byte each, ASCII letters match in either case). */
export function buildAutomaton(words: readonly Uint8Array[]): Automaton {
  const trie = buildTrie(words);
  const count = trie.next.length;
  if (count > MAX_STATES) throw new RangeError(`${count} automaton states, at most ${MAX_STATES}`);
  const { classes, count: classCount } = classify(words);
  const shift = Math.ceil(Math.log2(Math.max(2, classCount)));
  const { order, failure } = link(trie);
  const hits = order.filter((state) => (trie.words[state]?.length ?? 0) > 0);
  const firstHit = count - hits.length;
  const number: number[] = [];
  let plain = 0;
  let hit = firstHit;
  // The root comes first in breadth-first order and ends no word, so it is state 0.
  for (const state of order) number[state] = (trie.words[state]?.length ?? 0) > 0 ? hit++ : plain++;
  const table = new Uint16Array(count << shift);
  for (const state of order) {
    const row = (number[state] as number) << shift;
    const fallRow = (number[failure[state] as number] as number) << shift;
    if (state !== 0) table.copyWithin(row, fallRow, fallRow + (1 << shift));
    table[row + 1] = count;
    for (const [byte, child] of trie.next[state] as Map<number, number>) {
      table[row + (classes[byte] as number)] = number[child] as number;
    }
  }
  return { table, classes, shift, firstHit, words: hits.map((state) => trie.words[state] ?? []), escapeState: count };
}
