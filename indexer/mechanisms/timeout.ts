// Time-out: a wait or the whole job reached a limit of time. The words of a time-out weigh little alone; what counts is
// that the limit is known and was reached, where green attempts stayed below it.

import type { LogLines } from '../lines.ts';
import { announcesWait, contentWords } from '../wait-words.ts';
import type { NovelLine } from '../why/case.ts';
import { findDurationsMs } from '../why/duration.ts';
import type { CoreEvent } from '../why/order.ts';
import { lineOf } from '../why/read.ts';
import { type Detector, evidenceOf, failureEvidence, quote, reject, showMs, type WhyView } from '../why/view.ts';
import { saysExhausted, saysTimeout } from '../why/words.ts';

/** The failure says time-out, and the limit that it names was announced before or was really used up. */
const LIMIT_REACHED = 60;
const LIMIT_NAMED = 10;
const WORDS_ONLY = 4;
/** No word of time, but the failure repeats a limit that was announced, and the clock says that it was used up. */
const LIMIT_BY_CLOCK = 30;
const LIMIT_BY_NUMBER = 8;
/** The provider says so, or the job ran as long as it may. */
const JOB_LIMIT = 80;
/** Time used that counts as the whole limit: clocks and polling are coarse. */
const REACHED = 0.93;
const MIN_LIMIT_MS = 1000;
/** Where only the clock tells: shorter limits are hit by chance, and long after the limit it was not the limit. */
const MIN_USED_UP_MS = 10_000;
const OVERDUE = 1.1;

/** A wait with a limit: where it was announced, and the time it took. */
interface Wait {
  /** The line of the failure that names the limit. */
  readonly failed: NovelLine;
  readonly line: number;
  readonly limitMs: number;
  readonly usedMs: number | undefined;
}

export const findTimeout: Detector = (view) => {
  const { lines, failure, target } = view;
  const job = jobLimit(view);
  const wait =
    failure.line === undefined ? undefined : (findWait(lines, failure.block) ?? findUsedUpWait(view, failure.block));
  const said = failure.block.find((n) => saysTimeout(n.text) && !saysExhausted(n.text));
  const silent = said === undefined && wait !== undefined ? limitOdds(view, wait) : undefined;
  if (job === undefined && said === undefined && silent === undefined) return reject('timeout', rejection(view));
  const named = said === undefined ? [] : findDurationsMs(said.text).filter((ms) => ms >= MIN_LIMIT_MS);
  const reached = wait !== undefined && (wait.usedMs === undefined || wait.usedMs >= REACHED * wait.limitMs);
  const words = reached ? LIMIT_REACHED : named.length > 0 ? LIMIT_NAMED : WORDS_ONLY;
  const odds = job !== undefined ? JOB_LIMIT : (silent ?? words);
  const shown = said ?? wait?.failed;
  const used = wait === undefined ? [] : greenShares(view, wait);
  return {
    kind: 'found',
    mechanism: 'timeout',
    odds: shown !== undefined && shown.line !== failure.line ? odds / 3 : odds,
    sentence: sentence(shown, job, wait, used),
    evidence: [
      ...failureEvidence(view),
      ...(shown !== undefined && shown.line !== failure.line ? [evidenceOf(lines, shown.line)] : []),
      ...(wait === undefined ? [] : [evidenceOf(lines, wait.line)]),
      ...greenEnds(view, wait),
    ],
    facts: {
      ...(wait === undefined ? {} : { limitMs: wait.limitMs }),
      ...(wait?.usedMs === undefined ? {} : { usedMs: wait.usedMs }),
      ...(used.length === 0 ? {} : { greenShareOfLimit: Number(Math.max(...used).toFixed(3)) }),
      ...(job === undefined
        ? {}
        : { jobLimitMs: job, jobMs: (target.log.attempt.finishedAtMs ?? 0) - (target.log.attempt.startedAtMs ?? 0) }),
    },
  };
};

