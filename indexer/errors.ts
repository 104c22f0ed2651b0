// Error lines of one log, best first: rules, what green attempts lack, the step that failed, and position. Multi-line
// blocks stay together: rows of one block share its bounds, and the next best block comes before its second row.
import { findBlock } from './error-blocks.ts';
import { type ErrorMatch, matchLine } from './error-match.ts';
import type { LogLines } from './lines.ts';

/** What is known of a green attempt: how often it shows each template. LogLines is one; the index can give others. */
export interface Baseline {
  readonly counts: ReadonlyMap<number, number>;
}

/** One error line. `score` is 0..1 and falls along the list. */
export interface ErrorLine {
  readonly line: number;
  readonly text: string;
  readonly score: number;
  readonly rule: string;
  readonly template: string;
  /** No baseline has a line of this template; undefined without any baseline. */
  readonly newInRed: boolean | undefined;
  /** Block that the line belongs to. */
  readonly firstLine: number;
  readonly lastLine: number;
}

export interface ErrorReport {
  /** The first error line that no green attempt has, or without a baseline the best guess. */
  readonly headline: { readonly line: number; readonly text: string } | null;
  readonly lines: readonly ErrorLine[];
}

export interface ErrorOptions {
  /** Rows wanted; 50 by default. */
  readonly limit?: number;
}

/** A line that may be an error, before ranking. */
export interface ErrorCandidate {
  readonly line: number;
  readonly hash: number;
  readonly match: ErrorMatch;
  readonly isNew: boolean | undefined;
  score: number;
}

/** The rule of a line that green attempts lack and no other rule knows. */
export const NEW_LINE_RULE = 'new-line';
/** Worth showing, after all that looks like an error. */
const NEW_LINE: ErrorMatch = { rule: NEW_LINE_RULE, kind: 'weak', weight: 0.12 };

/** Factors, chosen by hand on the labelled pairs; bench/diagnosis.ts shows what they do, by folds of whole projects. */
const FACTORS = {
  /** The template is in a green attempt as well. */
  known: 0.1,
  /** … but much more often in the red one. */
  knownMore: 0.35,
  /** The provider's echo of a script. */
  echo: 0.04,
  /** In a step that did not fail, where it is known which did. */
  otherStep: 0.6,
  /** At the very start, compared with the very end: causes come before consequences. */
  early: 0.1,
  /** The same, without a baseline. */
  earlyAlone: 0.1,
  /** A further row of the same template, and of the same block. */
  sameTemplate: 0.4,
  sameBlock: 0.45,
  /** Without a baseline: each doubling of a template's occurrences. */
  repeated: 0.04,
  /** Without a baseline: a cause with no failed test, summary or exit line soon after it: programs log what they handle. */
  farFromFailure: 0.85,
} as const;

/** How soon after a cause its consequences come (chosen: long traces and the rest of a test's output lie between). */
const FAILURE_LINES = 150;
/** A log in which nothing scores higher has only exit lines: then what stands before them is shown (chosen). */
const ONLY_EXIT_SCORE = 0.45;
/** Lines before an exit line that are taken then. */
const BEFORE_EXIT_LINES = 3;
const BEFORE_EXIT: ErrorMatch = { rule: 'before-exit', kind: 'context', weight: 0.46 };

/** Ranked error lines of `target`. `baselines` are green attempts of the same job; none means rules and position only. */
export function findErrors(target: LogLines, baselines: readonly Baseline[], options: ErrorOptions = {}): ErrorReport {
  const limit = options.limit ?? 50;
  const candidates = findCandidates(target, baselines);
  weighPosition(target, candidates, baselines.length > 0 ? FACTORS.early : FACTORS.earlyAlone);
  if (baselines.length === 0) weighConsequences(candidates);
  candidates.push(...findBeforeExit(target, candidates));
  const lines = pickDiverse(target, candidates, limit);
  const first = lines[0];
  return { headline: first === undefined ? null : { line: first.line, text: first.text }, lines };
}

