// Which error rules a line can meet at all: one table look-up a byte finds every piece of text that a rule needs
// (Aho-Corasick), so that ingest makes no string of a line that meets none, and tries few patterns on the others.

const encoder = new TextEncoder();

/** Finds which of a fixed set of texts a line has, in one pass over its bytes, whatever their case. */
export class NeedleFinder {
  /** Byte → column of the table; letters in both cases, bytes of no needle in column 0. */
  readonly #columns = new Uint8Array(256);
  readonly #width: number;
  /** State + column → next state. A state is its place in this table; those that end a needle come last. */
  readonly #moves: Uint32Array;
  readonly #firstHit: number;
  /** Bits of the rules whose needles end in a hit state, `words` numbers each, in the order of states. */
  readonly #bits: Uint32Array;
  /** Numbers of 32 bits that one bit set has. */
  readonly words: number;
  /** Bits of the rules that the last line can meet. */
  readonly found: Uint32Array;

  /** `needs[rule]` are lower-case pieces, one of which a line must hold. */
  constructor(needs: readonly (readonly string[])[]) {
    this.words = Math.ceil(needs.length / 32);
    this.found = new Uint32Array(this.words);
    const needles = needs.flatMap((pieces, rule) => pieces.map((piece) => ({ bytes: encoder.encode(piece), rule })));
    let width = 1;
    for (const { bytes } of needles)
      for (const byte of bytes) if (this.#columns[byte] === 0) this.#columns[byte] = width++;
    for (let upper = 0x41; upper <= 0x5a; upper++) this.#columns[upper] = this.#columns[upper + 0x20] as number;
    this.#width = width;
    const children: Int32Array[] = [new Int32Array(width).fill(-1)];
    const bits: Uint32Array[] = [new Uint32Array(this.words)];
    for (const { bytes, rule } of needles) {
      let state = 0;
      for (const byte of bytes) {
        const row = children[state] as Int32Array;
        const column = this.#columns[byte] as number;
        if ((row[column] as number) < 0) {
          row[column] = children.length;
          children.push(new Int32Array(width).fill(-1));
          bits.push(new Uint32Array(this.words));
        }
        state = row[column] as number;
      }
      const own = bits[state] as Uint32Array;
      own[rule >> 5] = ((own[rule >> 5] as number) | (1 << (rule & 31))) >>> 0;
    }
    const moves = this.#link(children, bits);
    const isHit = bits.map((own) => own.some((word) => word !== 0));
    const states = [...children.keys()].sort((a, b) => Number(isHit[a]) - Number(isHit[b]) || a - b);
    const placeOf = new Uint32Array(states.length);
    states.forEach((state, at) => {
      placeOf[state] = at * width;
    });
    this.#firstHit = isHit.filter((hit) => !hit).length * width;
    this.#moves = new Uint32Array(moves.length);
    states.forEach((state, at) => {
      for (let column = 0; column < width; column++)
        this.#moves[at * width + column] = placeOf[moves[state * width + column] as number] as number;
    });
    this.#bits = Uint32Array.from(states.filter((state) => isHit[state]).flatMap((state) => [...(bits[state] ?? [])]));
  }

  /** Follows failure links breadth first, folds them into the table, and joins the bits of what ends in a state. */
  #link(children: readonly Int32Array[], bits: readonly Uint32Array[]): Uint16Array {
    const width = this.#width;
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

  /** Whether any rule can match the bytes `[from, to)`; `found` then has their bits. */
  find(bytes: Uint8Array, from: number, to: number): boolean {
    const moves = this.#moves;
    const columns = this.#columns;
    const firstHit = this.#firstHit;
    let any = false;
    let state = 0;
    for (let i = from; i < to; i++) {
      state = moves[state + (columns[bytes[i] as number] as number)] as number;
      if (state < firstHit) continue;
      if (!any) this.found.fill(0);
      any = true;
      this.#add(state);
    }
    return any;
  }

  #add(state: number): void {
    const { found, words } = this;
    const at = ((state - this.#firstHit) / this.#width) * words;
    for (let word = 0; word < words; word++) found[word] = (found[word] as number) | (this.#bits[at + word] as number);
  }
}