/** Odds of a limit that was reached without a word of time: by the clock, else by what was announced. */
function limitOdds(view: WhyView, wait: Wait): number | undefined {
  if (!announcesWait(view.lines.body(wait.line))) return undefined;
  // Greens that took as long and went on had no such limit.
  if (greenShares(view, wait).some((share) => share >= REACHED)) return undefined;
  return wait.usedMs === undefined ? LIMIT_BY_NUMBER : LIMIT_BY_CLOCK;
}

/** The job's own limit, if it was reached or the provider says so. */
function jobLimit({ target }: WhyView): number | undefined {
  const { conclusion, startedAtMs, finishedAtMs, limitMs } = target.log.attempt;
  const usedMs = startedAtMs === undefined || finishedAtMs === undefined ? undefined : finishedAtMs - startedAtMs;
  if (conclusion === 'timed_out') return limitMs ?? usedMs ?? 0;
  return limitMs !== undefined && usedMs !== undefined && usedMs >= limitMs * 0.99 ? limitMs : undefined;
}

/** The wait that ended in the failure: an earlier line that names the same duration, or the failure's own duration. */
function findWait(lines: LogLines, block: readonly NovelLine[]): Wait | undefined {
  for (const failed of block) {
    const limits = findDurationsMs(failed.text).filter((ms) => ms >= MIN_LIMIT_MS);
    if (limits.length === 0) continue;
    for (let line = failed.line - 1; line > 0; line--) {
      // Only lines that can hold a duration are decoded: the log may have a hundred thousand.
      if (!hasDigit(lines.raw(line))) continue;
      const limitMs = findDurationsMs(lines.body(line)).find((ms) => limits.some((l) => Math.abs(l - ms) <= l * 0.001));
      if (limitMs === undefined) continue;
      const startMs = lines.lastTimeMs(line);
      const endMs = lines.lastTimeMs(failed.line);
      const usedMs = startMs === undefined || endMs === undefined ? undefined : endMs - startMs;
      if (usedMs === undefined || usedMs >= REACHED * limitMs) return { failed, line, limitMs, usedMs };
    }
  }
  return undefined;
}

/** A wait that was announced with its limit, and the failure came when the limit was up, whatever it says. */
function findUsedUpWait(view: WhyView, block: readonly NovelLine[]): Wait | undefined {
  const { core, lines, failure } = view;
  const failed = block.find((n) => n.line === failure.line);
  const endMs = failed === undefined ? undefined : lines.lastTimeMs(failed.line);
  if (failed === undefined || endMs === undefined) return undefined;
  for (const event of core.toReversed()) {
    if (event.line >= failed.line || !announcesWait(lines.body(event.line))) continue;
    const limitMs = findDurationsMs(lines.body(event.line)).find((ms) => ms >= MIN_USED_UP_MS);
    const startMs = lines.timeMs(event.line);
    if (limitMs === undefined || startMs === undefined) continue;
    const usedMs = endMs - startMs;
    if (usedMs < REACHED * limitMs || usedMs > OVERDUE * limitMs || hasEnded(view, event.line, failed.line)) continue;
    return { failed, line: event.line, limitMs, usedMs };
  }
  return undefined;
}

/**
 * What was waited for came: an event behind the announcement says most of its words, and says more of them than anything
 * that only the greens have.
 */
function hasEnded(view: WhyView, from: number, until: number): boolean {
  const text = view.lines.body(from);
  const awaited = new Set(contentWords(text));
  const commonWords = (other: string): number => new Set(contentWords(other).filter((word) => awaited.has(word))).size;
  const end = endOfWait(view, from, text);
  if (end === undefined || end.line >= until) return false;
  const said = commonWords(view.lines.body(end.line));
  return said * 2 >= awaited.size && view.lacked.every((l) => commonWords(l.text) < said);
}

const hasDigit = (bytes: Uint8Array): boolean => bytes.some((b) => b >= 0x30 && b <= 0x39);

