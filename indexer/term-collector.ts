// The words that an ingest has met and not yet written to the vocabulary: a hash set over bytes, bounded.
import { MARK, VISIBLE_MARK, type WordSet } from './tokens.ts';

/** chosen: a million words are about 10 MB of text and 30 MB of tables; then the set starts anew, which only repeats words. */
const MAX_TERMS = 1 << 20;
const FIRST_SLOTS = 1 << 14;
/** As in tokens.ts: words made to collide must not slow an ingest down; such a word is written twice. */
const MAX_PROBES = 64;

const MARK_BYTE = MARK.charCodeAt(0);
const VISIBLE_BYTE = VISIBLE_MARK.charCodeAt(1);

/** Collects the words that a process meets for the first time, for the vocabulary. */
export class TermCollector {
  #slots = new Int32Array(FIRST_SLOTS);
  #hashes = new Int32Array(FIRST_SLOTS / 2);
  #starts = new Int32Array(FIRST_SLOTS / 2);
  #sizes = new Uint16Array(FIRST_SLOTS / 2);
  #arena = new Uint8Array(1 << 17);
  #arenaBytes = 0;
  #count = 0;
  #written = 0;

  /** Words that `takeNew` would give. */
  get newCount(): number {
    return this.#count - this.#written;
  }

  /** Adds every word of a block; of the marked ones only those that a search must find by a part of them. */
  take(words: WordSet): void {
    const bytes = words.bytes;
    for (let n = 1; n <= words.count; n++) {
      const start = words.wordStart(n);
      if (bytes[start] === MARK_BYTE && bytes[start + 1] !== VISIBLE_BYTE) continue;
      this.#add(bytes, { start, size: words.wordBytes(n), hash: words.wordHash(n) });
    }
  }

  #add(bytes: Uint8Array, word: { readonly start: number; readonly size: number; readonly hash: number }): void {
    const mask = this.#slots.length - 1;
    let slot = word.hash & mask;
    for (let probes = 0; probes < MAX_PROBES; probes++) {
      const entry = this.#slots[slot] as number;
      if (entry === 0) break;
      if (
        this.#hashes[entry - 1] === word.hash &&
        this.#sizes[entry - 1] === word.size &&
        this.#same(bytes, word.start, entry - 1)
      )
        return;
      slot = (slot + 1) & mask;
    }
    if (this.#count === this.#hashes.length) this.#grow();
    this.#reserve(word.size);
    const entry = this.#count++;
    this.#hashes[entry] = word.hash;
    this.#starts[entry] = this.#arenaBytes;
    this.#sizes[entry] = word.size;
    for (let i = 0; i < word.size; i++) this.#arena[this.#arenaBytes + i] = bytes[word.start + i] as number;
    this.#arenaBytes += word.size;
    this.#link(entry);
  }

  #same(bytes: Uint8Array, start: number, entry: number): boolean {
    const own = this.#starts[entry] as number;
    const size = this.#sizes[entry] as number;
    for (let i = 0; i < size; i++) if (this.#arena[own + i] !== bytes[start + i]) return false;
    return true;
  }

  #link(entry: number): void {
    const mask = this.#slots.length - 1;
    let slot = (this.#hashes[entry] as number) & mask;
    for (let probes = 0; this.#slots[slot] !== 0; probes++) {
      if (probes === MAX_PROBES) return;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = entry + 1;
  }

  #grow(): void {
    const length = this.#hashes.length * 2;
    const hashes = new Int32Array(length);
    hashes.set(this.#hashes);
    const starts = new Int32Array(length);
    starts.set(this.#starts);
    const sizes = new Uint16Array(length);
    sizes.set(this.#sizes);
    this.#hashes = hashes;
    this.#starts = starts;
    this.#sizes = sizes;
    this.#slots = new Int32Array(length * 2);
    for (let entry = 0; entry < this.#count; entry++) this.#link(entry);
  }

  #reserve(bytes: number): void {
    if (this.#arenaBytes + bytes <= this.#arena.length) return;
    const next = new Uint8Array(this.#arena.length * 2 + bytes);
    next.set(this.#arena);
    this.#arena = next;
  }

  /** Words since the last call, one byte a character (latin1), unordered. They count as written from now on. */
  takeNew(): string[] {
    const text = Buffer.from(this.#arena.buffer, 0, this.#arenaBytes);
    const terms: string[] = [];
    for (let entry = this.#written; entry < this.#count; entry++) {
      const start = this.#starts[entry] as number;
      terms.push(text.toString('latin1', start, start + (this.#sizes[entry] as number)));
    }
    this.#written = this.#count;
    if (this.#count > MAX_TERMS) this.clear();
    return terms;
  }

  /** Forgets what was written: after a transaction that was taken back. */
  clear(): void {
    this.#slots.fill(0);
    this.#arenaBytes = 0;
    this.#count = 0;
    this.#written = 0;
  }
}
