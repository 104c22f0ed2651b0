// Which piece of a word is looked for: three neighbouring bytes, the rarest it has. Only where one stands are the words
// compared that have it (image.ts).
import { type ByteSet, type Piece, SET_WORDS, type Window } from './image.ts';
import { pairBits } from './letters.ts';

/** A word and the bytes that may stand beside it. */
export interface GramSource {
  readonly word: string;
  /** Its letters count in their own case only. */
  readonly isExact: boolean;
  readonly before: ByteSet;
  /** There must be a byte before it: it can't start a text. */
  readonly isLed: boolean;
  readonly after: ByteSet;
}

/** chosen: every piece of a longer word is as rare as can be long before. */
const MAX_BACK = 12;

const fold = (byte: number): number => byte | 0x20;

/** The bytes that `isIn` takes. */
export function byteSet(isIn: (byte: number) => boolean): ByteSet {
  const set = new Int32Array(SET_WORDS);
  for (let byte = 0; byte < 256; byte++) if (isIn(byte)) set[byte >>> 6] = (set[byte >>> 6] as number) | (1 << byte);
  return set;
}

/** Every byte. */
export const ANY_BYTE = byteSet(() => true);
const lone = new Map<number, ByteSet>();
/** The bytes that fold to `folded`; made once each, as every word asks for two. */
function only(folded: number): ByteSet {
  const set = lone.get(folded) ?? byteSet((byte) => fold(byte) === folded);
  lone.set(folded, set);
  return set;
}
const bytesOf = (set: ByteSet): readonly number[] =>
  Array.from({ length: 256 }, (_, byte) => byte).filter(
    (byte) => fold(byte) === byte && ((set[byte >>> 6] as number) >>> byte) & 1,
  );

/** Folded bytes of logs, the most frequent first; each is some 8 % rarer than the one before it. Counted over CI logs. */
const BY_FREQUENCY = ' .etas0onric-m21/pld:gu34\x7f56fb*{8h79;kv(xy)w=z}j,%"#><\'+|q&`~?$';
const RANKS = new Uint8Array(256).fill(BY_FREQUENCY.length);
for (let rank = 0; rank < BY_FREQUENCY.length; rank++) RANKS[BY_FREQUENCY.charCodeAt(rank)] = rank;

const isLetter = (byte: number): boolean => byte >= 0x61 && byte <= 0x7a;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** Bits of surprise of a byte, and of two side by side: equal signs and digits like company. */
const byteBits = (byte: number): number => 4 + (RANKS[byte] as number) / 9;
function bothBits(first: number, second: number): number {
  if (isLetter(first) && isLetter(second)) return 10 - pairBits(first, second);
  const alike = first === second ? 3 : isDigit(first) && isDigit(second) ? 2 : 0;
  return byteBits(first) + byteBits(second) - alike;
}

/** Pieces of words that stand most often in logs, three bytes each, the most frequent first. Counted over CI logs. */
const FREQUENT =
  '---esttesingcomvenionpac000terorgtionfoed rg/assentresttphttloastsruntorachile://repoadworspa paverntiapaork' +
  'proconnlodin.orackinttpsessparers coati innteodectiageonstrauilbuiildstalinermsselasistple.marm-stren.rec/in' +
  'serreaatedatan andpas.coat codginnpmithrat --oreactcespremplckaoutkagiveinstenchasharceor ss ortemogened:en-' +
  'ourss=indsoueleasemodonterapor-prsioer.reger 1.0urcnnegitinesecransingetminetaureromsteeteencsitbunjar/apng.' +
  'witendameextmatultitoatausele ainom/fro.0-are';
/** Bits of surprise of the first of them, and how many places on it is one bit more; measured there. */
const FIRST_BITS = 8;
const PLACES_PER_BIT = 50;
const codeOf = (first: number, second: number, third: number): number => first | (second << 8) | (third << 16);
const frequent = new Map<number, number>();
for (let at = 0; at < FREQUENT.length; at += 3) {
  const code = codeOf(FREQUENT.charCodeAt(at), FREQUENT.charCodeAt(at + 1), FREQUENT.charCodeAt(at + 2));
  frequent.set(code, FIRST_BITS + at / 3 / PLACES_PER_BIT);
}

