// find.ts in WebAssembly, which needs no check of bounds and reads four bytes from any place: measured, five times as
// fast. The module is put together here, instruction by instruction; the opcodes are those of the WebAssembly specification.
// It knows nothing but numbers: no import, its own memory, two functions.

import { WebAssembly } from '../web-assembly.ts';
import { type FindWords, NOTHING, SLICE_BYTES } from './find.ts';
import {
  BESIDE_AT,
  CASE_MIX,
  CASES_AT,
  ENTRY_OFFSET,
  ENTRY_WORD,
  FOLD,
  HEADS_AT,
  LAST_OF_COLOUR,
  MARGIN,
  MIX,
  MOST_ANSWERS,
  SAYS_NO,
  SET_WORDS,
  TO_BIT,
  TO_BYTE,
  TO_CASE,
  TO_SLOT,
  WORD_ANSWERS,
  WORD_BEFORE,
  WORD_FOLLOWS,
  WORD_FOURS,
  WORD_INDEX,
  WORD_LENGTH,
  WORD_NUMBERS,
  WORD_REFUSED,
  type WordImage,
} from './image.ts';

const PAGE_BYTES = 65_536;
const ESC = 0x1b;
/** A look goes over four places and reads four bytes at once. */
const SPARE = 16;
/** A word that was found: where it ends, and its index. */
const FOUND_BYTES = 8;
/** chosen: many times what a slice of a log has; a look that finds more ends early, and the next goes on there. */
const MOST_FOUND = 16_384;

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
const store32 = (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x36, 0, ...unsigned(offset)];
const operator =
  (opcode: number) =>
  (first: Code, second: Code): Code => [...first, ...second, opcode];
const isEqual = operator(0x46);
const differs = operator(0x47);
const isLess = operator(0x49);
const isMore = operator(0x4b);
const plus = operator(0x6a);
const times = operator(0x6c);
const and = operator(0x71);
const or = operator(0x72);
const left = operator(0x74);
const right = operator(0x76);
const isZero = (value: Code): Code => [...value, 0x45];
const add = (local: number, count: number): Code => set(local, plus(get(local), number(count)));
const give = (value: Code): Code => [...value, 0x0f];
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

// `find`: from where to where, between which addresses there is text, where to write and from where on no more.
const AT = 0;
const END = 1;
const LOW = 2;
const LIMIT = 3;
const OUT = 4;
const OUT_END = 5;
/** 1 for a first look. */
const IS_FIRST = 6;
const FIND_NUMBERS = 7;
const STOP = 7;
const RAW = 8;
const HASH = 9;
const ENTRY = 10;
const WORD = 11;
const START = 12;
const FIND_VARIABLES = 6;

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

/** Every word of the slot's list that is there. */
function tellWords(): Code {
  const told = [
    ...store32(get(OUT), plus(get(START), load32(get(WORD), WORD_LENGTH * 4))),
    ...store32(get(OUT), load32(get(WORD), WORD_INDEX * 4), 4),
    ...add(OUT, FOUND_BYTES),
  ];
  const look = [
    ...set(WORD, load32(get(ENTRY), ENTRY_WORD * 4)),
    ...set(START, plus(get(AT), load32(get(ENTRY), ENTRY_OFFSET * 4))),
    ...when([...get(WORD), ...get(START), ...get(LOW), ...get(LIMIT), ...get(IS_FIRST), 0x10, IS_THERE], told),
    ...set(ENTRY, load32(get(ENTRY))),
  ];
  return [...set(ENTRY, load32(left(SLOT, number(2)), HEADS_AT)), ...repeat(look, get(ENTRY))];
}

/** One place. Where the bit of a piece is set, the list of its slot has an entry. */
function lookCloser(): Code {
  const bit = right(load8(right(get(HASH), number(TO_BYTE))), and(right(get(HASH), number(TO_BIT)), number(7)));
  const way = and(right(times(and(get(RAW), number(FOLD)), number(CASE_MIX)), number(TO_CASE)), number(7));
  const isAllowed = right(load8(SLOT, CASES_AT), way);
  const before = isBeside(load8(plus(get(AT), number(-1))), BESIDE_AT);
  const after = isBeside(load8(get(AT), 3), BESIDE_AT + SET_WORDS * 4);
  return [
    ...set(RAW, load32(get(AT))),
    ...set(HASH, hash(get(RAW))),
    ...when(
      and(and(bit, number(1)), isLess(get(AT), get(END))),
      when(and(and(and(isAllowed, before), after), number(1)), tellWords()),
    ),
    ...add(AT, 1),
  ];
}

