// Exhausted resource: memory, disk, ports, handles, processes, connections, a quota or a rate. General words, but only
// where green attempts don't say them and where the job failed.
import type { NovelLine } from '../why/case.ts';
import { type Detector, evidenceOf, failureEvidence, quote, reject } from '../why/view.ts';
import { exhaustedAt, saysExhausted, saysWarning } from '../why/words.ts';

/** Odds when the failure itself names the resource: hardly ever a coincidence. */
const AT_FAILURE = 60;
/** When it stands further up: it may be a follow-up, or harmless. */
const ELSEWHERE = 3;
/** Without any green attempt the words may be harmless noise of this job. */
const WITHOUT_GREEN = 0.3;
/** The failure's surroundings: what the failing command printed last. */
const NEAR_LINES = 12;

export const findResourceExhaustion: Detector = (view) => {
  const { failure, lines } = view;
  const said = view.novel.filter(
    (n) => (saysExhausted(n.text) || saysExhausted(n.message)) && n.wording !== 'speaker' && !lines.isEcho(n.line),
  );
  const last = said.at(-1);
  if (last === undefined)
    return reject(
      'resource-exhaustion',
      'no: no line that green attempts lack says that memory, disk, ports, handles, connections or a quota ran out',
    );
  const isNear = (n: NovelLine): boolean =>
    Math.abs(n.line - (failure.line ?? failure.endLine)) <= NEAR_LINES ||
    Math.abs(n.line - failure.endLine) <= NEAR_LINES;
  const near = said.filter((n) => isNear(n) && (!saysWarning(n.text) || n.line === failure.line));
  const shown = near[0] ?? last;
  const odds = (near.length > 0 ? AT_FAILURE : ELSEWHERE) * (view.greens.length === 0 ? WITHOUT_GREEN : 1);
  const evidence = [shown, ...near.filter((n) => n !== shown)].slice(0, 3).map((n) => evidenceOf(lines, n.line));
  return {
    kind: 'found',
    mechanism: 'resource-exhaustion',
    odds,
    sentence:
      near.length > 0
        ? `A resource ran out where the job failed: ${quote(shown.text, exhaustedAt(shown.text))}.`
        : `A resource ran out before the job failed: ${quote(shown.text, exhaustedAt(shown.text))}.`,
    evidence: [...evidence, ...failureEvidence(view).filter((f) => !evidence.some((e) => e.line === f.line))],
    facts: { atFailure: near.length > 0, greensThatSayIt: 0, greens: view.greens.length },
  };
};
