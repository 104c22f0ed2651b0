// The words that an ingest has met and not yet written to the vocabulary: the set of words that makes the document of a block
// (wasm/terms.ts), over many documents, in a memory of its own.
import { type ByteLoops, startLoops } from './byte-loops.ts';

/** chosen: a document is smaller, but for odd ones. */
const PIECE_BYTES = 65_536;
const SPACE = 0x20;

/**
 * Collects the words that a process meets for the first time, for the vocabulary. When the set is full, some 100,000 words, it
 * starts anew, which only repeats words.
 */
export class TermCollector {
  #loops: ByteLoops | undefined;
  /** Those that are new, each with a space behind. */
  #words: Uint8Array[] = [];
  /** Where the words in the set begin that were not taken out of it, and where they end. */
  #from = 0;
  #end = 0;

  /** Runs `write`, in which words are taken and written; when that fails none of them counts as written. */
  collect(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#words = [];
      if (this.#loops !== undefined) this.#clear(this.#loops);
      throw error;
    }
  }

  /** Adds every word of a document (a space behind each); of the marked ones only those that a search must find by a part. */
  take(document: Uint8Array): void {
    const loops = this.#loops ?? this.#start();
    for (let from = 0; from < document.length; ) {
      const end = Math.min(from + PIECE_BYTES, document.length);
      const piece = document.subarray(from, document.lastIndexOf(SPACE, end - 1) + 1);
      if (piece.length === 0) return; // no document of ours
      if (loops.run.haveTermsRoom(piece.length) === 0) {
        this.#gather(loops);
        this.#clear(loops);
      }
      loops.bytes.set(piece, loops.at.TEXT);
      this.#end = loops.run.addTerms(piece.length);
      from += piece.length;
    }
  }

  #start(): ByteLoops {
    this.#loops = startLoops();
    this.#clear(this.#loops);
    return this.#loops;
  }

  #clear(loops: ByteLoops): void {
    this.#from = loops.run.beginTerms();
    this.#end = this.#from;
  }

  #gather(loops: ByteLoops): void {
    if (this.#end > this.#from) this.#words.push(loops.bytes.slice(this.#from, this.#end));
    this.#from = this.#end;
  }

  /** Words since the last call, one byte a character (latin1), unordered. They count as written from now on. */
  takeNew(): string[] {
    if (this.#loops !== undefined) this.#gather(this.#loops);
    return this.#words.splice(0).flatMap(({ buffer, length }) =>
      Buffer.from(buffer, 0, length - 1)
        .toString('latin1')
        .split(' '),
    );
  }
}
