// What a query says about the words of a block: which must be there, whole or as a part of a longer one. A superset of the
// truth by construction; "nothing known" sends the query to a scan.
import type { Query } from './log-index.ts';
import { type RequiredText, requiredText } from './query-pattern.ts';
import { foldWord, MAX_WORD_BYTES, MIN_WORD_BYTES, WORD_BYTE } from './tokens.ts';

/**
 * How a side of a wanted word stands: at an end of the block's word, anywhere, beside a byte from 0x80 on at most, or (on the
 * left) behind the end of an escape sequence, whose last letters stand in the text as the start of the word: `31mfailed`.
 */
export type Side = 'closed' | 'open' | 'edge' | 'escape';

/** A word, or a part of one, that must be in a block. One byte a character, folded. */
export interface WantedWord {
  readonly kind: 'word';
  readonly text: string;
  readonly left: Side;
  readonly right: Side;
  /** May be the fraction of a second or a part of one: nothing or a decimal point stands before it. */
  readonly mayBeFraction: boolean;
}

export type Wanted = WantedWord | { readonly kind: 'all' | 'any'; readonly parts: readonly Wanted[] };

/** Words that every matching line has; undefined when none is known. */
export function wantedWords(query: Query): Wanted | undefined {
  if (query.kind === 'literal') {
    const side = query.word ? 'edge' : 'open';
    return wantedOfText(query.text, query, side);
  }
  const required = requiredText(query.text);
  return required === undefined ? undefined : wantedOf(required, query);
}

function wantedOf(required: RequiredText, query: Query): Wanted | undefined {
  if (required.kind === 'text') return wantedOfText(required.text, query, 'open');
  const parts = required.parts.map((part) => wantedOf(part, query));
  return required.kind === 'any' ? anyOf(parts) : allOf(parts);
}

/** One unknown alternative makes the whole choice unknown. */
function anyOf(parts: readonly (Wanted | undefined)[]): Wanted | undefined {
  const known = parts.filter((part) => part !== undefined);
  if (known.length !== parts.length || known.length === 0) return undefined;
  return known.length === 1 ? known[0] : { kind: 'any', parts: known };
}

function allOf(parts: readonly (Wanted | undefined)[]): Wanted | undefined {
  const known = parts.filter((part) => part !== undefined);
  return known.length > 1 ? { kind: 'all', parts: known } : known[0];
}

/** `outer`: what the text's own ends say about the words there. */
function wantedOfText(text: string, query: Query, outer: Side): Wanted | undefined {
  const words: WantedWord[] = [];
  for (const piece of fixedPieces(text, query.ignoreCase)) {
    const bytes = Buffer.from(piece.text, 'utf8');
    for (let at = 0; at < bytes.length; ) {
      let end = at;
      while (end < bytes.length && WORD_BYTE[bytes[end] as number] !== 0) end++;
      if (end - at > 0) {
        const left = at > 0 ? 'closed' : piece.isFirst ? outer : 'open';
        const right = end < bytes.length ? 'closed' : piece.isLast ? outer : 'open';
        // Of the visible text, a word's end may stand before what a backspace takes away: nothing is known of that.
        const sides = query.visible
          ? ([left === 'closed' ? 'escape' : 'open', 'open'] as const)
          : ([left, right] as const);
        words.push({
          ...wordOf(bytes.subarray(at, end), sides),
          mayBeFraction: left !== 'closed' || isPoint(bytes[at - 1]),
        });
      }
      at = Math.max(end, at + 1);
    }
  }
  return allOf(words.filter((word) => word.text.length >= MIN_WORD_BYTES));
}

const isPoint = (byte: number | undefined): boolean => byte === 0x2e || byte === 0x2c;

function wordOf(bytes: Uint8Array, [left, right]: readonly [Side, Side]): Omit<WantedWord, 'mayBeFraction'> {
  const folded = Buffer.alloc(bytes.length);
  const end = foldWord(bytes, 0, bytes.length, folded, 0);
  return { kind: 'word', text: folded.toString('latin1', 0, end), left, right };
}

interface Piece {
  readonly text: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/**
 * The text between characters whose bytes are not certain: where case is ignored, letters outside of ASCII that have
 * another case. Those are word bytes in any case, so the words beside them stay open.
 */
function fixedPieces(text: string, ignoreCase: boolean): Piece[] {
  const pieces = [''];
  for (const character of text) {
    if (ignoreCase && character > '\u007f' && CASED.test(character)) pieces.push('');
    else pieces[pieces.length - 1] += character;
  }
  return pieces.map((piece, n) => ({ text: piece, isFirst: n === 0, isLast: n === pieces.length - 1 }));
}

const CASED = /\p{Changes_When_Casemapped}/u;

/** Whether a word so long may be a longer one in the text, where K and ſ take three and two bytes: then it is LONG_WORD there. */
export const mayBeLong = (word: WantedWord): boolean =>
  word.left !== 'closed' || word.right !== 'closed' || word.text.length * 3 > MAX_WORD_BYTES;
