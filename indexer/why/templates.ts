// Template sets of logs: who has a template, where first, and whether another wording of the same event is there.
import type { LogLines } from '../lines.ts';

/** Every template of one log: ascending hashes, and for each the first line (1-based) that has it. */
export interface WhyTemplates {
  readonly hashes: Uint32Array;
  readonly firstLines: Uint32Array;
}

/** Unique templates of a log whose lines are at hand. */
export function collectTemplates(lines: LogLines): WhyTemplates {
  const first = new Map<number, number>();
  for (let line = 1; line <= lines.count; line++) {
    const hash = lines.hash(line);
    if (hash !== 0 && !first.has(hash)) first.set(hash, line);
  }
  const hashes = Uint32Array.from(first.keys()).sort();
  return { hashes, firstLines: Uint32Array.from(hashes, (hash) => first.get(hash) ?? 0) };
}

/** First line of a template in a log; 0 when the log lacks it. */
export function firstLineOf(templates: WhyTemplates, hash: number): number {
  const { hashes } = templates;
  let low = 0;
  let high = hashes.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = hashes[middle] as number;
    if (at === hash) return templates.firstLines[middle] as number;
    if (at < hash) low = middle + 1;
    else high = middle - 1;
  }
  return 0;
}

/** Words of a template, split at blanks and at what JSON, logfmt and tables put between fields. */
export const templateWords = (template: string): readonly string[] =>
  template.match(/<\w+>|[^\s"{}|=,<>]+|[<>]/g) ?? [];

/**
 * Every number and every placeholder of one made the same, so that `node 20.1` and `node 22.4`, and `0 tests` (zero is
 * never masked) and `<num> test` are alike.
 */
export const blurNumbers = (text: string): string =>
  text.replace(/\d+(?:\.\d+)*|<(?:num|dur|size|pct|port|id|hash|addr)>/g, '0').replace(/\b0 (\p{L}{3,}?)s\b/gu, '0 $1');

/** A word that names one thing: a placeholder or a short common word does not. */
export const isName = (word: string): boolean => word.length >= 4 && /\p{L}/u.test(word) && !/^<\w+>$/.test(word);

/** The longest name among words, the last of equals: of a test's line, the test. */
export function nameOf(words: readonly string[]): string | undefined {
  let longest: string | undefined;
  for (const word of words) if (isName(word) && word.length >= (longest?.length ?? 0)) longest = word;
  return longest;
}
