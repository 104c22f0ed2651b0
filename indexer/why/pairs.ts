// Pairs of a line that only the target has and one that only the greens have, which tell of the same thing: the same
// test with another result, the same setting with another value.
import type { LackedTemplate, NovelLine, WhyCase } from './case.ts';
import { blurNumbers, isName } from './templates.ts';

/** What the target says in place of what every green attempt says. */
export interface Replacement {
  readonly novel: NovelLine;
  readonly lacked: LackedTemplate;
  /** Words that both have, in the order of the target's line. */
  readonly common: readonly string[];
  readonly kind: 'number' | 'words';
}

/** Lines with more differences than this are not paired: each pair costs a comparison. */
const MAX_PAIRED = 400;

const trimWord = (word: string): string => word.replace(/^[^\p{L}\p{N}<]+|[^\p{L}\p{N}>]+$/gu, '');

const wordsOf = (c: WhyCase, template: string): readonly string[] =>
  c.speakers
    .message(template)
    .map(trimWord)
    .filter((w) => w !== '');

/** The best counterpart of each new line among the lines that all greens have. */
export function findReplacements(c: WhyCase): readonly Replacement[] {
  const byNumbers = new Map(c.lacked.map((l) => [blurNumbers(l.template), l]));
  const lacked = c.lacked.slice(-MAX_PAIRED);
  const words = lacked.map((l) => wordsOf(c, l.template));
  return c.novel.slice(-MAX_PAIRED).flatMap((novel) => {
    const numbers = byNumbers.get(blurNumbers(novel.template));
    if (numbers !== undefined) return [{ novel, lacked: numbers, common: [], kind: 'number' as const }];
    const own = wordsOf(c, novel.template);
    let best: Replacement | undefined;
    lacked.forEach((l, k) => {
      const other = words[k] as readonly string[];
      const common = own.filter((w) => other.includes(w));
      if (!common.some(isName) || common.length * 2 < Math.min(own.length, other.length)) return;
      if (best === undefined || common.length > best.common.length) best = { novel, lacked: l, common, kind: 'words' };
    });
    return best === undefined ? [] : [best];
  });
}
