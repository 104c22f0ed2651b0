// Changed environment: the set-up part names another image, version, runner or setting than every green attempt, or a
// secret or variable is not there. Values that vary among the greens are no evidence.
import type { NovelLine } from '../why-case.ts';
import { changeRate } from '../why-chance.ts';
import type { Replacement } from '../why-pairs.ts';
import { templateWords } from '../why-templates.ts';
import {
  count,
  type Detector,
  evidenceOf,
  failureEvidence,
  ONE_GREEN_ODDS,
  quote,
  reject,
  type WhyView,
} from '../why-view.ts';
import { saysCredential, saysEnvironmentFault, saysFailure, saysSetUp } from '../why-words.ts';

/** A failure that speaks of rights, libraries, versions or missing programs is what such a change leads to. */
const FITTING_FAILURE = 3;
const OTHER_FAILURE = 0.7;
/** Set-up comes first: a change behind the first third of the log is rather a consequence. */
const SET_UP_SHARE = 1 / 3;
const LATE = 0.2;
/** A secret or variable that is not there where greens have it, against a value that merely is another. */
const CREDENTIAL_GONE = 4;

/** Longer lines are dumps, not settings. */
const MAX_WORDS = 30;

interface Change {
  readonly novel: NovelLine;
  readonly before: Replacement['lacked'] | undefined;
  readonly weight: number;
}

export const findEnvironmentChange: Detector = (view) => {
  const n = view.greens.length;
  if (n === 0) return reject('environment-change', 'cannot be said: no green attempt to compare the set-up with');
  const changes = findChanges(view).sort((a, b) => b.weight - a.weight);
  const top = changes[0];
  if (top === undefined)
    return reject(
      'environment-change',
      `no: image, versions, runner and secrets in the set-up are the same as in ${count(n, 'green attempt')}, or vary among them as well`,
    );
  const fits = saysEnvironmentFault(view.failure.text) || view.failure.block.some((b) => saysEnvironmentFault(b.text));
  const weight = changes.reduce((sum, c) => sum + c.weight, 0);
  const raw = (Math.min(weight, top.weight * 1.5) * (fits ? FITTING_FAILURE : OTHER_FAILURE)) / changeRate(view);
  const odds = n === 1 ? Math.min(raw, ONE_GREEN_ODDS) : raw;
  const first = view.loaded[0];
  const was =
    top.before === undefined
      ? 'which no green attempt says'
      : `where ${n === 1 ? 'the one green attempt' : `all ${n} green attempts`} ${n === 1 ? 'has' : 'have'} ${quote(top.before.text)}`;
  return {
    kind: 'found',
    mechanism: 'environment-change',
    odds,
    sentence: `The set-up differs: ${quote(top.novel.text)}, ${was}.`,
    evidence: [
      ...changes.slice(0, 3).map((c) => evidenceOf(view.lines, c.novel.line)),
      ...(first === undefined
        ? []
        : changes.slice(0, 2).flatMap((c) => (c.before === undefined ? [] : [evidenceOf(first.lines, c.before.line)]))),
      ...failureEvidence(view),
    ],
    facts: { greens: n, changes: changes.map((c) => c.novel.template), failureFits: fits },
  };
};

function findChanges(view: WhyView): Change[] {
  const failureLine = view.failure.line ?? view.failure.endLine;
  const early = Math.max(60, failureLine * SET_UP_SHARE);
  const replacements = new Map(view.replacements.map((r) => [r.novel, r]));
  return view.novel.flatMap((novel) => {
    if (novel.line >= failureLine - 1 || novel.wording === 'speaker' || view.lines.isEcho(novel.line)) return [];
    if (templateWords(novel.template).length > MAX_WORDS) return [];
    const replaced = replacements.get(novel);
    const weight = weigh(novel, replaced) * (novel.line > early ? LATE : 1) * confirmation(view, novel);
    return weight < 0.05 ? [] : [{ novel, before: replaced?.lacked, weight }];
  });
}

function weigh(novel: NovelLine, replaced: Replacement | undefined): number {
  const credential = saysCredential(novel.text);
  if (replaced?.kind === 'number') return numberStep(novel.template, replaced.lacked.template);
  if (replaced !== undefined) {
    if (credential && saysCredential(replaced.lacked.text)) return CREDENTIAL_GONE;
    return saysSetUp(novel.text) && saysSetUp(replaced.lacked.text) ? 1 : saysFailure(novel.text) ? 0 : 0.3;
  }
  if (novel.wording !== 'none') return 0;
  return credential ? 0.6 : 0;
}

/** How big a step between two versions is: the first part that differs counts whole, the later ones less. */
function numberStep(a: string, b: string): number {
  const [x, y] = [a.match(/\d+/g) ?? [], b.match(/\d+/g) ?? []];
  const at = x.findIndex((part, k) => part !== y[k]);
  return at === 0 ? 1 : at === 1 ? 0.3 : 0.15;
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
