// The loops over every byte of a log, in WebAssembly: what indexer/wasm/ is compiled to. One instance has one log under way,
// in a memory of fixed places that never grows. There is no plain copy of them: where Node runs without WebAssembly
// (`--jitless`), logs are kept, and not looked into.
import { readFileSync } from 'node:fs';
import { builtFile } from '../store/built-file.ts';
import { AppError, reasonOf } from '../store/errors.ts';
import { WebAssembly } from '../store/web-assembly.ts';

/** Places in the memory (wasm/layout.ts); the first ones and the last ones of the areas that JavaScript reads and writes. */
const PLACES = ['TEXT', 'LINE', 'FOUND', 'COLUMNS', 'EDITS', 'GRAMS', 'DOCUMENTS', 'TEMPLATES', 'NEEDLES'] as const;
type Place = (typeof PLACES)[number];

/** What the module gives; docs stand in wasm/blocks.ts, terms.ts, lines.ts, needles.ts and templates.ts. Addresses go in and out. */
interface Functions {
  beginFrame(textBytes: number, openBytes: number): void;
  addBlock(from: number, to: number): number;
  hasGrams(): number;
  beginTerms(): number;
  haveTermsRoom(bytes: number): number;
  addTerms(bytes: number): number;
  beginLog(keeps: number): void;
  beginPiece(textBytes: number): void;
  stopAlways(value: number): void;
  nextStop(): number;
  scanSingle(textBytes: number): void;
  maskBytes(from: number, to: number): number;
  lineCount(): number;
  firstTimeMs(): number;
  lastTimeMs(): number;
  mark(index: number, value: number): void;
  countOfTemplates(): number;
  areTemplatesComplete(): number;
  useNeedles(moves: number, firstHit: number, lines: number, words: number, longest: number): void;
  findNeedles(from: number, to: number): number;
}

/** An instance: its functions, and its memory as bytes and numbers. */
export interface ByteLoops {
  readonly run: Functions;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly uint32: Uint32Array<ArrayBuffer>;
  readonly float64: Float64Array<ArrayBuffer>;
  readonly at: Readonly<Record<Place, number>>;
}

let compiled: object | undefined;
let shared: ByteLoops | undefined;
/** Of logs that are done: as many as were under way at once. */
const idle: ByteLoops[] = [];

/** Loops for one log, until `returnLoops`. INDEX_UNSUPPORTED where there is no WebAssembly. */
export function takeLoops(): ByteLoops {
  return idle.pop() ?? startLoops();
}

/** The log is done. Whoever gives one up need not call this. */
export function returnLoops(loops: ByteLoops): void {
  idle.push(loops);
}

/** For what takes a line of its own and is done with it before anybody else asks. */
export function sharedLoops(): ByteLoops {
  shared ??= startLoops();
  return shared;
}

/** Loops that nobody else uses. */
export function startLoops(): ByteLoops {
  const exports = instantiate();
  const { buffer } = exports.memory;
  const at = Object.fromEntries(PLACES.map((place) => [place, exports[place].value])) as Record<Place, number>;
  return {
    run: exports,
    bytes: new Uint8Array(buffer),
    uint32: new Uint32Array(buffer),
    float64: new Float64Array(buffer),
    at,
  };
}

type Exports = Functions & { readonly memory: { readonly buffer: ArrayBuffer } } & Readonly<
    Record<Place, { readonly value: number }>
  >;

function instantiate(): Exports {
  try {
    if (WebAssembly === undefined) throw new Error('Node runs without it');
    compiled ??= new WebAssembly.Module(readFileSync(builtFile('indexer/byte-loops.wasm')));
    return new WebAssembly.Instance(compiled).exports as Exports;
  } catch (cause) {
    throw new AppError('INDEX_UNSUPPORTED', `the WebAssembly that reads logs can't be started: ${reasonOf(cause)}`, {
      hint: 'run Node without --jitless, or install firstred again; logs are kept without it (`archive --no-index`, `run`)',
      cause,
    });
  }
}
