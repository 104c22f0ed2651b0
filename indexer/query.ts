// Text and flags → a checked query. The dialect is written down in docs/search.md.
import { AppError } from '../store/errors.ts';
import type { Query, QueryFlags } from './log-index.ts';
import { compilePattern } from './query-pattern.ts';
import { casedLetters } from './smart-case.ts';

/** chosen: as SECURITY bounds a user's pattern; a literal has the same bound. */
const MAX_QUERY_BYTES = 4096;

/** A checked query. USAGE with the place of the mistake, PATTERN_TOO_COSTLY when it is beyond the bounds. */
export function parseQuery(text: string, flags: QueryFlags): Query {
  if (text === '' && !flags.regex)
    throw new AppError('USAGE', 'there is nothing to search for', {
      hint: 'give some text; --regex "" finds every line',
    });
  if (Buffer.byteLength(text) > MAX_QUERY_BYTES)
    throw new AppError(
      'PATTERN_TOO_COSTLY',
      `the query '${text.slice(0, 80)}…' is longer than ${MAX_QUERY_BYTES} bytes`,
      {
        hint: 'search for a part of it that is rare',
      },
    );
  if (!flags.regex && /[\n]/.test(text))
    throw new AppError('USAGE', 'the query has a line break, and matches never reach over lines', {
      hint: 'search for one of its lines, with -C for those around it',
    });
  // `(?i)` in front is the flag -i: taken off, so that the rest can be looked up in the index.
  const isFlagged = flags.regex && text.startsWith('(?i)');
  const pattern = isFlagged ? text.slice(4) : text;
  const query: Query = {
    kind: flags.regex ? 'regex' : 'literal',
    text: pattern,
    ignoreCase: isFlagged || ignoresCase(pattern, flags),
    word: flags.word,
    visible: flags.visible,
  };
  if (flags.regex) compilePattern(query);
  return query;
}

function ignoresCase(text: string, flags: QueryFlags): boolean {
  if (flags.letterCase !== 'smart') return flags.letterCase === 'insensitive';
  const { hasLiteral, hasUpperCase } = casedLetters(text, flags.regex);
  return hasLiteral && !hasUpperCase;
}
