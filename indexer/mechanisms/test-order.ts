// Test order: a test that passes in every green attempt fails here, the tests run in varying order, and another test
// ran before it here that ran after it in all greens: it left something behind.

import { countText } from '../../store/count-text.ts';
import { type CoreEvent, shapeOf } from '../why/order.ts';
import type { Replacement } from '../why/pairs.ts';
import { lineOf } from '../why/read.ts';
import { orderOf } from '../why/shared-events.ts';
import { nameOf, templateWords } from '../why/templates.ts';
import { type Detector, evidenceOf, failureEvidence, quote, reject, type WhyView } from '../why/view.ts';
import { saysFailure } from '../why/words.ts';

/** A test that fails in a suite whose order varies: before any look at the order. */
const PRIOR = 3;
const MAX_ODDS = 60;
const MANY_SUSPECTS = 3;
/** Fewer tests than this are no suite whose order could be seen. */
const MIN_TESTS = 3;

export const findTestOrder: Detector = (view) => {
  const failed = view.replacements.filter(
    (r) =>
      r.kind === 'words' &&
      (saysFailure(r.novel.text) || view.failure.block.includes(r.novel)) &&
      !saysFailure(r.lacked.text),
  );
  const suites = failed
    .map((r) => ({ failed: r, tests: findSuite(view, r) }))
    .filter((s) => s.tests.length >= MIN_TESTS);
  const suite = suites[0];
  if (suite === undefined)
    return reject('test-order', 'no: no test that passes in the green attempts is seen to fail here');
  const n = view.loaded.length;
  const test = quote(suite.failed.lacked.text);
  if (!isShuffled(view, suite.tests))
    return reject('test-order', `no: the tests ran in the same order as in ${countText(n, 'green attempt')}`);
  const before = suite.tests.filter((t) => t.line < suite.failed.novel.line);
  const suspects = findSuspects(view, suite.failed, before);
  if (suspects.length === 0)
    return reject('test-order', `no: every test that ran before ${test} here ran before it in some green attempt too`);
  const expected = expectedByChance(view, suite.failed, suite.tests);
  // Where chance alone gives several suspects, that there is one says nothing.
  const prior = PRIOR * Math.min(1, MANY_SUSPECTS / expected);
  const odds = Math.min(MAX_ODDS, prior / (1 - Math.exp(-Math.max(expected, 0.01)))) / suites.length;
  const shown = [...suspects]
    .sort((a, b) => likeness(view, b, suite.failed) - likeness(view, a, suite.failed) || b.line - a.line)
    .slice(0, 3);
  const first = view.loaded[0];
  const suspect = shown[0] as CoreEvent;
  return {
    kind: 'found',
    mechanism: 'test-order',
    odds,
    sentence:
      `${quote(suite.failed.novel.text)}: the tests run in varying order, and ${quote(view.lines.body(suspect.line))} ran before it here, ` +
      `but after it in ${n === 1 ? 'the one green attempt' : `all ${n} green attempts`}` +
      `${suspects.length > 1 ? ` (as did ${countText(suspects.length - 1, 'other test')})` : ''}.`,
    evidence: [
      ...shown.map((s) => evidenceOf(view.lines, s.line)),
      evidenceOf(view.lines, suite.failed.novel.line),
      ...failureEvidence(view).filter((f) => f.line !== suite.failed.novel.line),
      ...(first === undefined
        ? []
        : [evidenceOf(first.lines, suite.failed.lacked.line), evidenceOf(first.lines, lineOf(first, suspect.hash))]),
    ],
    facts: {
      greens: n,
      tests: suite.tests.length,
      suspects: suspects.length,
      expectedByChance: Number(expected.toFixed(4)),
    },
  };
};

/** Other tests: events of target and greens whose line looks like the passed test's but for the name. */
function findSuite(view: WhyView, failed: Replacement): readonly CoreEvent[] {
  const shape = shapeOf(view, failed.lacked.template);
  return view.core.filter((event) => event.shape === shape);
}

/** Order varies among the greens, or between them and the target. */
function isShuffled(view: WhyView, tests: readonly CoreEvent[]): boolean {
  if (tests.some((t, k) => k > 0 && orderOf(tests[k - 1] as CoreEvent, t) !== 'before')) return true;
  return view.loaded.length === 0;
}

function findSuspects(view: WhyView, failed: Replacement, before: readonly CoreEvent[]): readonly CoreEvent[] {
  return before.filter(
    (test) =>
      view.loaded.every((green) => lineOf(green, test.hash) > lineOf(green, failed.lacked.hash)) &&
      view.readReds.every((red) => {
        const at = lineOf(red, failed.novel.hash);
        return at === 0 || lineOf(red, test.hash) < at;
      }),
  );
}

/** How many suspects there would be if the orders were mere chance. */
function expectedByChance(view: WhyView, failed: Replacement, tests: readonly CoreEvent[]): number {
  let expected = tests.filter((t) => t.line < failed.novel.line).length;
  for (const green of view.loaded) {
    const at = lineOf(green, failed.lacked.hash);
    expected *= tests.filter((t) => lineOf(green, t.hash) > at).length / tests.length;
  }
  for (const red of view.readReds) {
    const at = lineOf(red, failed.novel.hash);
    if (at > 0) expected *= tests.filter((t) => lineOf(red, t.hash) < at).length / tests.length;
  }
  return expected;
}

/** Length of the common start of the two tests' names: tests of one group share state. */
function likeness(view: WhyView, test: CoreEvent, failed: Replacement): number {
  const name = nameOf(failed.common) ?? '';
  return Math.max(
    0,
    ...templateWords(view.lines.template(test.line)).map((word) => {
      let k = 0;
      while (k < word.length && k < name.length && word[k] === name[k]) k++;
      return k;
    }),
  );
}
