// Names the mechanism of a red attempt: asks every detector, weighs their findings against each other and against "not
// known", and keeps the reasons of those that do not fit.

import { findEnvironmentChange } from './mechanisms/environment-change.ts';
import { findMissingEvent } from './mechanisms/missing-event.ts';
import { findOrderInversion } from './mechanisms/order-inversion.ts';
import { findRegression } from './mechanisms/regression.ts';
import { findResourceExhaustion } from './mechanisms/resource-exhaustion.ts';
import { findSharedFailure } from './mechanisms/shared-failure.ts';
import { findTestOrder } from './mechanisms/test-order.ts';
import { findTimeout } from './mechanisms/timeout.ts';
import { explainUnknown } from './mechanisms/unknown.ts';
import { buildCase } from './why/case.ts';
import { findFailure } from './why/failure.ts';
import { readNeighbours } from './why/neighbours.ts';
import { findCoreEvents } from './why/order.ts';
import { findReplacements } from './why/pairs.ts';
import type { Hypothesis, Rejection, WhyAnswer, WhyQuestion } from './why/question.ts';
import type { Detection, Detector, WhyView } from './why/view.ts';

const DETECTORS: readonly Detector[] = [
  findOrderInversion,
  findTimeout,
  findMissingEvent,
  findEnvironmentChange,
  findSharedFailure,
  findTestOrder,
  findResourceExhaustion,
  findRegression,
];

/** Nobody may be surer than this from logs alone. */
const MAX_CONFIDENCE = 0.98;
/** A hypothesis below this is a rejected one: the reason is what was found for another. */
const MIN_CONFIDENCE = 0.04;

/** Answers a question. Reads the target, a few greens, nothing else; the rest is template sets. */
export async function explain(question: WhyQuestion): Promise<WhyAnswer> {
  const whyCase = await buildCase(question);
  const failure = findFailure(whyCase);
  const view: WhyView = {
    ...whyCase,
    failure,
    core: findCoreEvents(whyCase, failure),
    replacements: findReplacements(whyCase),
    neighbours: await readNeighbours(question, failure),
  };
  return weigh(
    view,
    DETECTORS.map((detect) => detect(view)),
  );
}

/** Turns odds into confidences: `unknown` has odds of 1, and all of them sum up to 1. */
function weigh(view: WhyView, detections: readonly Detection[]): WhyAnswer {
  const found = detections.filter((d) => d.kind === 'found').sort((a, b) => b.odds - a.odds);
  const sum = 1 + found.reduce((total, d) => total + d.odds, 0);
  const hypotheses: Hypothesis[] = [];
  const rejected: Rejection[] = [];
  for (const d of found) {
    const confidence = Number(Math.min(MAX_CONFIDENCE, d.odds / sum).toFixed(3));
    if (confidence >= MIN_CONFIDENCE)
      hypotheses.push({
        mechanism: d.mechanism,
        confidence,
        sentence: d.sentence,
        evidence: d.evidence,
        facts: d.facts,
      });
    else rejected.push({ mechanism: d.mechanism, reason: `hardly: ${d.sentence} Other findings say far more.` });
  }
  for (const d of detections) if (d.kind === 'rejected') rejected.push({ mechanism: d.mechanism, reason: d.reason });
  const best = found[0];
  if (best === undefined || best.odds < 1) hypotheses.unshift(explainUnknown(view, Number((1 / sum).toFixed(3))));
  return {
    ref: view.target.log.ref,
    hypotheses,
    rejected,
    compared: {
      red: [view.target.log, ...view.siblingReds, ...view.otherReds].map((log) => log.ref),
      green: view.greens.map((log) => log.ref),
    },
  };
}
