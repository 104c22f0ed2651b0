// Red against green: lines that only one of them has, lines that moved, templates whose count changed, steps side by
// side. Lines are aligned by template and order; chance and routine differences are counted by reason, not listed.
import { findNoise, isRoutine, type NoiseReason } from './diff-noise.ts';
import { diffSteps, type StepDiff } from './diff-steps.ts';
import { findBlock } from './error-blocks.ts';
import { type ErrorMatch, matchLine } from './error-match.ts';
import type { LogLines } from './lines.ts';
import { type Alignment, alignLogs } from './template-align.ts';

export type DiffKind = 'new' | 'missing' | 'moved';

/** One line that differs. A moved line has a row on each side. `score` is 0..1: how much it says about the failure. */
export interface DiffLine {
  readonly side: 'red' | 'green';
  readonly line: number;
  readonly text: string;
  readonly kind: DiffKind;
  readonly score: number;
}

/** A template that both have, much more often on one side. */
export interface CountChange {
  readonly template: string;
  readonly redCount: number;
  readonly greenCount: number;
  /** First line of it in red. */
  readonly line: number;
}

export interface LogDiff {
  /** Red rows in line order, then green rows in line order. */
  readonly lines: readonly DiffLine[];
  /** Differences that are not listed, by reason. */
  readonly hidden: Readonly<Partial<Record<NoiseReason, number>>>;
  readonly counts: readonly CountChange[];
  readonly steps: readonly StepDiff[];
}

export interface DiffOptions {
  /** `all` lists every difference, with score 0 for what would be hidden. */
  readonly noise?: 'hidden' | 'all';
}

/** A rule's weight from which a line is an error whatever else it looks like (chosen: above single words). */
const ERROR_WEIGHT = 0.3;
/** Score of a line that is new and meets no rule, of a line inside an error's block, of a moved and a missing one. */
const SCORES = { plain: 0.5, block: 0.3, moved: 0.25, missing: 0.4 } as const;
/** What is more frequent in red, but known to green, is worth half (chosen). */
const EXCESS_FACTOR = 0.5;
/** A template that the other side has so often differs in number by chance; large changes are in `counts` (chosen). */
const FREQUENT = 3;
/** Routine lines are listed while they are few: up to this many, or this many times the other rows (chosen). */
const ROUTINE_ROWS = 6;
/** Moved pairs listed, the farthest first, and the least distance in aligned lines (chosen: less is interleaving). */
const MOVED_PAIRS = 12;
const MOVED_DISTANCE = 4;
/** Green lines listed after the point where red stopped: what came next, not all that would have come (chosen). */
const NOT_REACHED_ROWS = 20;

/** Differences of two logs of one job. Equal logs give no rows. */
export function diffLogs(red: LogLines, green: LogLines, options: DiffOptions = {}): LogDiff {
  const view = new DiffView(red, green);
  const found = new Map<number, Finding>();
  classifyRed(view, found);
  completeBlocks(view, found);
  const missing = classifyGreen(view, found);
  findMoved(view, found, missing);
  limitRoutine(view, found);
  const hidden: Partial<Record<NoiseReason, number>> = {};
  const all = options.noise === 'all';
  const lines = [...toRows(red, 'red', found, hidden, all), ...toRows(green, 'green', missing, hidden, all)];
  return { lines, hidden, counts: findCountChanges(view), steps: diffSteps(red.steps, green.steps) };
}

/** What became of one unmatched line: a row of a kind and score, or noise. */
interface Finding {
  kind: DiffKind;
  score: number;
  noise: NoiseReason | undefined;
}

class DiffView {
  readonly red: LogLines;
  readonly green: LogLines;
  readonly alignment: Alignment;
  readonly #matches = new Map<number, ErrorMatch | undefined>();
  readonly #noises = new Map<number, NoiseReason | undefined>();
  readonly #failed: readonly boolean[];
  readonly #isStepKnown: boolean;

