// Which error rules a line can meet at all: one table look-up a byte finds every piece of text that a rule needs
// (Aho-Corasick, wasm/needles.ts), so that ingest makes no string of a line that meets none, and tries few patterns on the
// others.

const encoder = new TextEncoder();

/** What finds which of a fixed set of texts a line has, in one pass over its bytes, whatever their case. */
export interface NeedleTables {
  /** Byte → column of the table; letters in both cases and first, bytes of no needle in column 0. */
  readonly columns: Uint8Array;
  /** Lines of 64 bytes that the moves of a state take. */
  readonly lines: number;
  /** State × lines × LINE_MOVES + column → next state × lines. States that end a needle come last. */
  readonly moves: Uint16Array;
  readonly firstHit: number;
  /** Bits of the rules whose needles end in a hit state, `words` numbers each, in the order of states. */
  readonly bits: Uint32Array;
  /** Numbers of 32 bits that one bit set has. */
  readonly words: number;
  /** Bytes of the longest needle. */
  readonly longest: number;
}

interface Trie {
  readonly children: Int32Array[];
  readonly bits: Uint32Array[];
}

/** Moves in one line of the processor's cache: the table is 1 MB, and what letters move to is then one line a state. */
const LINE_MOVES = 32;
const LETTERS = encoder.encode('abcdefghijklmnopqrstuvwxyz');

/** `needs[rule]` are lower-case pieces, one of which a line must hold. */
export function needleTables(needs: readonly (readonly string[])[]): NeedleTables {
  const words = Math.ceil(needs.length / 32);
  const needles = needs.flatMap((pieces, rule) => pieces.map((piece) => ({ bytes: encoder.encode(piece), rule })));
  const columns = new Uint8Array(256);
  let width = 1;
  for (const bytes of [LETTERS, ...needles.map((needle) => needle.bytes)])
    for (const byte of bytes) if (columns[byte] === 0) columns[byte] = width++;
  for (let upper = 0x41; upper <= 0x5a; upper++) columns[upper] = columns[upper + 0x20] as number;
  const trie: Trie = { children: [new Int32Array(width).fill(-1)], bits: [new Uint32Array(words)] };
  for (const { bytes, rule } of needles) addNeedle(trie, { bytes, rule, columns, width, words });
  const { bits } = trie;
  const moves = link(trie, width);
  const isHit = bits.map((own) => own.some((word) => word !== 0));
  const states = [...bits.keys()].sort((a, b) => Number(isHit[a]) - Number(isHit[b]) || a - b);
  const placeOf = new Uint32Array(states.length);
  states.forEach((state, at) => {
    placeOf[state] = at;
  });
  const lines = Math.ceil(width / LINE_MOVES);
  const placed = new Uint16Array(states.length * lines * LINE_MOVES);
  states.forEach((state, at) => {
    for (let column = 0; column < width; column++)
      placed[at * lines * LINE_MOVES + column] = (placeOf[moves[state * width + column] as number] as number) * lines;
  });
  return {
    columns,
    lines,
    moves: placed,
    firstHit: isHit.filter((hit) => !hit).length,
    bits: Uint32Array.from(states.filter((state) => isHit[state]).flatMap((state) => [...(bits[state] ?? [])])),
    words,
    longest: Math.max(...needles.map(({ bytes }) => bytes.length)),
  };
}

function addNeedle(
  { children, bits }: Trie,
  needle: { bytes: Uint8Array; rule: number; columns: Uint8Array; width: number; words: number },
): void {
  let state = 0;
  for (const byte of needle.bytes) {
    const row = children[state] as Int32Array;
    const column = needle.columns[byte] as number;
    if ((row[column] as number) < 0) {
      row[column] = children.length;
      children.push(new Int32Array(needle.width).fill(-1));
      bits.push(new Uint32Array(needle.words));
    }
    state = row[column] as number;
  }
  const own = bits[state] as Uint32Array;
  own[needle.rule >> 5] = ((own[needle.rule >> 5] as number) | (1 << (needle.rule & 31))) >>> 0;
}

/** Follows failure links breadth first, folds them into the table, and joins the bits of what ends in a state. */
function link({ children, bits }: Trie, width: number): Uint16Array {
  const moves = new Uint16Array(children.length * width);
  const fallback = new Int32Array(children.length);
  const queue = [0];
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] as number;
    const back = fallback[state] as number;
    if (state !== 0) {
      const own = bits[state] as Uint32Array;
      const inherited = bits[back] as Uint32Array;
      for (let word = 0; word < own.length; word++)
        own[word] = ((own[word] as number) | (inherited[word] as number)) >>> 0;
    }
    for (let column = 0; column < width; column++) {
      const child = (children[state] as Int32Array)[column] as number;
      const other = state === 0 ? 0 : (moves[back * width + column] as number);
      moves[state * width + column] = child < 0 ? other : child;
      if (child < 0) continue;
      fallback[child] = other;
      queue.push(child);
    }
  }
  return moves;
}
