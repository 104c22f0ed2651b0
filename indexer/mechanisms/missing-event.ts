// Missing event: something that every green attempt says, and the target does not, although it got past the place
// where the greens say it. What is missing only because the target stopped earlier is a consequence.

import { countText } from '../../store/count-text.ts';
import type { LackedTemplate } from '../why/case.ts';
import { lineOf } from '../why/read.ts';
import { findUnsaidCredentials } from '../why/set-up.ts';
import { findSkipped, type Skipped, strayRate } from '../why/skipped.ts';
import {
  type Detector,
  failureEvidence,
  greenEvidence,
  ONE_GREEN_ODDS,
  quote,
  reject,
  type WhyView,
} from '../why/view.ts';

export const findMissingEvent: Detector = (view) => {
  const n = view.greens.length;
  if (n === 0) return reject('missing-event', 'cannot be said: no green attempt to compare with');
  const skipped = findMissing(view);
  if (skipped.length === 0)
    return reject(
      'missing-event',
      view.lacked.length === 0
        ? 'no: everything that every green attempt says is here'
        : 'no: what is missing comes in green attempts only after the place where this one stopped',
    );
  const best = skipped.at(-1) as Skipped<LackedTemplate>;
  const { event } = best;
  const strays = strayRate(view);
  const withIt = view.siblingReds.filter((log) => log.has(event.hash) && log.has(view.failure.hash));
  const without = view.siblingReds.filter((log) => !log.has(event.hash));
  const odds =
    ((4 / strays) * 1.5 ** Math.min(without.length, 3) * 0.3 ** withIt.length * (view.siblingGreens === 0 ? 0.1 : 1)) /
    skipped.length;
  return {
    kind: 'found',
    mechanism: 'missing-event',
    odds: n === 1 ? Math.min(odds, ONE_GREEN_ODDS) : odds,
    sentence:
      `${quote(event.text)} is in ${n === 1 ? 'the one green attempt' : `all ${n} green attempts`} and not here, ` +
      `though ${best.passed} of the ${countText(best.followers, 'event')} that follow it there happened` +
      `${n === 1 ? ' (with one green attempt absence says little)' : ''}.`,
    evidence: [...greenEvidence(view.loaded, (green) => lineOf(green, event.hash)), ...failureEvidence(view)],
    facts: {
      greens: n,
      missing: skipped.map((s) => s.event.template),
      strayRate: Number(strays.toFixed(3)),
      redsWithout: without.length,
    },
  };
};

/** Missing events that the target got past, in the order of the green log. What it says in other words is not missing. */
function findMissing(view: WhyView): readonly Skipped<LackedTemplate>[] {
  const replaced = new Set(
    view.replacements
      .filter(
        (r) =>
          r.novel.line < (view.failure.line ?? 0) ||
          r.common.length * 2 > view.speakers.message(r.lacked.template).length,
      )
      .map((r) => r.lacked),
  );
  const unsaid = new Set(findUnsaidCredentials(view));
  const lacked = view.lacked.filter(
    (l) => l.wording === 'none' && !replaced.has(l) && !unsaid.has(l) && !l.green.lines.isMark(l.line),
  );
  return findSkipped(lacked, view.core, view.loaded);
}