  constructor(red: LogLines, green: LogLines) {
    this.red = red;
    this.green = green;
    this.alignment = alignLogs(red, green);
    this.#failed = red.steps.map((step) => step.failed);
    this.#isStepKnown = this.#failed.includes(true);
  }

  /** The error rule that a red line meets, if it is worth anything. */
  matchOf(line: number): ErrorMatch | undefined {
    const hash = this.red.hash(line);
    if (!this.#matches.has(hash)) {
      const match = matchLine(this.red, line);
      this.#matches.set(hash, match !== undefined && match.weight >= ERROR_WEIGHT ? match : undefined);
    }
    return this.#matches.get(hash);
  }

  /** Noise that a line of either log is by its words, or routine. Once per template, as words stay in templates. */
  noiseOf(log: LogLines, line: number): NoiseReason | undefined {
    const hash = log.hash(line);
    if (!this.#noises.has(hash)) {
      const body = log.body(line);
      this.#noises.set(hash, findNoise(body) ?? (isRoutine(body) ? 'routine' : undefined));
    }
    return this.#noises.get(hash);
  }

  /** Whether the red line stands in a step that went well, where steps and their ends are known. */
  isInGoodStep(line: number): boolean {
    return this.#isStepKnown && this.#failed[this.red.stepOf(line)] !== true;
  }
}

function classifyRed(view: DiffView, found: Map<number, Finding>): void {
  const { red, green } = view;
  const values = new GapValues(green, view.alignment.toRed);
  let lastMatched = 0;
  for (let line = 1; line <= red.count; line++) {
    const hash = red.hash(line);
    if (hash === 0) continue;
    const answer = view.alignment.toGreen[line] as number;
    if (answer !== 0) {
      lastMatched = answer;
      continue;
    }
    const inGreen = green.counts.get(hash) ?? 0;
    const match = view.matchOf(line);
    const base = match?.weight ?? SCORES.plain;
    found.set(line, {
      kind: 'new',
      score: inGreen > 0 ? base * EXCESS_FACTOR : base,
      noise:
        inGreen >= (red.counts.get(hash) ?? 0)
          ? 'reordered'
          : inGreen >= FREQUENT && match === undefined
            ? 'count'
            : noiseOf(view, line, match, () => values.has(lastMatched, hash, red, line)),
    });
  }
}

function noiseOf(
  view: DiffView,
  line: number,
  match: ErrorMatch | undefined,
  isValue: () => boolean,
): NoiseReason | undefined {
  const words = view.noiseOf(view.red, line);
  const noise = words === 'routine' ? undefined : words;
  if (match !== undefined)
    return noise === 'conclusion' && (match.kind === 'exit' || match.kind === 'weak') ? noise : undefined;
  if (noise !== undefined) return noise;
  if (view.red.isMark(line) || view.isInGoodStep(line)) return 'other-step';
  return isValue() ? 'value' : undefined;
}

/** Lines inside an error's block belong to it, be they blank, or known from other places of green. */
function completeBlocks(view: DiffView, found: Map<number, Finding>): void {
  const { red } = view;
  let done = 0;
  for (const [line, finding] of [...found]) {
    if (line <= done || finding.noise !== undefined || view.matchOf(line) === undefined) continue;
    const { lastLine } = findBlock(red, line);
    // Lines of a block head smaller blocks; those end within it.
    done = lastLine;
    for (let at = line + 1; at <= lastLine; at++) {
      const inside = found.get(at);
      if (inside !== undefined) inside.noise = undefined;
      else if (red.hash(at) === 0) found.set(at, { kind: 'new', score: SCORES.block, noise: undefined });
    }
  }
}

