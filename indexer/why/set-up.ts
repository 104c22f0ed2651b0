// What the set-up part of the target says otherwise than every green attempt: versions, images, labels, secrets. Also
// values that templates mask, where all greens that were read agree on them. And how often greens differ so.
import type { NovelLine } from './case.ts';
import type { Replacement } from './pairs.ts';
import { lineOf, type ReadLog } from './read.ts';
import { linesIn, type SharedEvent } from './shared-events.ts';
import { blurNumbers, templateWords } from './templates.ts';
import type { WhyView } from './view.ts';
import { saysCredential, saysFailure, saysSetUp } from './words.ts';

/** One difference; `weight` is 1 for another value of a setting, more for a secret that is gone. */
export interface SetUpChange {
  /** What the target says; undefined when it says nothing of what greens say. */
  readonly now: { readonly line: number; readonly text: string } | undefined;
  readonly before: { readonly green: ReadLog; readonly line: number; readonly text: string } | undefined;
  readonly weight: number;
}

/** Set-up comes first: a change behind the first third of what led to the failure is rather a consequence. */
const SET_UP_SHARE = 1 / 3;
const SET_UP_LINES = 60;
const LATE = 0.2;
/** A secret or variable that is not there where greens have it, against a value that merely is another. */
const CREDENTIAL_GONE = 4;
const CREDENTIAL_UNSAID = 2;
/** A new line about a secret in place of nothing. */
const CREDENTIAL_NEW = 0.4;
/** Longer lines are dumps, not settings. */
const MAX_WORDS = 30;
/** Settings whose masked values are compared, and what is said more often is none (both chosen). */
const MAX_SETTINGS = 300;
const MAX_COUNT = 2;
const MIN_WEIGHT = 0.05;

/** All differences of the set-up. */
export function findSetUpChanges(view: WhyView): SetUpChange[] {
  const unsaid = findUnsaidCredentials(view).map((l) => ({
    now: undefined,
    before: { green: l.green, line: l.line, text: l.text },
    weight: CREDENTIAL_UNSAID,
  }));
  return [...findSaidChanges(view), ...findMaskedChanges(view), ...unsaid].filter((c) => c.weight >= MIN_WEIGHT);
}

const setUpEnd = (view: WhyView): number =>
  Math.max(SET_UP_LINES, (view.failure.line ?? view.failure.endLine) * SET_UP_SHARE);

/** Lines of the set-up about secrets and variables that every green has and the target lacks without another word. */
export function findUnsaidCredentials(view: WhyView): WhyView['lacked'] {
  const replaced = new Set(view.replacements.map((r) => r.lacked));
  return view.lacked.filter(
    (l) =>
      l.wording === 'none' &&
      !replaced.has(l) &&
      l.line <= Math.max(SET_UP_LINES, l.green.lines.count * SET_UP_SHARE) &&
      saysCredential(l.text),
  );
}

function findSaidChanges(view: WhyView): SetUpChange[] {
  const failureLine = view.failure.line ?? view.failure.endLine;
  const end = setUpEnd(view);
  const replacements = new Map(view.replacements.map((r) => [r.novel, r]));
  return view.novel.flatMap((novel) => {
    if (novel.line >= failureLine - 1 || novel.wording === 'speaker' || view.lines.isEcho(novel.line)) return [];
    if (templateWords(novel.template).length > MAX_WORDS) return [];
    const replaced = replacements.get(novel);
    const weight = weigh(novel, replaced) * (novel.line > end ? LATE : 1) * confirmation(view, novel);
    return [{ now: novel, before: replaced?.lacked, weight }];
  });
}

function weigh(novel: NovelLine, replaced: Replacement | undefined): number {
  const credential = saysCredential(novel.text);
  if (replaced?.kind === 'number') return stepOf(novel.template, replaced.lacked.template);
  if (replaced !== undefined) {
    if (credential && saysCredential(replaced.lacked.text)) return CREDENTIAL_GONE;
    return saysSetUp(novel.text) && saysSetUp(replaced.lacked.text) ? 1 : saysFailure(novel.text) ? 0 : 0.3;
  }
  return novel.wording === 'none' && credential ? CREDENTIAL_NEW : 0;
}

/** How big a step from one version to another is: the first part that differs counts whole, the later ones less. */
function stepOf(a: string, b: string): number {
  const [x, y] = [a.split(/\s+/), b.split(/\s+/)];
  const word = x.findIndex((w, k) => w !== y[k]);
  const parts = (text: string | undefined): readonly string[] => text?.match(/\d+/g) ?? [];
  const [p, q] = [parts(x[word]), parts(y[word])];
  const at = p.findIndex((part, k) => part !== q[k]);
  return at === 0 ? 1 : at === 1 ? 0.25 : 0.12;
}