/** How much of the limit green attempts used, from the same announcement to the first event that the target lacks. */
function greenShares(view: WhyView, wait: Wait): readonly number[] {
  return view.loaded.flatMap((green) => {
    const end = greenEnd(view, green.log.ref, wait);
    const from = lineOf(green, view.lines.hash(wait.line));
    const startMs = from === 0 ? undefined : green.lines.lastTimeMs(from);
    const endMs = end === 0 ? undefined : green.lines.lastTimeMs(end);
    return startMs === undefined || endMs === undefined || endMs < startMs ? [] : [(endMs - startMs) / wait.limitMs];
  });
}

function greenEnd(view: WhyView, ref: string, wait: Wait): number {
  const green = view.loaded.find((g) => g.log.ref === ref);
  if (green === undefined) return 0;
  const from = lineOf(green, view.lines.hash(wait.line));
  const ends = view.lacked
    .filter((l) => l.wording === 'none')
    .map((l) => lineOf(green, l.hash))
    .filter((line) => line > from);
  return ends.length === 0 ? 0 : Math.min(...ends);
}

const greenEnds = (view: WhyView, wait: Wait | undefined) =>
  wait === undefined
    ? []
    : view.loaded.slice(0, 2).flatMap((green) => {
        const line = greenEnd(view, green.log.ref, wait);
        return line === 0 ? [] : [evidenceOf(green.lines, line)];
      });

function sentence(
  said: NovelLine | undefined,
  job: number | undefined,
  wait: Wait | undefined,
  used: readonly number[],
): string {
  if (job !== undefined) return `The job reached its time limit${job > 0 ? ` of ${showMs(job)}` : ''}.`;
  const says = quote(said?.text ?? '');
  if (wait === undefined) return `The job failed with the words of a time-out: ${says}.`;
  const taken = wait.usedMs === undefined ? '' : `, and ${showMs(wait.usedMs)} went by`;
  const greens =
    used.length === 0
      ? ''
      : `; green attempts needed ${Math.round(Math.min(...used) * 100)}–${Math.round(Math.max(...used) * 100)} % of it`;
  return `A wait reached its limit of ${showMs(wait.limitMs)}${taken}${greens}: ${says}.`;
}

/** Why not, with the headroom where a limit is announced in the log. */
function rejection(view: WhyView): string {
  const { startedAtMs, finishedAtMs, limitMs } = view.target.log.attempt;
  if (limitMs !== undefined && startedAtMs !== undefined && finishedAtMs !== undefined)
    return `no: the job used ${Math.round(((finishedAtMs - startedAtMs) / limitMs) * 100)} % of its limit of ${showMs(limitMs)}`;
  const announced = findAnnounced(view);
  if (announced !== undefined)
    return `no: the limit of ${showMs(announced.limitMs)} was not reached, ${Math.round(announced.share * 100)} % of it were used`;
  return 'no: the failure does not speak of time, and no limit was reached';
}

/** The longest announced wait that ended in time. */
function findAnnounced(view: WhyView): { readonly limitMs: number; readonly share: number } | undefined {
  const { core, lines } = view;
  for (const event of core) {
    const text = lines.body(event.line);
    if (!announcesWait(text)) continue;
    const limitMs = findDurationsMs(text).find((ms) => ms >= MIN_LIMIT_MS);
    const startMs = lines.timeMs(event.line);
    if (limitMs === undefined || startMs === undefined) continue;
    const end = endOfWait(view, event.line, text);
    const endMs = end === undefined ? undefined : lines.timeMs(end.line);
    if (endMs !== undefined && endMs - startMs < limitMs) return { limitMs, share: (endMs - startMs) / limitMs };
  }
  return undefined;
}

/** The event behind a line that names most of what the line waits for, the first of equals. */
function endOfWait({ core, lines }: WhyView, from: number, text: string): CoreEvent | undefined {
  const awaited = new Set(contentWords(text));
  let best: CoreEvent | undefined;
  let most = 0;
  for (const event of core) {
    if (event.line <= from) continue;
    const common = contentWords(lines.body(event.line)).filter((word) => awaited.has(word)).length;
    if (common > most) [best, most] = [event, common];
  }
  return best;
}
