// What the build keeps of a masker beside the program, so that no process has to make it: the image of the rules' words and
// the module that looks for them. Sources, and a bundle that lies elsewhere, have none and make both.
import { readFileSync } from 'node:fs';
import { builtFile } from './built-file.ts';
import { loadZstd } from './zstd.ts';

/** Where it lies in dist/. */
export const BUILT_MASKER = 'store/masker.bin';

/** Three parts, as they are. */
export interface BuiltMasker {
  /** Of mask/image.ts. */
  readonly image: Uint8Array;
  /** All that the image depends on. */
  readonly words: Uint8Array;
  /** Of mask/find-wasm.ts. */
  readonly module: Uint8Array;
}

const HEAD_BYTES = 12;
/** As for logs: the context is the same. */
const LEVEL = 9;

/** The sizes of the parts, four bytes each and the lowest first; then one frame of zstd that holds them, as most is zeros. */
export function packBuiltMasker({ image, words, module }: BuiltMasker): Uint8Array {
  const head = Buffer.alloc(HEAD_BYTES);
  [image, words, module].forEach((part, n) => {
    head.writeUInt32LE(part.length, n * 4);
  });
  return Buffer.concat([head, loadZstd().compress(Buffer.concat([image, words, module]), LEVEL)]);
}

let read: { readonly masker: BuiltMasker | undefined } | undefined;

/** Undefined where there is none. Sources may be newer than a build, so they use none. */
export function readBuiltMasker(): BuiltMasker | undefined {
  read ??= { masker: import.meta.url.endsWith('.ts') ? undefined : readParts() };
  return read.masker;
}

function readParts(): BuiltMasker | undefined {
  try {
    const file = readFileSync(builtFile(BUILT_MASKER));
    const [image = 0, words = 0, module = 0] = [0, 4, 8].map((at) => file.readUInt32LE(at));
    const parts = loadZstd().decompress(file.subarray(HEAD_BYTES), image + words + module);
    return {
      // A copy, as its numbers must lie at multiples of four.
      image: new Uint8Array(parts.subarray(0, image)),
      words: parts.subarray(image, image + words),
      module: parts.subarray(image + words),
    };
  } catch {
    return undefined; // making it costs time only
  }
}
