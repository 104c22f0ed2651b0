// Where a number may stand in the fraction of a second of a time stamp, which the index has only as two pieces.
import type { WantedWord } from './query-words.ts';
import {
  FRACTION_HEAD,
  FRACTION_HEAD_END,
  FRACTION_MORE,
  FRACTION_TAIL,
  FRACTION_TAIL_END,
  FRACTION_TAIL_START,
  MAX_FRACTION_DIGITS,
  MIN_FRACTION_DIGITS,
} from './tokens.ts';

/** Index words: one of each group must be in the block. */
export type FractionPlace = readonly (readonly string[])[];

/** chosen: a piece with one unknown digit narrows well; with two it is taken where there is no better one. */
const GOOD_CHOICES = 10;
const MAX_CHOICES = 100;

/** Every way in which the wanted word may be (a part of) a fraction; empty when it can't. */
export function fractionPlaces(wanted: WantedWord): FractionPlace[] {
  if (!wanted.mayBeFraction || !/^\d+z?$/.test(wanted.text)) return [];
  const digits = wanted.text.replace('z', '');
  const places = new Map<string, FractionPlace>();
  const lastOffset = wanted.left === 'open' ? MAX_FRACTION_DIGITS : 0;
  for (let offset = 0; offset <= lastOffset; offset++) {
    for (let size = MIN_FRACTION_DIGITS; size <= MAX_FRACTION_DIGITS; size++) {
      const isEnd = offset + digits.length === size;
      const fits = wanted.text.endsWith('z') || wanted.right !== 'open' ? isEnd : offset + digits.length <= size;
      if (!fits) continue;
      const place = placeOf(digits, offset, size);
      places.set(JSON.stringify(place), place);
    }
  }
  return [...places.values()];
}

/** The digits at `offset` of a fraction of `size` digits. */
function placeOf(digits: string, offset: number, size: number): FractionPlace {
  const pattern = `${'?'.repeat(offset)}${digits}`.padEnd(size, '?');
  const groups = [
    choices(FRACTION_HEAD, pattern.slice(0, FRACTION_HEAD_END)),
    choices(FRACTION_TAIL, pattern.slice(FRACTION_TAIL_START, FRACTION_TAIL_END)),
  ];
  const good = groups.filter((group) => group.length <= GOOD_CHOICES);
  if (good.length > 0) return good;
  const [least = []] = groups.sort((a, b) => a.length - b.length);
  return least.length <= MAX_CHOICES ? [least] : [[FRACTION_MORE]];
}

/** All pieces that a pattern with `?` for any digit stands for. */
function choices(mark: string, pattern: string): string[] {
  let words = [mark];
  for (const digit of pattern) {
    const digits = digit === '?' ? [...'0123456789'] : [digit];
    words = words.flatMap((word) => digits.map((d) => word + d));
  }
  return words;
}
