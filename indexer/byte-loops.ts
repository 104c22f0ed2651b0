// The loops over every byte of a log, in WebAssembly: what indexer/wasm/ is compiled to. One instance has one log under way,
// its memory starts with what that needs, and holds no more than the templates of one log. There is no plain copy of them:
// what Node runs without WebAssembly (`--jitless`) does not index.
import { readFileSync } from 'node:fs';
import { builtFile } from '../store/built-file.ts';
import { AppError, reasonOf } from '../store/errors.ts';

/** What the module gives; places are addresses in its memory. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly TEXT: { readonly value: number };
  readonly DOCUMENTS: { readonly value: number };
  readonly GRAMS: { readonly value: number };
  readonly GRAM_BITS: { readonly value: number };
  beginFrame(textBytes: number, openBytes: number): void;
  addBlock(from: number, to: number): number;
  hasGrams(): number;
}

/** An instance and a view of its memory. */
export interface ByteLoops extends Omit<Exports, 'memory' | 'TEXT' | 'DOCUMENTS' | 'GRAMS' | 'GRAM_BITS'> {
  /** A new view when the memory has grown: ask each time. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the text goes. */
  readonly textAt: number;
  /** Where the documents of a frame start. */
  readonly documentsAt: number;
  /** Where the set of the last block's pieces of long words lies, and its size. */
  readonly gramsAt: number;
  readonly gramsBytes: number;
}

/** Node's own, of which its types for version 20 say nothing; missing where code may not be made (`--jitless`). */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly?: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object) => { readonly exports: unknown };
  };
};

let compiled: object | undefined;
/** Of logs that are done. As many as were under way at once, which the pool of threads and the sync bound. */
const idle: ByteLoops[] = [];
/** chosen: a log of a few hundred thousand templates grew it beyond this, and rather gives it back. */
const MAX_IDLE_BYTES = 24 * 1024 * 1024;

/** Loops for one log, until `returnLoops`. */
export function takeLoops(): ByteLoops {
  return idle.pop() ?? startLoops();
}

/** The log is done. Whoever gives one up need not call this. */
export function returnLoops(loops: ByteLoops): void {
  if (loops.bytes.length <= MAX_IDLE_BYTES) idle.push(loops);
}

function startLoops(): ByteLoops {
  const exports = instantiate();
  const { memory } = exports;
  let bytes = new Uint8Array(memory.buffer);
  return {
    beginFrame: exports.beginFrame,
    addBlock: exports.addBlock,
    hasGrams: exports.hasGrams,
    get bytes() {
      if (bytes.buffer !== memory.buffer) bytes = new Uint8Array(memory.buffer);
      return bytes;
    },
    textAt: exports.TEXT.value,
    documentsAt: exports.DOCUMENTS.value,
    gramsAt: exports.GRAMS.value,
    gramsBytes: exports.GRAM_BITS.value / 8,
  };
}

function instantiate(): Exports {
  try {
    if (WebAssembly === undefined) throw new Error('Node runs without it');
    compiled ??= new WebAssembly.Module(readFileSync(builtFile('indexer/byte-loops.wasm')));
    return new WebAssembly.Instance(compiled).exports as Exports;
  } catch (cause) {
    throw new AppError('INDEX_UNSUPPORTED', `the WebAssembly that reads logs can't be started: ${reasonOf(cause)}`, {
      hint: 'run Node without --jitless, or install firstred again; logs are kept (`archive --no-index`, `run`) without it',
      cause,
    });
  }
}