/** Green lines without an answer: what red did not do. */
function classifyGreen(view: DiffView, found: ReadonlyMap<number, Finding>): Map<number, Finding> {
  const { red, green, alignment } = view;
  const missing = new Map<number, Finding>();
  const stop = stopInGreen(view, found);
  let late = 0;
  for (let line = 1; line <= green.count; line++) {
    const hash = green.hash(line);
    if (hash === 0 || alignment.toRed[line] !== 0) continue;
    const inRed = red.counts.get(hash) ?? 0;
    let noise: NoiseReason | undefined;
    if (inRed >= (green.counts.get(hash) ?? 0)) noise = 'reordered';
    else if (inRed >= FREQUENT) noise = 'count';
    else noise = missingNoise(view, line);
    if (noise === undefined && line > stop && ++late > NOT_REACHED_ROWS) noise = 'not-reached';
    missing.set(line, { kind: 'missing', score: inRed > 0 ? SCORES.missing * EXCESS_FACTOR : SCORES.missing, noise });
  }
  return missing;
}

function missingNoise(view: DiffView, line: number): NoiseReason | undefined {
  const noise = view.noiseOf(view.green, line);
  // That red lacks what green routinely says is news: silence is evidence.
  if (noise !== undefined && noise !== 'routine') return noise;
  return view.green.isMark(line) ? 'other-step' : undefined;
}

/** Green line that answers to where red stopped: the last match before red's last error that green lacks. */
function stopInGreen(view: DiffView, found: ReadonlyMap<number, Finding>): number {
  let stop = 0;
  for (const [line, finding] of found) if (finding.noise === undefined && view.matchOf(line) !== undefined) stop = line;
  if (stop === 0) return view.green.count;
  for (let line = stop; line > 0; line--) {
    const answer = view.alignment.toGreen[line] as number;
    if (answer !== 0) return answer;
  }
  return 0;
}

/** Templates that occur once in each log and answer to each other out of order: moved, the farthest first. */
function findMoved(view: DiffView, found: Map<number, Finding>, missing: Map<number, Finding>): void {
  const { red, green, alignment } = view;
  const inGreen = new Map<number, number>();
  for (const [line, finding] of missing) {
    if (finding.noise === 'reordered' && green.counts.get(green.hash(line)) === 1) inGreen.set(green.hash(line), line);
  }
  const pairs: { line: number; other: number; distance: number }[] = [];
  let expected = 0;
  for (let line = 1; line <= red.count; line++) {
    const answer = alignment.toGreen[line] as number;
    if (answer !== 0) expected = answer;
    const other = answer === 0 && found.get(line)?.noise === 'reordered' ? inGreen.get(red.hash(line)) : undefined;
    if (other === undefined || view.isInGoodStep(line)) continue;
    if (view.noiseOf(red, line) !== undefined) continue;
    const distance = Math.abs(other - expected);
    if (distance >= MOVED_DISTANCE) pairs.push({ line, other, distance });
  }
  pairs.sort((a, b) => b.distance - a.distance || a.line - b.line);
  for (const { line, other } of pairs.slice(0, MOVED_PAIRS)) {
    found.set(line, { kind: 'moved', score: SCORES.moved, noise: undefined });
    missing.set(other, { kind: 'moved', score: SCORES.moved, noise: undefined });
  }
}

/** Where much routine differs (another set of modules, another test selection), only what is not routine is listed. */
function limitRoutine(view: DiffView, found: Map<number, Finding>): void {
  const routine: Finding[] = [];
  let others = 0;
  for (const [line, finding] of found) {
    if (finding.noise !== undefined || finding.kind !== 'new') continue;
    if (view.red.hash(line) !== 0 && view.matchOf(line) === undefined && isRoutine(view.red.body(line)))
      routine.push(finding);
    else others++;
  }
  if (routine.length > Math.max(ROUTINE_ROWS, others / 4)) for (const finding of routine) finding.noise = 'routine';
}

