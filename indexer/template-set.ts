// Which templates a log has, packed small enough to be kept of every log: the upper 20 bits of each hash, sorted,
// differences in Rice code. One in a thousand asks about a log of a thousand templates is answered yes by chance; it is
// for statistics over a history, not for evidence.

const KEPT_BITS = 20;
const DROPPED_BITS = 32 - KEPT_BITS;
/** Count and Rice parameter. */
const HEADER_BYTES = 5;

/** Packs ascending 32-bit hashes: about 1.5 bytes each for a log of a thousand. */
export function packTemplateSet(hashes: Uint32Array): Uint8Array {
  const kept = [...new Set(Array.from(hashes, (hash) => hash >>> DROPPED_BITS))].sort((a, b) => a - b);
  const mean = kept.length === 0 ? 1 : 2 ** KEPT_BITS / kept.length;
  const parameter = Math.max(0, Math.floor(Math.log2(mean * Math.LN2)));
  const bits = new BitWriter();
  let last = -1;
  for (const value of kept) {
    bits.writeRice(value - last - 1, parameter);
    last = value;
  }
  const packed = bits.end();
  const out = new Uint8Array(HEADER_BYTES + packed.byteLength);
  new DataView(out.buffer).setUint32(0, kept.length, true);
  out[4] = parameter;
  out.set(packed, HEADER_BYTES);
  return out;
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

/** Hashes that pack into the same set again, ascending. */
export const hashesOfTemplateSet = (bytes: Uint8Array): Uint32Array =>
  Uint32Array.from(keptValues(bytes), (value) => value << DROPPED_BITS);

function keptValues(bytes: Uint8Array): Set<number> {
  if (bytes.byteLength < HEADER_BYTES) return new Set();
  const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const parameter = Math.min(KEPT_BITS, bytes[4] ?? 0);
  const kept = new Set<number>();
  let at = HEADER_BYTES * 8;
  const end = bytes.byteLength * 8;
  const bit = (n: number): number => ((bytes[n >> 3] ?? 0) >> (n & 7)) & 1;
  for (let value = -1; kept.size < count && at < end; kept.add(value)) {
    let quotient = 0;
    while (at < end && bit(at++) === 1) quotient += 1;
    let rest = 0;
    for (let n = 0; n < parameter; n++) rest |= bit(at++) << n;
    value += quotient * 2 ** parameter + rest + 1;
  }
  return kept;
}

class BitWriter {
  readonly #bytes: number[] = [];
  #bits = 0;

  /** `value` in unary by its upper part, then `parameter` bits, lowest first. */
  writeRice(value: number, parameter: number): void {
    for (let n = value >> parameter; n > 0; n--) this.#bit(1);
    this.#bit(0);
    for (let n = 0; n < parameter; n++) this.#bit((value >> n) & 1);
  }

  end(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #bit(bit: number): void {
    if (this.#bits % 8 === 0) this.#bytes.push(0);
    const last = this.#bytes.length - 1;
    this.#bytes[last] = (this.#bytes[last] ?? 0) | (bit << (this.#bits % 8));
    this.#bits += 1;
  }
}
