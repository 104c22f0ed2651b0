// Changed environment: the set-up part names another image, version, runner or setting than every green attempt, or a
// secret or variable is not there. Values that vary among the greens are no evidence.
import { countText } from '../../store/count-text.ts';
import { findSetUpChanges, type SetUpChange, setUpChangeRate } from '../why/set-up.ts';
import { type Detector, evidenceOf, failureEvidence, ONE_GREEN_ODDS, quote, reject } from '../why/view.ts';
import { saysEnvironmentFault } from '../why/words.ts';

/** A failure that speaks of rights, libraries, versions or missing programs is what such a change leads to. */
const FITTING_FAILURE = 3;
const OTHER_FAILURE = 0.7;
export const findEnvironmentChange: Detector = (view) => {
  const n = view.greens.length;
  if (n === 0) return reject('environment-change', 'cannot be said: no green attempt to compare the set-up with');
  const changes = findSetUpChanges(view).sort((a, b) => b.weight - a.weight);
  const top = changes[0];
  if (top === undefined)
    return reject(
      'environment-change',
      `no: image, versions, runner and secrets in the set-up are the same as in ${countText(n, 'green attempt')}, or vary among them as well`,
    );
  const fits = saysEnvironmentFault(view.failure.text) || view.failure.block.some((b) => saysEnvironmentFault(b.text));
  const weight = changes.reduce((sum, c) => sum + c.weight, 0);
  const raw = (Math.min(weight, top.weight * 1.5) * (fits ? FITTING_FAILURE : OTHER_FAILURE)) / setUpChangeRate(view);
  const odds = n === 1 ? Math.min(raw, ONE_GREEN_ODDS) : raw;
  return {
    kind: 'found',
    mechanism: 'environment-change',
    odds,
    sentence: sentenceOf(top, n),
    evidence: [
      ...changes.slice(0, 3).flatMap((c) => (c.now === undefined ? [] : [evidenceOf(view.lines, c.now.line)])),
      ...changes
        .slice(0, 2)
        .flatMap((c) => (c.before === undefined ? [] : [evidenceOf(c.before.green.lines, c.before.line)])),
      ...failureEvidence(view),
    ],
    facts: { greens: n, changes: changes.map((c) => (c.now ?? c.before)?.text ?? ''), failureFits: fits },
  };
};

function sentenceOf({ now, before }: SetUpChange, n: number): string {
  const greens = n === 1 ? 'the one green attempt has' : `all ${n} green attempts have`;
  if (now === undefined)
    return `The set-up differs: nothing is said here of what ${greens}, ${quote(before?.text ?? '')}.`;
  // Long lines of one set-up begin alike: what is quoted of both is where they part.
  const at = before === undefined ? 0 : sharedStart(now.text, before.text);
  const was = before === undefined ? 'which no green attempt says' : `where ${greens} ${quote(before.text, at)}`;
  return `The set-up differs: ${quote(now.text, at)}, ${was}.`;
}

function sharedStart(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  return at;
}