function pieceBits(first: number, second: number, third: number): number {
  const known = frequent.get(codeOf(first, second, third));
  return known ?? bothBits(first, second) + bothBits(second, third) - byteBits(second);
}

/** Where the piece of a word begins that is rarest in a log; the word has three bytes at least. */
function rarestStart(codes: readonly number[]): number {
  let best = 0;
  let bestBits = 0;
  for (let at = 0; at + 2 < codes.length && at <= MAX_BACK; at++) {
    const [first = 0, second = 0, third = 0] = [codes[at], codes[at + 1], codes[at + 2]];
    const bits = pieceBits(first, second, third);
    if (bits > bestBits) [best, bestBits] = [at, bits];
  }
  return best;
}

/** One of a piece's bytes: folded, and as which of the two that it may stand for. */
interface Sign {
  readonly folded: number;
  readonly isClear: boolean;
  readonly isSet: boolean;
}

const anySign = (folded: number): Sign => ({ folded, isClear: true, isSet: true });
function ownSign(code: number, isExact: boolean): Sign {
  const folded = fold(code);
  return isLetter(folded) && !isExact ? anySign(folded) : { folded, isClear: folded !== code, isSet: folded === code };
}

const mayBe = ({ isClear, isSet }: Sign, bit: number): boolean => (bit === 0 ? isClear : isSet);

function pieceOf([first, second, third]: readonly [Sign, Sign, Sign]): Piece {
  let cases = 0;
  for (let way = 0; way < 8; way++)
    if (mayBe(first, way & 1) && mayBe(second, way & 2) && mayBe(third, way & 4)) cases |= 1 << way;
  return { code: codeOf(first.folded, second.folded, third.folded), cases };
}

/** Where a word is looked for; an empty one is nowhere. */
export function windowOf({ word, isExact, before, isLed, after }: GramSource): Window {
  const own = Array.from(word, (sign) => ownSign(sign.charCodeAt(0), isExact));
  const [first, second] = own;
  if (first === undefined) return { offset: 0, before, after, pieces: [] };
  if (second === undefined || own.length < 3) return shortWindow([first, second], { before, isLed, after });
  const back = rarestStart(own.map(({ folded }) => folded));
  const [previous, next] = [own[back - 1], own[back + 3]];
  return {
    offset: 0 - back,
    before: previous === undefined ? before : only(previous.folded),
    after: next === undefined ? after : only(next.folded),
    pieces: [pieceOf([own[back] ?? first, own[back + 1] ?? first, own[back + 2] ?? first])],
  };
}

/** A word that is shorter than a piece is looked for with its neighbours. */
function shortWindow(
  [first, second]: readonly [Sign, Sign | undefined],
  { before, isLed, after }: Pick<GramSource, 'before' | 'isLed' | 'after'>,
): Window {
  const [leads, follows] = [bytesOf(before).map(anySign), bytesOf(after).map(anySign)];
  if (second === undefined && isLed)
    return {
      offset: 1,
      before: ANY_BYTE,
      after: ANY_BYTE,
      pieces: leads.flatMap((lead) => follows.map((follow) => pieceOf([lead, first, follow]))),
    };
  if (second === undefined)
    return {
      offset: 0,
      before,
      after: ANY_BYTE,
      pieces: follows.flatMap((follow) => bytesOf(ANY_BYTE).map((byte) => pieceOf([first, follow, anySign(byte)]))),
    };
  return isLed
    ? { offset: 1, before: ANY_BYTE, after, pieces: leads.map((lead) => pieceOf([lead, first, second])) }
    : { offset: 0, before, after: ANY_BYTE, pieces: follows.map((follow) => pieceOf([first, second, follow])) };
}
