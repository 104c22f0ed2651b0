// Which templates a log has, packed small enough to be kept of every log: the upper 20 bits of each hash, sorted,
// differences in Rice code. One in a thousand asks about a log of a thousand templates is answered yes by chance; it is
// for statistics over a history, not for evidence.

import { hasBit, setBit } from './bits.ts';

const KEPT_BITS = 20;
const DROPPED_BITS = 32 - KEPT_BITS;
/** Count and Rice parameter. */
const HEADER_BYTES = 5;

/** Packs ascending 32-bit hashes: about 1.5 bytes each for a log of a thousand. */
export function packTemplateSet(hashes: Uint32Array): Uint8Array {
  const count = countKept(hashes);
  const mean = count === 0 ? 1 : 2 ** KEPT_BITS / count;
  const parameter = Math.max(0, Math.floor(Math.log2(mean * Math.LN2)));
  // In unary each value takes its share of all values, at most 2^KEPT_BITS >> parameter bits together, and its end.
  const mostBits = ((2 ** KEPT_BITS) >> parameter) + count * (parameter + 1);
  const bytes = new Uint8Array(HEADER_BYTES + Math.ceil(mostBits / 8));
  new DataView(bytes.buffer).setUint32(0, count, true);
  bytes[4] = parameter;
  let at = HEADER_BYTES * 8;
  let last = -1;
  for (let n = 0; n < hashes.length; n++) {
    const value = (hashes[n] as number) >>> DROPPED_BITS;
    if (value === last) continue;
    const gap = value - last - 1;
    last = value;
    for (let ones = gap >> parameter; ones > 0; ones--) setBit(bytes, at++);
    at += 1;
    for (let bit = 0; bit < parameter; bit++, at++) if ((gap >> bit) & 1) setBit(bytes, at);
  }
  return bytes.slice(0, Math.ceil(at / 8));
}

function countKept(hashes: Uint32Array): number {
  let count = 0;
  let last = -1;
  for (let n = 0; n < hashes.length; n++) {
    const value = (hashes[n] as number) >>> DROPPED_BITS;
    if (value !== last) count += 1;
    last = value;
  }
  return count;
}

/** A packed set: `falseRate` is how often it says yes to a hash that was not put in. */
export interface TemplateSet {
  readonly falseRate: number;
  has(hash: number): boolean;
}

/** Asks a packed set about 32-bit hashes. Bytes that are no set answer as far as they go. */
export function openTemplateSet(bytes: Uint8Array): TemplateSet {
  const kept = keptValues(bytes);
  return { falseRate: kept.size / 2 ** KEPT_BITS, has: (hash) => kept.has(hash >>> DROPPED_BITS) };
}

function keptValues(bytes: Uint8Array): Set<number> {
  if (bytes.byteLength < HEADER_BYTES) return new Set();
  const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const parameter = Math.min(KEPT_BITS, bytes[4] ?? 0);
  const kept = new Set<number>();
  let at = HEADER_BYTES * 8;
  const end = bytes.byteLength * 8;
  for (let value = -1; kept.size < count && at < end; kept.add(value)) {
    let quotient = 0;
    while (at < end && hasBit(bytes, at++)) quotient += 1;
    let rest = 0;
    for (let n = 0; n < parameter; n++) if (hasBit(bytes, at++)) rest |= 1 << n;
    value += quotient * 2 ** parameter + rest + 1;
  }
  return kept;
}
