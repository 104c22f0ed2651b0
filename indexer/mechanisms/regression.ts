// Regression: every attempt of this SHA is red and the job was green before it.

import { isRed } from '../../store/attempt.ts';
import { count, type Detector, evidenceOf, failureEvidence, greenEvidence, quote, reject } from '../why-view.ts';

/** One red attempt without a re-run tells little: it is as likely a flake. */
const SINGLE_ATTEMPT_PRIOR = 0.15;

/** Named when all attempts of the SHA failed alike; weighed by how often this job is red by chance. */
export const findRegression: Detector = (view) => {
  const { target, siblingReds, failure } = view;
  if (view.siblingGreens > 0)
    return reject(
      'regression',
      `no: ${count(view.siblingGreens, 'attempt')} of the same SHA ${view.siblingGreens === 1 ? 'is' : 'are'} green`,
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
  const odds = (prior * (different ? 0.2 : 1)) / redRate ** reds;
  const later = view.question.history.filter(
    (log) => isRed(log.attempt.conclusion) && (log.attempt.startedAtMs ?? 0) > (target.log.attempt.startedAtMs ?? 0),
  );
  return {
    kind: 'found',
    mechanism: 'regression',
    odds,
    sentence:
      `All ${reds === 1 ? 'of the one attempt' : `${reds} attempts`} of this SHA ${reds === 1 ? 'is' : 'are'} red` +
      `${alike.length > 0 ? ` with the same failure ${quote(failure.text)}` : ''}, and ` +
      `${count(before.length, 'attempt')} of the job before it ${before.length === 1 ? 'is' : 'are'} green: the change itself broke it.`,
    evidence: [
      ...failureEvidence(view),
      ...view.lacked
        .filter((l) => l.wording === 'none')
        .slice(0, 1)
        .flatMap((l) => [evidenceOf(l.green.lines, l.line)]),
      ...greenEvidence(view.loaded, (green) => green.lines.count, 1),
    ],
    facts: {
      redAttempts: reds,
      greenBefore: before.length,
      laterReds: later.length,
      redRate: Number(redRate.toFixed(3)),
    },
  };
};
