// The search box: the command line's own words. What is a filter becomes a chip, the rest is what is looked for.

/** Filters that take a value, and switches of the search. */
export const FILTERS = [
  'repo',
  'sha',
  'workflow',
  'job',
  'branch',
  'pr',
  'run',
  'attempt',
  'conclusion',
  'since',
  'until',
  'label',
] as const;
/** Switches by flag. */
export const SWITCHES = {
  regex: '-r',
  word: '-w',
  ignoreCase: '-i',
  caseSensitive: '-s',
  visible: '--visible',
} as const;

const LONG: Readonly<Record<string, string>> = {
  '--regex': 'regex',
  '--word': 'word',
  '--ignore-case': 'ignoreCase',
  '--case-sensitive': 'caseSensitive',
  '--visible': 'visible',
  ...Object.fromEntries(Object.entries(SWITCHES).map(([name, flag]) => [flag, name])),
};

/** What was typed, taken apart. */
export interface TypedQuery {
  readonly text: string;
  readonly filters: readonly (readonly [name: string, value: string])[];
}

/**
 * Takes `--job "e2e*"`, `--since 7d`, `-r` out of a text. `isDone`: also one at the very end, which might still be
 * typed on. A flag in quotes, or after other letters, is text.
 */
export function takeFilters(typed: string, isDone: boolean): TypedQuery {
  const filters: [string, string][] = [];
  const end = isDone ? '(?:\\s+|$)' : '\\s+';
  const valued = new RegExp(`(^|\\s)--(${FILTERS.join('|')})[ =]("([^"]*)"|'([^']*)'|[^\\s"']+)${end}`, 'g');
  let text = typed.replace(
    valued,
    (_, before: string, name: string, value: string, double?: string, single?: string) => {
      filters.push([name, double ?? single ?? value]);
      return before;
    },
  );
  const switches = new RegExp(`(^|\\s)(${Object.keys(LONG).join('|')})${end}`, 'g');
  text = text.replace(switches, (_, before: string, flag: string) => {
    filters.push([LONG[flag] ?? flag, '1']);
    return before;
  });
  return { text: filters.length > 0 ? text.trimStart() : text, filters };
}

/** A chip's words, as they would be typed. */
export function chipWords(name: string, value: string): string {
  const flag = Object.hasOwn(SWITCHES, name) ? SWITCHES[name as keyof typeof SWITCHES] : undefined;
  if (flag !== undefined)
    return (
      {
        regex: 'regular expression',
        word: 'whole words',
        ignoreCase: 'any case',
        caseSensitive: 'exact case',
        visible: 'visible text',
      }[name] ?? flag
    );
  return `${name} ${value}`;
}