/** All lines that a rule or their absence from green makes candidates, in log order. */
function findCandidates(target: LogLines, baselines: readonly Baseline[]): ErrorCandidate[] {
  // Equal templates meet equal rules: classes that rules tell apart (zero, exit codes, statuses) are never masked.
  const matches = new Map<number, ErrorMatch | undefined>();
  const found: ErrorCandidate[] = [];
  for (let line = 1; line <= target.count; line++) {
    const hash = target.hash(line);
    if (hash === 0 || target.isMark(line)) continue;
    let inGreen = 0;
    for (const baseline of baselines) inGreen = Math.max(inGreen, baseline.counts.get(hash) ?? 0);
    const isNew = baselines.length === 0 ? undefined : inGreen === 0;
    let match = matches.get(hash);
    if (match === undefined && !matches.has(hash)) {
      match = matchLine(target, line);
      if (isNew === true) match ??= NEW_LINE;
      matches.set(hash, match);
    }
    if (match === undefined) continue;
    const count = target.counts.get(hash) ?? 1;
    let score = match.weight;
    if (isNew === false) score *= count > 2 * inGreen ? FACTORS.knownMore : FACTORS.known;
    if (target.isEcho(line)) score *= FACTORS.echo;
    if (baselines.length === 0) score /= 1 + FACTORS.repeated * Math.log2(count);
    found.push({ line, hash, match, isNew, score });
  }
  return found;
}

function weighPosition(target: LogLines, candidates: readonly ErrorCandidate[], early: number): void {
  const failed = target.steps.map((step) => step.failed);
  const isStepKnown = failed.includes(true);
  for (const candidate of candidates) {
    if (isStepKnown && failed[target.stepOf(candidate.line)] !== true) candidate.score *= FACTORS.otherStep;
    candidate.score *= (1 + early * (1 - candidate.line / target.count)) / (1 + early);
  }
}

/** Where only exit lines tell of the failure (a script that prints its own words and ends), what they end is the error. */
function findBeforeExit(target: LogLines, candidates: readonly ErrorCandidate[]): readonly ErrorCandidate[] {
  if (candidates.some((c) => c.match.kind !== 'exit' && c.score >= ONLY_EXIT_SCORE)) return [];
  const exit = candidates.find((c) => c.match.kind === 'exit' && c.isNew !== false);
  if (exit === undefined) return [];
  const lines: ErrorCandidate[] = [];
  for (let line = exit.line - 1; line > 0 && lines.length < BEFORE_EXIT_LINES; line--) {
    if (target.hash(line) === 0) continue;
    if (target.isMark(line) || target.isEcho(line)) break;
    const score = BEFORE_EXIT.weight - lines.length * 0.02;
    lines.push({ line, hash: target.hash(line), match: BEFORE_EXIT, isNew: exit.isNew, score });
  }
  return lines;
}

function weighConsequences(candidates: readonly ErrorCandidate[]): void {
  const ends = candidates.filter(({ match: { kind } }) => kind === 'test' || kind === 'summary' || kind === 'exit');
  let next = 0;
  for (const candidate of candidates) {
    if (candidate.match.kind !== 'cause') continue;
    while (next < ends.length && (ends[next] as ErrorCandidate).line < candidate.line) next++;
    const end = ends[next];
    if (ends.length > 0 && (end === undefined || end.line - candidate.line > FAILURE_LINES))
      candidate.score *= FACTORS.farFromFailure;
  }
}

/** Greedy: the best line, then the best of what is left after lowering its template and its block. */
function pickDiverse(target: LogLines, candidates: readonly ErrorCandidate[], limit: number): ErrorLine[] {
  // Rows beyond ten times the limit can't come back by lowering others.
  const pool = [...candidates].sort((a, b) => b.score - a.score || a.line - b.line).slice(0, limit * 10 + 100);
  const lines: ErrorLine[] = [];
  while (pool.length > 0 && lines.length < limit) {
    let best = 0;
    for (let k = 1; k < pool.length; k++) {
      const a = pool[k] as ErrorCandidate;
      const b = pool[best] as ErrorCandidate;
      if (a.score > b.score || (a.score === b.score && a.line < b.line)) best = k;
    }
    const [chosen] = pool.splice(best, 1) as [ErrorCandidate];
    const block = findBlock(target, chosen.line);
    lines.push(toRow(target, chosen, block.lastLine));
    for (const other of pool) {
      if (other.hash === chosen.hash) other.score *= FACTORS.sameTemplate;
      if (other.line >= chosen.line - 3 && other.line <= block.lastLine + 3) other.score *= FACTORS.sameBlock;
    }
  }
  return lines;
}

const toRow = (target: LogLines, chosen: ErrorCandidate, lastLine: number): ErrorLine => ({
  line: chosen.line,
  text: target.text(chosen.line),
  score: Math.round(chosen.score * 1000) / 1000,
  rule: chosen.match.rule,
  template: target.template(chosen.line),
  newInRed: chosen.isNew,
  firstLine: chosen.line,
  lastLine,
});
