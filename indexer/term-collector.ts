// The words that an ingest has met and not yet written to the vocabulary: a hash set over bytes, bounded.
import { MARK, VISIBLE_MARK } from './tokens.ts';

/**
 * measured: so many words and those of a batch are some 16 MB; then the set starts anew, which only repeats words. Four times as many
 * took 70 MB and spared nothing that could be seen.
 */
const MAX_TERMS = 1 << 18;
const FIRST_SLOTS = 1 << 14;
/** As in tokens.ts: words made to collide must not slow an ingest down; such a word is written twice. */
const MAX_PROBES = 64;

const SPACE = 0x20;
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

  /** Runs `write`, in which words are taken and written; when that fails none of them counts as written. */
  collect(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#clear();
      throw error;
    }
  }

  /** Adds every word of a document (a space behind each); of the marked ones only those that a search must find by a part. */
  take(document: Uint8Array): void {
    for (let at = 0; at < document.length; ) {
      const start = at;
      let hash = 0;
      for (let byte = document[at] as number; byte !== SPACE; byte = document[at] as number) {
        hash = Math.imul(hash ^ byte, 0x01000193);
        at++;
      }
      const size = at++ - start;
      if (document[start] === MARK_BYTE && document[start + 1] !== VISIBLE_BYTE) continue;
      this.#add(document, start, size, Math.imul(hash, 0x9e3779b1) ^ (hash >>> 15));
    }
  }

  #add(bytes: Uint8Array, start: number, size: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let probes = 0; probes < MAX_PROBES; probes++) {
      const entry = this.#slots[slot] as number;
      if (entry === 0) break;
      if (this.#hashes[entry - 1] === hash && this.#sizes[entry - 1] === size && this.#same(bytes, start, entry - 1))
        return;
      slot = (slot + 1) & mask;
    }
    if (this.#count === this.#hashes.length) this.#grow();
    this.#reserve(size);
    const entry = this.#count++;
    this.#hashes[entry] = hash;
    this.#starts[entry] = this.#arenaBytes;
    this.#sizes[entry] = size;
    for (let i = 0; i < size; i++) this.#arena[this.#arenaBytes + i] = bytes[start + i] as number;
    this.#arenaBytes += size;
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
    if (this.#count > MAX_TERMS) this.#clear();
    return terms;
  }

  #clear(): void {
    this.#slots.fill(0);
    this.#arenaBytes = 0;
    this.#count = 0;
    this.#written = 0;
  }
}
