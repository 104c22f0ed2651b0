// mask-places.ts in WebAssembly, which needs no check of bounds and reads four bytes from any place: measured, five times
// as fast. The module is put together here, instruction by instruction; the opcodes are those of the WebAssembly
// specification 1.0. It knows nothing but numbers: no import, its own memory, one function.
import {
  BESIDE_AT,
  CASE_MIX,
  CASES_AT,
  type FindPlaces,
  FOLD,
  IMAGE_BYTES,
  MIX,
  type PieceTables,
  SET_WORDS,
  SLICE_BYTES,
  SLOT_BITS,
  TO_BIT,
  TO_BYTE,
  TO_CASE,
  TO_SLOT,
} from './mask-places.ts';

/** Its memory: the tables, the text with a few bytes on both sides, and room for as many places as bytes. */
const PAGE_BYTES = 65_536;
const MARGIN = 16;
const TEXT_AT = IMAGE_BYTES + MARGIN;
const PLACES_AT = TEXT_AT + SLICE_BYTES + MARGIN;
/** A look goes over four places, so up to three beyond the end may be said. */
const PAGES = Math.ceil((PLACES_AT + (SLICE_BYTES + 4) * 4) / PAGE_BYTES);

type Code = readonly number[];

function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
function signed(value: number): Code {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
const number = (value: number): Code => [0x41, ...signed(value | 0)];
const get = (local: number): Code => [0x20, local];
const set = (local: number, value: Code): Code => [...value, 0x21, local];
const load8 = (address: Code, offset = 0): Code => [...address, 0x2d, 0, ...unsigned(offset)];
const load32 = (address: Code, offset = 0): Code => [...address, 0x28, 0, ...unsigned(offset)];
const store32 = (address: Code, value: Code): Code => [...address, ...value, 0x36, 0, 0];
const operator =
  (opcode: number) =>
  (first: Code, second: Code): Code => [...first, ...second, opcode];
const isLess = operator(0x49);
const plus = operator(0x6a);
const times = operator(0x6c);
const and = operator(0x71);
const or = operator(0x72);
const left = operator(0x74);
const right = operator(0x76);
const when = (condition: Code, then: Code, otherwise: Code = []): Code => [
  ...condition,
  0x04,
  0x40,
  ...then,
  0x05,
  ...otherwise,
  0x0b,
];
/** Runs `body` again while `condition` holds at its end. */
const repeat = (body: Code, condition: Code): Code => [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b];

// Parameters and variables of the function, by number. Addresses are those of its memory.
const AT = 0;
const END = 1;
const OUT = 2;
const STOP = 3;
const RAW = 4;
const HASH = 5;
const VARIABLES = 3;

const folded = (bytes: Code): Code => or(bytes, number(FOLD));
const hash = (bytes: Code): Code => times(left(folded(bytes), number(8)), number(MIX));
const presentAt = (offset: number): Code => load8(right(hash(load32(get(AT), offset)), number(TO_BYTE)));
const SLOT = right(get(HASH), number(TO_SLOT));

/** A bit that says whether the byte is in the slot's set: of what may stand before the piece, or after it. */
function isBeside(byte: Code, setAt: number): Code {
  const word = left(right(folded(byte), number(6)), number(2));
  const sets = left(SLOT, number(Math.log2(2 * SET_WORDS * 4)));
  // A folded byte has 24 bits too many here, which the mask takes off; as a shift it counts modulo 32.
  return right(load32(plus(sets, and(word, number(0x0c))), setAt), folded(byte));
}

/** One place: said when all checks pass. */
function lookCloser(): Code {
  const bit = right(load8(right(get(HASH), number(TO_BYTE))), and(right(get(HASH), number(TO_BIT)), number(7)));
  const way = and(right(times(and(get(RAW), number(FOLD)), number(CASE_MIX)), number(TO_CASE)), number(7));
  const isAllowed = right(load8(SLOT, CASES_AT), way);
  const before = isBeside(load8(plus(get(AT), number(-1))), BESIDE_AT);
  const after = isBeside(load8(get(AT), 3), BESIDE_AT + SET_WORDS * 4);
  return [
    ...set(RAW, load32(get(AT))),
    ...set(HASH, hash(get(RAW))),
    ...when(and(bit, number(1)), [
      ...when(and(and(and(isAllowed, before), after), number(1)), [
        ...store32(get(OUT), or(left(plus(get(AT), number(-TEXT_AT)), number(SLOT_BITS)), SLOT)),
        ...set(OUT, plus(get(OUT), number(4))),
      ]),
    ]),
    ...set(AT, plus(get(AT), number(1))),
  ];
}

/** Four places at a time; where none of them has a piece, which is nearly always, that is all. */
function body(): Code {
  const four = [0, 1, 2, 3].map(presentAt).reduce(or);
  const closer = [...set(STOP, plus(get(AT), number(4))), ...repeat(lookCloser(), isLess(get(AT), get(STOP)))];
  const further = set(AT, plus(get(AT), number(4)));
  return [...repeat(when(four, closer, further), isLess(get(AT), get(END))), ...get(OUT)];
}

const I32 = 0x7f;
const vector = (entries: readonly Code[]): Code => [...unsigned(entries.length), ...entries.flat()];
const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes];
const section = (id: number, content: Code): Code => [id, ...sized(content)];
const named = (name: string, rest: Code): Code => [...sized([...Buffer.from(name)]), ...rest];

/** The whole module. */
export function placesModule(): Uint8Array {
  const code = [...vector([[VARIABLES, I32]]), ...body(), 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector([[0x60, 3, I32, I32, I32, 1, I32]])),
    ...section(3, vector([[0]])),
    ...section(5, vector([[0x00, ...unsigned(PAGES)]])),
    ...section(7, vector([named('find', [0x00, 0]), named('memory', [0x02, 0])])),
    ...section(10, vector([sized(code)])),
  ]);
}

interface Places {
  readonly find: (at: number, end: number, out: number) => number;
  readonly memory: { readonly buffer: ArrayBuffer };
}

/** Node's own, of which its types for version 20 say nothing; missing where code may not be made (`--jitless`). */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly?: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object) => { readonly exports: unknown };
  };
};

/** A finder with a memory of its own; undefined where there is no WebAssembly, or no memory for it. */
export function startWasmFinder(): FindPlaces | undefined {
  try {
    if (WebAssembly === undefined) return undefined;
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(placesModule()));
    return finderOf(exports as Places);
  } catch {
    return undefined; // the plain way costs time only
  }
}

function finderOf({ find, memory }: Places): FindPlaces {
  const bytesOfMemory = new Uint8Array(memory.buffer);
  const numbers = new Int32Array(memory.buffer);
  let loaded: PieceTables | undefined;
  return (tables, bytes, from, end) => {
    if (loaded !== tables) bytesOfMemory.set(tables.image);
    loaded = tables;
    const first = Math.max(0, from - 1);
    const last = Math.min(bytes.length, end + MARGIN / 2);
    const shift = TEXT_AT - from;
    bytesOfMemory[TEXT_AT - 1] = 0x20;
    bytesOfMemory.set(bytes.subarray(first, last), first + shift);
    bytesOfMemory.fill(0x20, last + shift, last + shift + MARGIN / 2);
    const places = numbers.slice(PLACES_AT >> 2, find(TEXT_AT, end + shift, PLACES_AT) >> 2);
    // Of the last four places some may lie beyond the end.
    let count = places.length;
    while (count > 0 && (places[count - 1] as number) >>> SLOT_BITS >= end - from) count--;
    return places.subarray(0, count);
  };
}
