// Values as ClickHouse writes them in a statement. Query parameters would travel in the address of the request, where a
// thousand log ids do not fit.

/** A string literal: nothing in it can end it. */
export const text = (value: string): string =>
  `'${value
    .toWellFormed()
    .replace(/[\\']/g, '\\$&')
    .replace(/[\u0000-\u001f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}'`;

/** A list for `IN`; of none, one that holds nothing. */
export const texts = (values: Iterable<string>): string => {
  const all = [...values].map(text);
  return all.length === 0 ? '(SELECT toString(1) WHERE 0)' : `(${all.join(', ')})`;
};

/** An array literal. */
export const textArray = (values: Iterable<string>): string => `[${[...values].map(text).join(', ')}]`;

/** A whole number; anything else is a bug. */
export function number(value: number): string {
  if (!Number.isSafeInteger(value)) throw new Error(`${value} is no whole number`);
  return String(value);
}

/** A time as a DateTime64(3) literal. */
export const time = (timeMs: number): string => `fromUnixTimestamp64Milli(toInt64(${number(timeMs)}), 'UTC')`;

/** A part of a LIKE pattern that stands for itself. */
export const likeText = (value: string): string => value.replace(/[\\%_]/g, '\\$&');

/** SQLite's GLOB as an RE2 pattern for `match`: `*` any run, `?` one character, `[…]` and `[^…]`, all else itself. */
export function globPattern(glob: string): string {
  let out = '';
  const characters = [...glob];
  for (let at = 0; at < characters.length; at++) {
    const c = characters[at] as string;
    if (c === '*') out += '.*';
    else if (c === '?') out += '.';
    else if (c !== '[') out += literal(c);
    else {
      const end = endOfSet(characters, at);
      if (end === undefined) return NOTHING;
      out += setPattern(characters.slice(at + 1, end));
      at = end;
    }
  }
  return `(?s)^${out}$`;
}

/** SQLite: a set that nobody closes matches nothing. */
const NOTHING = '[^\\x{0}-\\x{10FFFF}]';
const literal = (c: string): string => c.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');

/** Where the set that begins at `start` ends: a `]` that comes first is one of its characters. */
function endOfSet(characters: readonly string[], start: number): number | undefined {
  const first = start + (characters[start + 1] === '^' ? 2 : 1);
  const end = characters.indexOf(']', first + (characters[first] === ']' ? 1 : 0));
  return end < 0 ? undefined : end;
}

function setPattern(inner: readonly string[]): string {
  const isNot = inner[0] === '^';
  const members = isNot ? inner.slice(1) : inner;
  let out = '';
  for (let at = 0; at < members.length; at++) {
    const from = members[at] as string;
    const to = members[at + 1] === '-' ? members[at + 2] : undefined;
    if (to === undefined) out += code(from);
    else {
      if (from <= to) out += `${code(from)}-${code(to)}`;
      at += 2;
    }
  }
  if (out === '') return isNot ? '.' : NOTHING;
  return `[${isNot ? '^' : ''}${out}]`;
}

const code = (c: string): string => `\\x{${(c.codePointAt(0) ?? 0).toString(16)}}`;
