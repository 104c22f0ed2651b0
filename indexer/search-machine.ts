// The WebAssembly of a search: its memory, with the text that is looked for, a piece of the bytes that were looked through last,
// and room for one frame, which is unpacked right there, so that nothing is copied to be searched.
import { readFileSync } from 'node:fs';
import { builtFile } from '../store/built-file.ts';
import { FRAME_BYTES } from '../store/frame-table.ts';
import { WebAssembly } from '../store/web-assembly.ts';

/** What wasm/find-text.ts gives. */
interface Functions {
  findText(from: number, to: number, length: number, first: number, second: number): number;
  countLineFeeds(from: number, to: number): number;
}

type Exports = Functions & { readonly memory: { readonly buffer: ArrayBuffer } } & Readonly<
    Record<'NEEDLE' | 'MASKS' | 'TEXT' | 'TEXT_BYTES' | 'FRAME', { readonly value: number }>
  >;

/** The module with what lies in its memory. */
export class SearchMachine {
  readonly run: Functions;
  readonly #text: number;
  readonly #room: number;
  readonly #memory: Uint8Array<ArrayBuffer>;
  readonly #needle: number;
  readonly #masks: number;
  readonly #frame: Uint8Array<ArrayBuffer>;
  #isFrameTaken = false;
  #owner: object | undefined;
  #bytes: Uint8Array | undefined;
  #from = 0;
  #to = 0;

  constructor(exports: Exports) {
    this.run = exports;
    this.#text = exports.TEXT.value;
    this.#room = exports.TEXT_BYTES.value;
    this.#memory = new Uint8Array(exports.memory.buffer);
    this.#needle = exports.NEEDLE.value;
    this.#masks = exports.MASKS.value;
    this.#frame = new Uint8Array(exports.memory.buffer, exports.FRAME.value, FRAME_BYTES);
  }

  use(owner: object, needle: Uint8Array, masks: Uint8Array): void {
    if (this.#owner === owner) return;
    this.#memory.set(needle, this.#needle);
    this.#memory.set(masks, this.#masks);
    this.#owner = owner;
  }

  /** Where in the memory `bytes[from]` lies, and which of `bytes` is the first behind what is there; it reaches to `to` or over `least` bytes. */
  hold(bytes: Uint8Array, [from, to]: readonly [number, number], least: number): readonly [at: number, end: number] {
    if (this.isHere(bytes)) return [bytes.byteOffset + from, to];
    const isHeld = this.#bytes === bytes && from >= this.#from && (to <= this.#to || from + least <= this.#to);
    if (!isHeld) {
      this.#bytes = bytes;
      this.#from = from;
      this.#to = Math.min(to, from + this.#room);
      this.#memory.set(bytes.subarray(from, this.#to), this.#text);
    }
    return [this.#text + from - this.#from, Math.min(to, this.#to)];
  }

  isHere(bytes: Uint8Array): boolean {
    return bytes.buffer === this.#memory.buffer;
  }

  /** The room for a frame, until it is given back; undefined while somebody has it. */
  takeFrame(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#isFrameTaken) return undefined;
    this.#isFrameTaken = true;
    return this.#frame;
  }

  giveFrameBack(): void {
    this.#isFrameTaken = false;
  }
}

let machine: SearchMachine | undefined;
let isTried = false;

/** The one of this thread; undefined where Node runs without WebAssembly. */
export function findMachine(): SearchMachine | undefined {
  if (isTried) return machine;
  isTried = true;
  if (WebAssembly === undefined) return undefined;
  const code = new WebAssembly.Module(readFileSync(builtFile('indexer/find-text.wasm')));
  machine = new SearchMachine(new WebAssembly.Instance(code).exports as Exports);
  return machine;
}

const LF = 0x0a;

/** Line feeds in `bytes[from, to)`. */
export function countLineFeeds(bytes: Buffer, from: number, to: number): number {
  const found = findMachine();
  if (found?.isHere(bytes) === true) return found.run.countLineFeeds(bytes.byteOffset + from, bytes.byteOffset + to);
  let count = 0;
  for (let at = bytes.indexOf(LF, from); at >= 0 && at < to; at = bytes.indexOf(LF, at + 1)) count++;
  return count;
}