function toRows(
  log: LogLines,
  side: 'red' | 'green',
  found: ReadonlyMap<number, Finding>,
  hidden: Partial<Record<NoiseReason, number>>,
  all: boolean,
): DiffLine[] {
  const rows: DiffLine[] = [];
  for (const line of [...found.keys()].sort((a, b) => a - b)) {
    const { kind, score, noise } = found.get(line) as Finding;
    if (noise !== undefined) hidden[noise] = (hidden[noise] ?? 0) + 1;
    if (noise !== undefined && !all) continue;
    rows.push({
      side,
      line,
      text: log.text(line),
      kind,
      score: noise === undefined ? Math.round(score * 1000) / 1000 : 0,
    });
  }
  return rows;
}

/** Count changes listed, and the least ratio and difference (chosen: less is chance). */
const COUNT_ROWS = 20;
const COUNT_RATIO = 3;
const COUNT_DIFFERENCE = 5;

function findCountChanges(view: DiffView): CountChange[] {
  const changes: { hash: number; redCount: number; greenCount: number }[] = [];
  for (const [hash, redCount] of view.red.counts) {
    const greenCount = view.green.counts.get(hash) ?? 0;
    const [less, more] = redCount < greenCount ? [redCount, greenCount] : [greenCount, redCount];
    if (greenCount > 0 && more >= less * COUNT_RATIO && more - less >= COUNT_DIFFERENCE)
      changes.push({ hash, redCount, greenCount });
  }
  changes.sort((a, b) => Math.abs(b.redCount - b.greenCount) - Math.abs(a.redCount - a.greenCount) || a.hash - b.hash);
  const listed = new Map(changes.slice(0, COUNT_ROWS).map((change) => [change.hash, change]));
  const rows: CountChange[] = [];
  for (let line = 1; line <= view.red.count && listed.size > 0; line++) {
    const change = listed.get(view.red.hash(line));
    if (change === undefined) continue;
    listed.delete(change.hash);
    rows.push({ template: view.red.template(line), redCount: change.redCount, greenCount: change.greenCount, line });
  }
  return rows;
}

/** Templates kept of one gap, to compare values with: more is no set of values (chosen). */
const GAP_TEMPLATES = 50;

/** Unmatched green templates by the matched green line before them, to see whether a red line has one with other values. */
class GapValues {
  readonly #gaps = new Map<number, ReadonlySet<string>[]>();
  /** Answers of the gap asked last: the lines of a gap follow each other, and templates repeat. */
  readonly #answers = new Map<number, boolean>();
  #lastGap = -1;

  constructor(green: LogLines, toRed: Int32Array) {
    let last = 0;
    for (let line = 1; line <= green.count; line++) {
      if (green.hash(line) === 0) continue;
      if (toRed[line] !== 0) {
        last = line;
        continue;
      }
      const list = this.#gaps.get(last);
      if (list === undefined) this.#gaps.set(last, [wordsOf(green.template(line))]);
      else if (list.length < GAP_TEMPLATES) list.push(wordsOf(green.template(line)));
    }
  }

  has(gap: number, hash: number, red: LogLines, line: number): boolean {
    if (gap !== this.#lastGap) this.#answers.clear();
    this.#lastGap = gap;
    let answer = this.#answers.get(hash);
    if (answer !== undefined) return answer;
    const others = this.#gaps.get(gap);
    if (others === undefined) answer = false;
    else {
      const words = wordsOf(red.template(line));
      answer = others.some((other) => isSimilar(words, other));
    }
    this.#answers.set(hash, answer);
    return answer;
  }
}

const wordsOf = (template: string): ReadonlySet<string> => new Set(template.split(/[\s/:=,]+/));

/** Half of the words of the longer one are in the other (chosen on half of the labelled pairs). */
function isSimilar(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const longer = Math.max(a.size, b.size);
  if (Math.min(a.size, b.size) * 2 < longer) return false;
  let shared = 0;
  for (const word of a) if (b.has(word)) shared++;
  return shared * 2 >= longer;
}
