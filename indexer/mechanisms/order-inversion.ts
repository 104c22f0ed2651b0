// Order inversion: two events that every green attempt has in one order, and the target in the other, close together
// and followed by something new. Events whose order varies among the greens are no evidence.

import { countText } from '../../store/count-text.ts';
import type { NovelLine } from '../why/case.ts';
import { type CoreEvent, findInversions, type Inversion } from '../why/order.ts';
import { lineOf } from '../why/read.ts';
import {
  type Detector,
  evidenceOf,
  failureEvidence,
  ONE_GREEN_ODDS,
  quote,
  reject,
  type WhyView,
} from '../why/view.ts';
import { saysFailure } from '../why/words.ts';

/** Events with more varying neighbours than this are shuffled, not ordered. */
const MAX_UNREST = 0.3;
/** A new line right between or behind the two events: what the second one met when it came first. */
const WITH_SYMPTOM = 12;
const WITHOUT_SYMPTOM = 0.6;
/** A red of the same SHA and failure that has the inversion too, or has not. */
const CONFIRMED = 1.6;
const REFUTED = 0.4;

export const findOrderInversion: Detector = (view) => {
  if (view.loaded.length === 0)
    return reject('order-inversion', 'cannot be said: no green attempt to compare the order with');
  const found = findInversions(view.core).filter((i) => i.early.unrest <= MAX_UNREST && i.late.unrest <= MAX_UNREST);
  if (found.length === 0)
    return reject(
      'order-inversion',
      `no: every two events that ${countText(view.loaded.length, 'green attempt')} ${view.loaded.length === 1 ? 'has' : 'have'} in a fixed order come in that order here too`,
    );
  const scored = found
    .map((inversion) => ({ inversion, symptom: findSymptom(view, inversion) }))
    .sort((a, b) => rank(b) - rank(a));
  const { inversion, symptom } = scored[0] as Scored;
  const n = view.loaded.length;
  // Rule of succession: an order that held n times holds the next time with (n+1)/(n+2).
  const odds =
    ((n + 1) * (symptom === undefined ? WITHOUT_SYMPTOM : WITH_SYMPTOM) * confirmation(view, inversion)) /
    (1 + found.length / 2);
  const first = view.loaded[0];
  const at = (event: CoreEvent): number => (first === undefined ? 0 : lineOf(first, event.hash));
  return {
    kind: 'found',
    mechanism: 'order-inversion',
    odds: n === 1 ? Math.min(odds, ONE_GREEN_ODDS) : odds,
    sentence:
      `${quote(view.lines.body(inversion.late.line))} came before ${quote(view.lines.body(inversion.early.line))}; ` +
      `in ${n === 1 ? 'the one green attempt' : `all ${n} green attempts`} it is the other way round` +
      `${symptom === undefined ? '' : `, and right then ${quote(symptom.text)}, which no green attempt has`}.`,
    evidence: [
      evidenceOf(view.lines, inversion.late.line),
      ...(symptom === undefined ? [] : [evidenceOf(view.lines, symptom.line)]),
      evidenceOf(view.lines, inversion.early.line),
      ...failureEvidence(view),
      ...(first === undefined
        ? []
        : [evidenceOf(first.lines, at(inversion.early)), evidenceOf(first.lines, at(inversion.late))]),
    ],
    facts: { greens: n, invertedPairs: found.length, apart: inversion.apart },
  };
};

interface Scored {
  readonly inversion: Inversion;
  readonly symptom: NovelLine | undefined;
}

const rank = (s: Scored): number =>
  (s.symptom === undefined ? 0 : 10) - s.inversion.apart - 5 * (s.inversion.early.unrest + s.inversion.late.unrest);

/** What the other reds of the SHA say that failed the same way. */
function confirmation(view: WhyView, { early, late }: Inversion): number {
  let factor = 1;
  for (const red of view.readReds) {
    if (lineOf(red, view.failure.hash) === 0) continue;
    const [e, l] = [lineOf(red, early.hash), lineOf(red, late.hash)];
    factor *= e > 0 && l > 0 && l < e ? CONFIRMED : REFUTED;
  }
  return factor;
}

/** A new line between the two events or shortly behind them, other than the failure itself further down. */
function findSymptom(view: WhyView, { early, late }: Inversion): NovelLine | undefined {
  const candidates = view.novel.filter(
    (n) => n.wording === 'none' && n.line > late.line && n.line <= early.line + 2 && n.line < view.failure.endLine,
  );
  return candidates.find((n) => saysFailure(n.text)) ?? candidates[0];
}
