// Signs and words of Chinese and Japanese text around names and values, and quotes beyond ASCII: one list for the bytes of a
// first look and for expressions over lines, which have a byte of UTF-8 in each character.

/** `：` and `＝` between a name and its value. */
export const WIDE_SEPARATORS = '：＝';
/** What opens a value, and what closes it: „…“ closes with what opens “…”. */
export const WIDE_OPENERS = '「『【‘“„（';
export const WIDE_CLOSERS = '」』】’”';
/** `是`, `为`, `為` and `は` (is), after a name. */
export const WIDE_VERBS = '是为為は';
const WIDE_SIGNS = `${WIDE_SEPARATORS}${WIDE_OPENERS}${WIDE_CLOSERS}）‚‛`;

const bytesOf = (sign: string): string => Buffer.from(sign).toString('latin1');
const codeOf = (sign: string): number => Buffer.from(sign).readUIntBE(0, 3);

/** An expression's text for any of `signs` in a line of bytes. */
export const anyOf = (signs: string): string => `(?:${[...signs].map(bytesOf).join('|')})`;

const codesOf = (signs: string): ReadonlySet<number> => new Set([...signs].map(codeOf));
const SIGN_CODES = codesOf(WIDE_SIGNS);
const VERB_CODES = codesOf(WIDE_VERBS);

/** What begins every one of them, so that a line without them is passed over by one comparison. */
const LEAST_FIRST_BYTE = 0xe2;

const codeAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);

/** A sign of such text at `at`, of whose bytes a name could have every one. */
export const isWideSign = (bytes: Uint8Array, at: number): boolean =>
  (bytes[at] as number) >= LEAST_FIRST_BYTE && SIGN_CODES.has(codeAt(bytes, at));

/** As {@link isWideSign}, in a line that has a byte in each character. */
export const isWideSignIn = (line: string, at: number): boolean =>
  line.charCodeAt(at) >= LEAST_FIRST_BYTE &&
  SIGN_CODES.has((line.charCodeAt(at) << 16) | (line.charCodeAt(at + 1) << 8) | line.charCodeAt(at + 2));

/** A verb of such text at `at`. */
export const isWideVerb = (bytes: Uint8Array, at: number): boolean => VERB_CODES.has(codeAt(bytes, at));
