// XXH64 with seed 0: the checksum at the end of a zstd frame. The long part runs on halves of 32 bits, as BigInt would
// take as long for it as zstd takes to compress; the short rest is BigInt.

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;
const STRIPE_BYTES = 32;

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate = (value: bigint, bits: bigint): bigint => wrap(value << bits) | (value >> (64n - bits));
const round = (sum: bigint, input: bigint): bigint => wrap(rotate(wrap(sum + input * P2), 31n) * P1);

/** A running sum over every fourth word of eight bytes, as two signed halves: numbers of that range need no allocation. */
class Lane {
  #high: number;
  #low: number;

  constructor(start: bigint) {
    this.#high = Number(start >> 32n) | 0;
    this.#low = Number(start & 0xffffffffn) | 0;
  }

  /** `sum = rotate(sum + word × P2, 31) × P1`, modulo 2^64. */
  add(high: number, low: number): void {
    const productHigh = mulHigh(low, 0x27d4eb4f) + Math.imul(low, 0xc2b2ae3d) + Math.imul(high, 0x27d4eb4f);
    const sumLow = (this.#low >>> 0) + (Math.imul(low, 0x27d4eb4f) >>> 0);
    const sumHigh = (this.#high + productHigh + (sumLow > 0xffffffff ? 1 : 0)) | 0;
    const turnedHigh = (sumHigh << 31) | ((sumLow | 0) >>> 1);
    const turnedLow = (sumLow << 31) | (sumHigh >>> 1);
    this.#low = Math.imul(turnedLow, 0x85ebca87);
    this.#high =
      (mulHigh(turnedLow, 0x85ebca87) + Math.imul(turnedLow, 0x9e3779b1) + Math.imul(turnedHigh, 0x85ebca87)) | 0;
  }

  get sum(): bigint {
    return (BigInt(this.#high >>> 0) << 32n) | BigInt(this.#low >>> 0);
  }
}

/** The upper half of the product of two numbers of 32 bits. */
function mulHigh(a: number, b: number): number {
  const cross = (a & 0xffff) * (b >>> 16);
  const middle = (a >>> 16) * (b & 0xffff) + (((a & 0xffff) * (b & 0xffff)) >>> 16) + (cross & 0xffff);
  return (a >>> 16) * (b >>> 16) + (cross >>> 16) + (middle >>> 16);
}

/** The lower four bytes of the hash, as zstd stores them. */
export function checksumOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const striped = bytes.byteLength - (bytes.byteLength % STRIPE_BYTES);
  let hash = wrap((striped === 0 ? P5 : sumOfStripes(view, striped)) + BigInt(bytes.byteLength));
  let at = striped;
  for (; at + 8 <= bytes.byteLength; at += 8)
    hash = wrap(rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
  if (at + 4 <= bytes.byteLength) {
    hash = wrap(rotate(hash ^ wrap(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3);
    at += 4;
  }
  for (; at < bytes.byteLength; at++) hash = wrap(rotate(hash ^ wrap(BigInt(view.getUint8(at)) * P5), 11n) * P1);
  hash = wrap((hash ^ (hash >> 33n)) * P2);
  hash = wrap((hash ^ (hash >> 29n)) * P3);
  return Number((hash ^ (hash >> 32n)) & 0xffffffffn);
}

function sumOfStripes(view: DataView, end: number): bigint {
  const lanes = [P1 + P2, P2, 0n, wrap(-P1)].map((start) => new Lane(wrap(start)));
  for (let at = 0; at < end; )
    for (const lane of lanes) {
      lane.add(view.getUint32(at + 4, true), view.getUint32(at, true));
      at += 8;
    }
  const sums = lanes.map((lane) => lane.sum);
  const turns = [1n, 7n, 12n, 18n];
  const start = sums.reduce((total, sum, n) => wrap(total + rotate(sum, turns[n] ?? 0n)), 0n);
  return sums.reduce((hash, sum) => wrap((hash ^ round(0n, sum)) * P1 + P4), start);
}
