// Where a text stands in bytes. In WebAssembly, which looks at 16 places a step: of a byte search of Node's own it takes a fifth
// of the time in the vocabulary, and of folding a text and searching that a tenth (measured). Plain where there is none.
import { findMachine, type SearchMachine } from './search-machine.ts';

/** A place to look for a text. */
export interface TextFinder {
  /** The first place in `bytes[from, to)` that has all of it, or -1. `bytes` must stay what they are. */
  find(bytes: Buffer, from: number, to: number): number;
}

/** Looks for `needle`; `ignoreCase`: ASCII letters in either case. */
export function textFinder(needle: Uint8Array, { ignoreCase }: { readonly ignoreCase: boolean }): TextFinder {
  const found = findMachine();
  const isFitting = found !== undefined && needle.length > 0 && needle.length <= MAX_NEEDLE_BYTES;
  return isFitting ? machineFinder(found, needle, ignoreCase) : plainFinder(needle, ignoreCase);
}

/** What wasm/find-text.ts has room for, four times the longest query. */
const MAX_NEEDLE_BYTES = 0x4000 - 16;
const STEP = 16;
const CASE_BIT = 0x20;

function machineFinder(found: SearchMachine, needle: Uint8Array, ignoreCase: boolean): TextFinder {
  const { length } = needle;
  const padded = Math.ceil(length / STEP) * STEP;
  const bytes = new Uint8Array(padded).fill(0xff);
  const masks = new Uint8Array(padded).fill(0xff);
  needle.forEach((byte, n) => {
    const isCased = ignoreCase && isLetter(byte);
    masks[n] = isCased ? CASE_BIT : 0;
    bytes[n] = isCased ? byte | CASE_BIT : byte;
  });
  const [first, second] = rarest(needle);
  const owner = {};
  return {
    find(text, from, to) {
      found.use(owner, bytes, masks);
      for (let start = from; start + length <= to; ) {
        const [at, end] = found.hold(text, [start, to], length);
        const place = found.run.findText(at, at + end - start, length, first, second);
        if (place >= 0) return start + place - at;
        start = end - length + 1;
      }
      return -1;
    },
  };
}

const isLetter = (byte: number): boolean => (byte | CASE_BIT) >= 0x61 && (byte | CASE_BIT) <= 0x7a;

/** From the most frequent on, in logs; what is not named is rarer. chosen: it only decides how often more has to be looked at. */
const FREQUENT = Buffer.from(' \netaoinrscldpmu0h12g.-/:fbv3456789w_kyE[]INx');

/** Offsets of the two bytes of `needle` that are rarest in logs; the same one twice where it has no other. */
function rarest(needle: Uint8Array): readonly [number, number] {
  const rank = (byte: number): number => {
    const at = FREQUENT.indexOf(byte);
    return at < 0 ? FREQUENT.length : at;
  };
  const offsets = [...needle.keys()].sort((a, b) => rank(needle[b] ?? 0) - rank(needle[a] ?? 0) || a - b);
  const [first = 0] = offsets;
  return [first, offsets.find((offset) => needle[offset] !== needle[first]) ?? first];
}

/** chosen: folding a piece at a time stays in the cache. */
const FOLD_PIECE = 32_768;

function plainFinder(needle: Uint8Array, ignoreCase: boolean): TextFinder {
  if (!ignoreCase) return { find: (bytes, from, to) => bytes.subarray(0, to).indexOf(needle, from) };
  const folded = foldAscii(Buffer.from(needle), 0, needle.length);
  return {
    find(bytes, from, to) {
      for (let at = from; at + folded.length <= to; at += FOLD_PIECE) {
        const found = foldAscii(bytes, at, Math.min(to, at + FOLD_PIECE + folded.length - 1)).indexOf(folded);
        if (found >= 0) return at + found;
      }
      return -1;
    },
  };
}

/**
 * `bytes[from, to)`, a character for each byte, with ASCII capitals folded. Bytes from 0x80 on become each other, never ASCII.
 * measured: a third of the time of a loop over bytes.
 */
export const foldAscii = (bytes: Buffer, from: number, to: number): string =>
  bytes.toString('latin1', from, to).toLowerCase();
