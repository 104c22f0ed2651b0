// Regression: every attempt of this SHA is red and the job was green before it.

import { countText } from '../../store/count-text.ts';
import type { WhyLog } from '../why/question.ts';
import { type Detector, evidenceOf, failureEvidence, quote, reject } from '../why/view.ts';

/** One red attempt without a re-run tells little: it is as likely a flake. */
const SINGLE_ATTEMPT_PRIOR = 0.15;

/** A later SHA that is green while none is red alike. */
const PASSED_BY = 0.6;

/** Named when all attempts of the SHA failed alike; weighed by how often this job is red by chance. */
export const findRegression: Detector = (view) => {
  const { target, siblingReds, failure } = view;
  if (view.siblingGreens > 0)
    return reject(
      'regression',
      `no: ${countText(view.siblingGreens, 'attempt')} of the same SHA ${view.siblingGreens === 1 ? 'is' : 'are'} green`,
    );
  const before = view.greens.filter((log) => (log.attempt.startedAtMs ?? 0) < (target.log.attempt.startedAtMs ?? 0));
  if (before.length === 0)
    return reject('regression', 'cannot be said: no green attempt of this job before this SHA is known');
  const reds = siblingReds.length + 1;
  // How often the job is red by chance at other SHAs, by the rule of succession.
  const redRate = (view.otherReds.length + 1) / (view.otherReds.length + view.greens.length + 2);
  const alike = siblingReds.filter((log) => failure.line !== undefined && log.has(failure.hash));
  const prior = siblingReds.length === 0 ? SINGLE_ATTEMPT_PRIOR : 1;
  const different = siblingReds.length > 0 && alike.length * 2 < siblingReds.length;
  const isLater = (log: WhyLog): boolean =>
    (log.attempt.startedAtMs ?? 0) > (target.log.attempt.startedAtMs ?? Number.POSITIVE_INFINITY);
  const laterGreens = view.greens.filter(isLater).length;
  const laterReds = view.otherReds.filter((log) => isLater(log) && log.has(failure.hash)).length;
  // Green again at the next SHA: reverted or fixed within one change, or it never was the change.
  const passed = laterReds === 0 ? PASSED_BY ** Math.min(laterGreens, 2) : 1;
  const odds = (prior * passed * (different ? 0.2 : 1)) / redRate ** reds;
  return {
    kind: 'found',
    mechanism: 'regression',
    odds,
    sentence: sentenceOf(reds, alike.length > 0 ? failure.text : undefined, before.length),
    evidence: [
      ...failureEvidence(view),
      ...view.lacked
        .filter((l) => l.wording === 'none')
        .slice(0, 1)
        .flatMap((l) => [evidenceOf(l.green.lines, l.line)]),
    ],
    facts: {
      redAttempts: reds,
      greenBefore: before.length,
      laterReds,
      laterGreens,
      redRate: Number(redRate.toFixed(3)),
    },
  };
};

function sentenceOf(reds: number, alike: string | undefined, before: number): string {
  const greens = `${countText(before, 'attempt')} of the job before ${before === 1 ? 'is' : 'are'} green`;
  if (reds === 1)
    return `The one attempt of this SHA is red and ${greens}: a second attempt would tell whether the change broke it.`;
  const same = alike === undefined ? '' : ` with the same failure ${quote(alike)}`;
  return `All ${reds} attempts of this SHA are red${same}, and ${greens}: the change itself broke it.`;
}
