// Distinct template hashes of a log with counts and first lines: an open-addressing table on typed arrays, as a Map
// would cost more than the hashing.

/** More distinct templates than this are counted no further: such a log is data, not messages (chosen). */
const MAX_TEMPLATES = 1 << 19;

/** Parallel arrays, ascending by hash. */
export interface TemplateList {
  readonly hashes: Uint32Array;
  readonly counts: Uint32Array;
  readonly firstLines: Uint32Array;
  /** False when a log has more than MAX_TEMPLATES. */
  readonly complete: boolean;
}

/** Counts templates by hash, with the first line of each; open addressing, nothing allocated per line. */
export class TemplateTable {
  #slots = new Uint32Array(1 << 12);
  #hashes = new Uint32Array(1 << 11);
  #counts = new Uint32Array(1 << 11);
  #firstLines = new Uint32Array(1 << 11);
  #size = 0;
  #complete = true;

  get size(): number {
    return this.#size;
  }

  countAt(index: number): number {
    return this.#counts[index] as number;
  }

  /** Counts `hash` (not 0) on `line`. Returns its index, or -1 when the table is full and does not know it. */
  add(hash: number, line: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const entry = this.#slots[slot] as number;
      if (entry === 0) break;
      if (this.#hashes[entry - 1] === hash) {
        this.#counts[entry - 1] = (this.#counts[entry - 1] as number) + 1;
        return entry - 1;
      }
      slot = (slot + 1) & mask;
    }
    if (this.#size === MAX_TEMPLATES) {
      this.#complete = false;
      return -1;
    }
    if (this.#size === this.#hashes.length) {
      this.#grow();
      return this.add(hash, line);
    }
    this.#hashes[this.#size] = hash;
    this.#counts[this.#size] = 1;
    this.#firstLines[this.#size] = line;
    this.#slots[slot] = ++this.#size;
    return this.#size - 1;
  }

  #grow(): void {
    const double = (old: Uint32Array): Uint32Array<ArrayBuffer> => {
      const next = new Uint32Array(old.length * 2);
      next.set(old);
      return next;
    };
    this.#hashes = double(this.#hashes);
    this.#counts = double(this.#counts);
    this.#firstLines = double(this.#firstLines);
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let i = 0; i < this.#size; i++) {
      let slot = (this.#hashes[i] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = i + 1;
    }
    this.#slots = slots;
  }

  list(): TemplateList {
    // Hash and index as one number (32 and 19 bits): typed arrays sort numbers natively, a comparator costs ten times
    // that; plain loops, as the `from` functions of typed arrays go through iterators.
    const size = this.#size;
    const keys = new Float64Array(size);
    for (let i = 0; i < size; i++) keys[i] = (this.#hashes[i] as number) * MAX_TEMPLATES + i;
    keys.sort();
    const hashes = new Uint32Array(size);
    const counts = new Uint32Array(size);
    const firstLines = new Uint32Array(size);
    for (let at = 0; at < size; at++) {
      const i = (keys[at] as number) % MAX_TEMPLATES;
      hashes[at] = this.#hashes[i] as number;
      counts[at] = this.#counts[i] as number;
      firstLines[at] = this.#firstLines[i] as number;
    }
    return {
      hashes,
      counts,
      firstLines,
      complete: this.#complete,
    };
  }
}
