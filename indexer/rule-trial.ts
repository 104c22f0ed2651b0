// The dry run of an error rule against what is kept, green attempts included: whom it hits, and whether it may be used.
import { isGreen, isRed } from '../store/attempt.ts';
import type { AttemptFilter, LogRow, OutcomeCounts, Query, SearchOptions, SearchRun } from './log-index.ts';
import type { UserRule } from './rule-file.ts';

/** A log that a rule hits, at the last of its lines. */
export interface RuleHit {
  readonly log: LogRow;
  readonly line: number;
  readonly text: string;
}

/** `unproven`: no green attempt is there to say that the rule is harmless. */
export type RuleVerdict = 'usable' | 'refused' | 'unproven';

export interface RuleTrial {
  readonly rule: string;
  readonly verdict: RuleVerdict;
  readonly reason: string;
  /** Attempts that it hits. */
  readonly hit: OutcomeCounts;
  readonly total: OutcomeCounts;
  /** Some of the logs: greens first where it is refused, else reds first. */
  readonly examples: readonly RuleHit[];
  /** Logs that could not be read. */
  readonly unreadable: number;
}

export interface RuleTrialOptions {
  readonly filter: AttemptFilter;
  readonly frameCacheDir: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What shows in more green attempts than this is no error (DESIGN.md: a tenth). */
const MAX_GREEN_SHARE = 0.1;
const EXAMPLES = 5;
/** Lines of one pattern in one log that are remembered (chosen: a pattern with more of them is noise). */
const MAX_PLACES = 10_000;

/** Finds the lines of a query, in whatever index. */
export type FindLines = (query: Query, options: SearchOptions) => SearchRun;

/** Tries one rule on every log that the filter lets through. */
export async function tryRule(find: FindLines, rule: UserRule, options: RuleTrialOptions): Promise<RuleTrial> {
  const ask = (query: Query, mode: 'lines' | 'files') => findPlaces({ find, query, options, mode });
  const [first, ...more] = rule.queries;
  const found = await ask(first, more.length === 0 ? 'files' : 'lines');
  let { hits } = found;
  const { total } = found;
  let unreadable = found.unreadable;
  let starts = hits;
  for (const query of more) {
    const next = await ask(query, 'lines');
    unreadable = Math.max(unreadable, next.unreadable);
    ({ hits, starts } = follow(starts, next.hits, rule.within));
  }
  const logs = [...hits.values()].flatMap((places) => places[0] ?? []);
  return { rule: rule.id, ...judge(logs, total), unreadable };
}

/** Places of one pattern by log; `from` is where the rule's first line stands. */
type Places = ReadonlyMap<number, readonly (RuleHit & { readonly from: number })[]>;

interface Asked {
  readonly find: FindLines;
  readonly query: Query;
  readonly options: RuleTrialOptions;
  readonly mode: 'lines' | 'files';
}

async function findPlaces({ find, query, options, mode }: Asked): Promise<{
  readonly hits: Places;
  readonly total: OutcomeCounts;
  readonly unreadable: number;
}> {
  const run = find(query, {
    ...options,
    sort: 'new',
    limit: undefined,
    mode,
    contextLines: 0,
    budgetMs: undefined,
  });
  const hits = new Map<number, (RuleHit & { from: number })[]>();
  for await (const { log, line, text } of run.matches) {
    const places = hits.get(log.logKey) ?? [];
    if (places.length === 0) hits.set(log.logKey, places);
    if (places.length < MAX_PLACES) places.push({ log, line, text, from: line });
  }
  const summary = await run.summary();
  return { hits, total: summary.total, unreadable: summary.unreadable.length };
}

/** Places of `next` that come behind one of `before`, near enough to where that began. */
function follow(before: Places, next: Places, within: number): { readonly hits: Places; readonly starts: Places } {
  const hits = new Map<number, (RuleHit & { from: number })[]>();
  for (const [log, places] of next) {
    const earlier = before.get(log) ?? [];
    let at = 0;
    const kept: (RuleHit & { from: number })[] = [];
    for (const place of places) {
      while (at < earlier.length && (earlier[at]?.line ?? 0) < place.line) at++;
      // The nearest start gives the shortest reach.
      const start = earlier[at - 1];
      if (start !== undefined && place.line - start.from <= within) kept.push({ ...place, from: start.from });
    }
    if (kept.length > 0) hits.set(log, kept);
  }
  return { hits, starts: hits };
}

function judge(
  logs: readonly RuleHit[],
  total: OutcomeCounts,
): Pick<RuleTrial, 'verdict' | 'reason' | 'hit' | 'total' | 'examples'> {
  const count = (is: (log: LogRow) => boolean): number =>
    new Set(logs.filter(({ log }) => is(log)).map(({ log }) => log.attempt.attemptKey)).size;
  const red = count((log) => isRed(log.attempt.conclusion));
  const green = count((log) => isGreen(log.attempt.conclusion));
  const hit = { attempts: count(() => true), red, green };
  const refused = total.green > 0 && green / total.green > MAX_GREEN_SHARE;
  const verdict: RuleVerdict = refused ? 'refused' : total.green === 0 ? 'unproven' : 'usable';
  const isFirst = ({ log }: RuleHit): boolean =>
    refused ? isGreen(log.attempt.conclusion) : isRed(log.attempt.conclusion);
  const examples = [...logs.filter(isFirst), ...logs.filter((each) => !isFirst(each))].slice(0, EXAMPLES);
  return { verdict, reason: reasonOf(verdict, hit, total), hit, total, examples };
}

function reasonOf(verdict: RuleVerdict, hit: OutcomeCounts, total: OutcomeCounts): string {
  const share = `${hit.green} of ${total.green} green attempts`;
  if (verdict === 'unproven') return 'no green attempt is kept that could show whether it is harmless';
  if (verdict === 'refused') return `it hits ${share}, more than a tenth: what green attempts say is no error`;
  if (hit.attempts === 0) return 'it hits nothing that is kept';
  return `it hits ${hit.red} of ${total.red} red and ${share}`;
}
