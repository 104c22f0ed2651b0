// Regular expressions of users: compiled by RE2JS alone, which is linear, with bounds on size and time; what it refuses is
// refused here in plain words. Also gives the literals that every match must contain, from RE2JS's own reading of the pattern,
// so that the index can never understand a pattern differently.
import { createRequire } from 'node:module';
import type * as Re2 from 're2js';
import { AppError } from '../store/errors.ts';
import type { Query } from './log-index.ts';

/** chosen (SECURITY): beyond this a pattern is an attack, not a question. */
const MAX_COMPILE_MICROSECONDS = 500_000;
const MAX_PROGRAM_SIZE = 50_000;

/** The pattern as the engine runs it. `group` is the one that is the match itself. */
export interface CompiledPattern {
  readonly pattern: Re2.RE2JS;
  readonly group: number;
}

const require = createRequire(import.meta.url);
/** Loaded at the first pattern: a literal search never pays for it. */
const loadRe2 = (): typeof Re2 => require('re2js') as typeof Re2;

/** Characters that ripgrep's `\w` has: letters, marks, decimal and letter numbers, connectors, joiners, circled letters. */
const NOT_WORD =
  '[^\\pL\\pM\\p{Nd}\\p{Nl}\\p{Pc}\\x{200c}\\x{200d}\\x{24b6}-\\x{24e9}\\x{1f130}-\\x{1f149}\\x{1f150}-\\x{1f169}\\x{1f170}-\\x{1f189}]';

/** Compiles a query's text; a literal is quoted. USAGE or PATTERN_TOO_COSTLY. */
export function compilePattern(query: Query): CompiledPattern {
  const { RE2JS } = loadRe2();
  const text = query.kind === 'literal' ? RE2JS.quote(query.text) : query.text;
  if (query.kind === 'regex') compileChecked(query.text, 0);
  const whole = query.word ? `(?:^|${NOT_WORD})(${text})(?:${NOT_WORD}|$)` : text;
  const pattern = compileChecked(whole, query.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  return { pattern, group: query.word ? 1 : 0 };
}

/** chosen: enough to know a pattern again. */
const MAX_NAMED = 80;
const shortened = (text: string): string => (text.length > MAX_NAMED ? `${text.slice(0, MAX_NAMED)}…` : text);

function compileChecked(text: string, flags: number): Re2.RE2JS {
  const { RE2JS, RE2JSSyntaxException } = loadRe2();
  const start = process.cpuUsage();
  let pattern: Re2.RE2JS;
  try {
    pattern = RE2JS.compile(text, flags);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    throw refusal(text, error);
  }
  // Processor time: by the clock of a machine that does much else, a pattern of ten characters has taken so long.
  if (process.cpuUsage(start).user > MAX_COMPILE_MICROSECONDS || pattern.programSize() > MAX_PROGRAM_SIZE)
    throw new AppError('PATTERN_TOO_COSTLY', `the regular expression '${shortened(text)}' is too large`, {
      hint: 'use smaller repetitions and fewer alternatives',
    });
  return pattern;
}

/** What is wrong and where: an error is two lines, so the place is counted and not pointed at. */
function refusal(text: string, error: { readonly message: string; readonly input?: unknown }): AppError {
  const part = typeof error.input === 'string' ? error.input : '';
  const at = part === '' ? text.length - 1 : Math.max(0, text.indexOf(part));
  const [what, hint] = explain(text.slice(at), error.message);
  return new AppError('USAGE', `${what}, at character ${at + 1} of '${shortened(text)}'`, { hint });
}

function explain(rest: string, message: string): readonly [what: string, hint: string] {
  if (/^\(\?<?[=!]/.test(rest))
    return [
      'look-around is not supported',
      'search for the part that must be there, and filter by eye or with a second search',
    ];
  if (/^\\[1-9]/.test(rest) || /^\\k/.test(rest))
    return ['back-references are not supported', 'write the repeated part out'];
  if (/^\{\d/.test(rest)) return ['a repetition comes to over 1,000', 'use a smaller one, or `*`'];
  const reason = message.replace(/^error parsing regexp: /, '').replace(/: `[\s\S]*$/, '');
  return [
    `the regular expression is not understood: ${reason}`,
    'the syntax is RE2’s; without --regex the text is a literal',
  ];
}

/** What every match must contain: all of, one of, or a text; undefined: nothing is known. */
export type RequiredText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly RequiredText[] };

/** The literals that every match of the pattern must contain (in any case, if case is ignored). */
export function requiredText(pattern: string): RequiredText | undefined {
  const alternatives = /[\\.+*?()[\]{}^$]/.test(pattern) ? [] : pattern.split('|');
  // RE2JS reads `bar|baz` as `ba[rz]`; of plain alternatives we know more.
  if (alternatives.length > 0 && !alternatives.includes(''))
    return { kind: 'any', parts: alternatives.map((text) => ({ kind: 'text', text })) };
  const { prefilter } = compileChecked(pattern, 0).re2Input;
  return readPrefilter(prefilter, 0);
}

/** RE2JS's prefilter is not part of its published types: what looks otherwise than expected counts as nothing known. */
function readPrefilter(value: unknown, depth: number): RequiredText | undefined {
  if (typeof value !== 'object' || value === null || depth > 50) return undefined;
  const { type, str, subs } = value as Readonly<Record<string, unknown>>;
  if (type === 1) return typeof str === 'string' && str !== '' ? { kind: 'text', text: str } : undefined;
  if ((type !== 2 && type !== 3) || !Array.isArray(subs)) return undefined;
  const parts = subs.map((sub) => readPrefilter(sub, depth + 1));
  const known = parts.filter((part) => part !== undefined);
  if (type === 3) return known.length === parts.length && known.length > 0 ? { kind: 'any', parts: known } : undefined;
  return known.length === 0 ? undefined : { kind: 'all', parts: known };
}
