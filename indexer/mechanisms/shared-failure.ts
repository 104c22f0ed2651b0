// Shared failure of a dependency: unrelated jobs that were red at about the same time failed the same way, or name the
// same host. That others are red too is no evidence by itself.
import type { NovelLine } from '../why-case.ts';
import type { Evidence, WhyLog } from '../why-question.ts';
import { firstLineOf, templateWords } from '../why-templates.ts';
import { count, type Detector, failureEvidence, quote, reject } from '../why-view.ts';
import { saysExit } from '../why-words.ts';

/** Red within this of each other: an outage is over after that (chosen). */
const NEAR_MS = 60 * 60_000;
const SAME_SIGNATURE = 50;

/** Lines of the failure that are specific enough to be the same in two jobs only for the same reason. */
const isSpecific = (n: NovelLine): boolean =>
  n.wording === 'none' &&
  !saysExit(n.text) &&
  templateWords(n.template).filter((w) => /\p{L}{3}/u.test(w) && !/^<\w+>$/.test(w)).length >= 2;

export const findSharedFailure: Detector = (view) => {
  const { question, target, failure } = view;
  if (question.neighbours.length === 0)
    return reject('shared-failure', 'no: no other job was red at about the same time');
  const startMs = target.attempt.startedAtMs ?? 0;
  const endMs = target.attempt.finishedAtMs ?? startMs;
  const isNear = (log: WhyLog): boolean => {
    const from = log.attempt.startedAtMs ?? 0;
    return from <= endMs + NEAR_MS && (log.attempt.finishedAtMs ?? from) >= startMs - NEAR_MS;
  };
  const near = question.neighbours.filter(isNear);
  const signs = failure.block
    .filter(isSpecific)
    .sort((a, b) => Number(b.line === failure.line) - Number(a.line === failure.line));
  for (const sign of signs) {
    const sharing = near.filter((log) => firstLineOf(log.templates, sign.hash) > 0);
    if (sharing.length === 0) continue;
    const jobs = new Set(sharing.map((log) => `${log.attempt.repo} ${log.attempt.workflow} ${log.attempt.job}`));
    return {
      kind: 'found',
      mechanism: 'shared-failure',
      odds: SAME_SIGNATURE * (sign.line === failure.line ? 1 : 0.2) * jobs.size,
      sentence:
        `${count(sharing.length, 'attempt')} of ${count(jobs.size, 'other job')} failed with the same line within ` +
        `an hour, ${quote(sign.text)}, and no green attempt has it: what they share failed.`,
      evidence: [...failureEvidence(view), ...sharing.slice(0, 3).map((log) => neighbourEvidence(log, sign))],
      facts: { neighbours: sharing.map((log) => log.ref), redNeighbours: near.length, jobs: [...jobs] },
    };
  }
  return reject(
    'shared-failure',
    near.length === 0
      ? 'no: no other job was red within an hour'
      : `no: ${count(near.length, 'attempt')} of other jobs ${near.length === 1 ? 'was' : 'were'} red within an hour, but none failed the same way`,
  );
};

const neighbourEvidence = (log: WhyLog, sign: NovelLine): Evidence => ({
  ref: log.ref,
  line: firstLineOf(log.templates, sign.hash),
  text: sign.text,
});