/** Four places at a time; where none of them has a piece, which is nearly always, that is all. */
function findBody(): Code {
  const four = [0, 1, 2, 3].map(presentAt).reduce(or);
  const closer = [...set(STOP, plus(get(AT), number(4))), ...repeat(lookCloser(), isLess(get(AT), get(STOP)))];
  const goesOn = and(isLess(get(AT), get(END)), isLess(get(OUT), get(OUT_END)));
  return [...repeat(when(four, closer, add(AT, 4)), goesOn), ...get(OUT), ...get(AT)];
}

// `isThere`: a word and where it begins, between which addresses there is text, 1 for a first look.
const IS_THERE = 1;
const THE_WORD = 0;
const FROM = 1;
const TEXT_LOW = 2;
const TEXT_LIMIT = 3;
const FIRST_LOOK = 4;
const IS_THERE_NUMBERS = 5;
const BYTE = 5;
const CHECK = 6;
const CHECK_END = 7;
const PREVIOUS = 8;
const IS_THERE_VARIABLES = 4;

/** What the bytes after the word say. */
function answersBody(to: Code): Code {
  const ask = [
    ...when(isZero(isLess(get(BYTE), get(TEXT_LIMIT))), give(number(1))),
    ...set(PREVIOUS, load8(plus(get(CHECK), load8(get(BYTE))))),
    ...when(get(PREVIOUS), give(differs(get(PREVIOUS), number(SAYS_NO)))),
    ...add(BYTE, 1),
  ];
  return [
    ...set(CHECK, load32(get(THE_WORD), WORD_ANSWERS * 4)),
    ...set(BYTE, to),
    ...set(CHECK_END, plus(to, number(MOST_ANSWERS))),
    ...when(get(CHECK), repeat(ask, isLess(get(BYTE), get(CHECK_END)))),
  ];
}

function isThereBody(): Code {
  const no = give(number(0));
  const to = plus(get(FROM), load32(get(THE_WORD), WORD_LENGTH * 4));
  const checks = (count: number, bytes: number): Code =>
    set(CHECK_END, plus(get(CHECK), times(load32(get(THE_WORD), count * 4), number(bytes))));
  const isIn = (set: Code, byte: Code): Code => load8(plus(set, byte));
  const four = [
    ...when(differs(or(load32(get(BYTE)), load32(get(CHECK))), load32(get(CHECK), 4)), no),
    ...add(BYTE, 4),
    ...add(CHECK, 8),
  ];
  const follow = [
    ...when(isZero(isLess(get(BYTE), get(TEXT_LIMIT))), no),
    ...when(isEqual(load8(get(BYTE)), number(ESC)), give(number(1))),
    ...when(isZero(isIn(load32(get(CHECK)), load8(get(BYTE)))), no),
    ...add(BYTE, 1),
    ...add(CHECK, 4),
  ];
  const isRefused = or(
    isIn(load32(get(THE_WORD), WORD_REFUSED * 4), get(PREVIOUS)),
    isZero(isIn(load32(get(THE_WORD), WORD_BEFORE * 4), get(PREVIOUS))),
  );
  return [
    ...when(or(isLess(get(FROM), get(TEXT_LOW)), isMore(to, get(TEXT_LIMIT))), no),
    ...set(BYTE, get(FROM)),
    ...set(CHECK, plus(get(THE_WORD), number(WORD_NUMBERS * 4))),
    ...checks(WORD_FOURS, 8),
    ...repeat(four, isLess(get(CHECK), get(CHECK_END))),
    ...set(PREVIOUS, load8(plus(get(FROM), number(-1)))),
    ...when(and(differs(get(PREVIOUS), number(LAST_OF_COLOUR)), isRefused), no),
    ...set(BYTE, to),
    ...checks(WORD_FOLLOWS, 4),
    ...when(isLess(get(CHECK), get(CHECK_END)), repeat(follow, isLess(get(CHECK), get(CHECK_END)))),
    ...when(get(FIRST_LOOK), answersBody(to)),
    ...number(1),
  ];
}

