// What smart case looks at: the characters of a pattern that stand for themselves. As ripgrep has it: `\S` and `\pL` are no
// upper-case letters, `\x41` and `[A-Z]` are.

const UPPER = /\p{Uppercase}/u;
/** One construct of RE2 syntax that is not a character standing for itself, or an escape that names one. */
const CONSTRUCT =
  /\\x\{([0-9a-fA-F]{1,6})\}|\\x([0-9a-fA-F]{2})|\\Q([\s\S]*?)(?:\\E|$)|\\[pP](?:\{[^}]*\}|[\s\S])|\\[0-7]{1,3}|\\([\s\S])|\(\?P?<[^>]*>|\(\?[a-zA-Z-]*[:)]?|\[:\^?[a-z]+:\]|\{\d+(?:,\d*)?\}|[.^$*+?()|[\]{}]/gu;

/** Whether any character stands for itself, and whether one of those is upper-case. */
export function casedLetters(
  text: string,
  isRegex: boolean,
): { readonly hasLiteral: boolean; readonly hasUpperCase: boolean } {
  const literals = isRegex ? literalCharacters(text) : text;
  return { hasLiteral: literals !== '', hasUpperCase: UPPER.test(literals) };
}

function literalCharacters(pattern: string): string {
  return pattern.replace(CONSTRUCT, (_all, braced?: string, hex?: string, quoted?: string, escaped?: string) => {
    if (braced !== undefined || hex !== undefined) return codePoint(Number.parseInt(braced ?? hex ?? '0', 16));
    if (quoted !== undefined) return quoted;
    // A letter behind a backslash is a class or an assertion, any other character stands for itself.
    return escaped !== undefined && !/[A-Za-z0-9]/.test(escaped) ? escaped : '';
  });
}

const codePoint = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '');