/** Reds with the same failure have the change too; reds and neighbours with another failure have it rather not. */
function confirmation(view: WhyView, novel: NovelLine): number {
  let factor = 1;
  for (const red of [...view.siblingReds, ...view.otherReds]) {
    const sameFailure = red.has(view.failure.hash);
    const hasIt = red.has(novel.hash);
    if (sameFailure) factor *= hasIt ? 1.5 : 0.4;
    else if (hasIt) factor *= 0.4;
  }
  for (const neighbour of view.question.neighbours) if (neighbour.has(novel.hash)) factor *= 0.6;
  return Math.min(factor, 4);
}

/** A setting of the set-up and what each log that was read says of it. */
interface Setting {
  readonly event: SharedEvent;
  readonly now: string;
  readonly greens: readonly string[];
}

function settingsOf(view: WhyView): readonly Setting[] {
  const end = setUpEnd(view);
  const events = view.shared.filter((event) => event.line <= end && event.count <= MAX_COUNT).slice(0, MAX_SETTINGS);
  return events.map((event) => ({
    event,
    now: view.lines.body(event.line),
    greens: event.greenLines.map((line, k) => (view.loaded[k] as ReadLog).lines.body(line)),
  }));
}

/** Settings that every read green gives the same value, masked in the template, and the target another. */
function findMaskedChanges(view: WhyView): SetUpChange[] {
  return settingsOf(view).flatMap(({ event, now, greens }) => {
    const [green, text] = [view.loaded[0], greens[0]];
    if (green === undefined || text === undefined || greens.some((other) => other !== text)) return [];
    if (isSameSetting(now, text) || isOfTheCommit(view, now, text)) return [];
    const weight = (blurNumbers(now) === blurNumbers(text) ? stepOf(now, text) : 1) * (saysSetUp(now) ? 1 : 0.5);
    return [{ now: { line: event.line, text: now }, before: { green, line: lineOf(green, event.hash), text }, weight }];
  });
}

/** Equal but for amounts, times and ids, which differ always. */
const isSameSetting = (a: string, b: string): boolean => a === b || withoutAmounts(a) === withoutAmounts(b);

const withoutAmounts = (text: string): string =>
  text
    .replace(
      /\d+(?:[.,]\d+)?\s?(?:%|[kmgt]?i?b(?:\/s)?\b|m?s\b|sec\w*|min\w*|hours?|packages?|files?|lines?|tests?|objects?)/gi,
      '#',
    )
    .replace(/\d{4}-\d\d-\d\d|\d\d?:\d\d(?::\d\d)?(?:[.,]\d+)?/g, '#')
    .replace(/\b0x[0-9a-f]+\b|:\d{4,5}\b/gi, '#');

/** Ids and hashes: where every green is of another SHA than the target, they may be the change's own. */
const withoutIds = (text: string): string => text.replace(/\b[0-9a-f]{7,}\b|\b\d{5,}\b/gi, '#');

function isOfTheCommit(view: WhyView, a: string, b: string): boolean {
  if (withoutAmounts(withoutIds(a)) !== withoutAmounts(withoutIds(b))) return false;
  const shas = new Set(view.loaded.map((green) => green.log.attempt.sha));
  return view.siblingGreens === 0 && shas.size < 2;
}

/**
 * Expected number of settings with another value than in all other attempts, where those agree: each read green is held
 * against the rest. Never 0: with n attempts, less than one in n+1 cannot be claimed.
 */
export function setUpChangeRate(view: WhyView): number {
  const { loaded } = view;
  const settings = settingsOf(view);
  let changes = 0;
  loaded.forEach((green, at) => {
    const rest = loaded.filter((other) => other !== green);
    if (rest.length === 0) return;
    changes += countKept(green, rest);
    for (const { greens } of settings) {
      const common = greens[at === 0 ? 1 : 0] as string;
      if (greens.every((value, k) => k === at || value === common) && !isSameSetting(greens[at] as string, common))
        changes++;
    }
  });
  return (Math.min(changes, loaded.length) + 0.5) / (view.greens.length + 1);
}

/** Settings whose templates keep the number. */
function countKept(green: ReadLog, rest: readonly ReadLog[]): number {
  const source = rest[0] as ReadLog;
  const lacked = new Set<string>();
  source.templates.hashes.forEach((hash, k) => {
    if (lineOf(green, hash) === 0 && linesIn(hash, rest) !== undefined)
      lacked.add(blurNumbers(source.lines.template(source.templates.firstLines[k] as number)));
  });
  if (lacked.size === 0) return 0;
  let changes = 0;
  green.templates.hashes.forEach((hash, k) => {
    if (rest.some((other) => lineOf(other, hash) > 0)) return;
    if (lacked.has(blurNumbers(green.lines.template(green.templates.firstLines[k] as number)))) changes++;
  });
  return changes;
}