const I32 = 0x7f;
const vector = (entries: readonly Code[]): Code => [...unsigned(entries.length), ...entries.flat()];
const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes];
const section = (id: number, content: Code): Code => [id, ...sized(content)];
const named = (name: string, rest: Code): Code => [...sized([...Buffer.from(name)]), ...rest];
const numbers = (count: number): Code => vector(new Array<Code>(count).fill([I32]));
const functionOf = (variables: number, body: Code): Code => sized([...vector([[variables, I32]]), ...body, 0x0b]);

/** The whole module. */
export function findModule(): Uint8Array {
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(
      1,
      vector([
        [0x60, ...numbers(FIND_NUMBERS), ...numbers(2)],
        [0x60, ...numbers(IS_THERE_NUMBERS), ...numbers(1)],
      ]),
    ),
    ...section(3, vector([[0], [1]])),
    ...section(5, vector([[0x00, 1]])),
    ...section(7, vector([named('find', [0x00, 0]), named('memory', [0x02, 0])])),
    ...section(10, vector([functionOf(FIND_VARIABLES, findBody()), functionOf(IS_THERE_VARIABLES, isThereBody())])),
  ]);
}

interface Finder {
  readonly find: (
    at: number,
    end: number,
    low: number,
    limit: number,
    out: number,
    outEnd: number,
    isFirst: number,
  ) => readonly [out: number, at: number];
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}

/**
 * A finder with a memory of its own, which ends a look at `mostFound` words; undefined where there is no WebAssembly, or no
 * memory for it. `module`: what `findModule` gave when the program was built.
 */
export function startWasmFinder(module: Uint8Array = findModule(), mostFound = MOST_FOUND): FindWords | undefined {
  try {
    if (WebAssembly === undefined) return undefined;
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module));
    return finderOf(exports as Finder, mostFound);
  } catch {
    return undefined; // the plain way costs time only
  }
}

/** The memory: an image, the text with a margin on both sides, and what was found. */
interface Layout {
  readonly image: WordImage;
  readonly bytes: Uint8Array;
  readonly numbers: Int32Array;
  readonly textAt: number;
  readonly outAt: number;
}

function layOut(memory: Finder['memory'], image: WordImage, mostFound: number): Layout {
  const textAt = image.bytes.length + MARGIN + SPARE;
  const outAt = (textAt + SLICE_BYTES + MARGIN + SPARE + 3) & ~3;
  // The last four places may each have every word.
  const needed = outAt + (mostFound + 4 * image.words) * FOUND_BYTES;
  const missing = Math.ceil((needed - memory.buffer.byteLength) / PAGE_BYTES);
  if (missing > 0) memory.grow(missing);
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(image.bytes);
  return { image, bytes, numbers: new Int32Array(memory.buffer), textAt, outAt };
}

function finderOf({ find, memory }: Finder, mostFound: number): FindWords {
  let layout: Layout | undefined;
  return (image, text, { from, end, look }) => {
    if (layout?.image !== image) layout = layOut(memory, image, mostFound);
    const { bytes, textAt, outAt } = layout;
    const first = Math.max(0, from - MARGIN);
    const last = Math.min(text.length, end + MARGIN);
    const shift = textAt - from;
    bytes.set(text.subarray(first, last), first + shift);
    if (first === 0) bytes[shift - 1] = NOTHING;
    bytes.fill(NOTHING, last + shift, last + shift + SPARE);
    const outLimit = outAt + mostFound * FOUND_BYTES;
    const isFirst = look === 'first' ? 1 : 0;
    const [outEnd, at] = find(textAt, end + shift, first + shift, last + shift, outAt, outLimit, isFirst);
    const words = layout.numbers.slice(outAt >> 2, outEnd >> 2);
    for (let n = 0; n < words.length; n += 2) words[n] = (words[n] as number) - textAt;
    return { words, seen: Math.min(at - shift, end) };
  };
}
