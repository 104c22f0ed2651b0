// What a mechanism gets to see, what it gives back, and the few words they all share.
import type { LogLines } from '../lines.ts';
import type { WhyCase } from './case.ts';
import type { Failure } from './failure.ts';
import type { Neighbours } from './neighbours.ts';
import type { CoreEvent } from './order.ts';
import type { Replacement } from './pairs.ts';
import type { Evidence, Facts, Mechanism } from './question.ts';
import type { ReadLog } from './read.ts';

/** The case with the failure located and the shared events in order. */
export interface WhyView extends WhyCase {
  readonly failure: Failure;
  readonly core: readonly CoreEvent[];
  readonly replacements: readonly Replacement[];
  readonly neighbours: Neighbours;
}

/**
 * What a mechanism says of a case. `odds`: how much likelier the findings are if this mechanism was at work than if
 * nothing of the kind was, its commonness included; `unknown` has odds of 1.
 */
export type Detection =
  | {
      readonly kind: 'found';
      readonly mechanism: Mechanism;
      readonly odds: number;
      readonly sentence: string;
      readonly evidence: readonly Evidence[];
      readonly facts: Facts;
    }
  | { readonly kind: 'rejected'; readonly mechanism: Mechanism; readonly reason: string };

export type Detector = (view: WhyView) => Detection;

/** The answer of a detector that does not fit, with the reason in words. */
export const reject = (mechanism: Mechanism, reason: string): Detection => ({ kind: 'rejected', mechanism, reason });

/**
 * With one green attempt every difference from it may be chance, so what rests on differences alone stays behind "not
 * known".
 */
export const ONE_GREEN_ODDS = 0.9;

/** Longest text of one evidence line: enough to recognise it, the reference leads to the rest. */
const MAX_TEXT = 400;

/** One line as evidence. */
export function evidenceOf(lines: LogLines, line: number): Evidence {
  const text = lines.text(line);
  return { ref: lines.ref, line, text: text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text };
}

/** Where the target says that it failed: part of every hypothesis, so that people see what is to be explained. */
export const failureEvidence = (view: WhyView): readonly Evidence[] =>
  view.failure.line === undefined ? [] : [evidenceOf(view.lines, view.failure.line)];

/** The same template in loaded greens, as evidence of how it should be; at most `limit` of them. */
export function greenEvidence(
  loaded: readonly ReadLog[],
  line: (green: ReadLog) => number,
  limit = 2,
): readonly Evidence[] {
  const found: Evidence[] = [];
  for (const green of loaded) {
    const at = line(green);
    if (at > 0) found.push(evidenceOf(green.lines, at));
    if (found.length === limit) break;
  }
  return found;
}

/** A line's words for a sentence, in quotes and short; of a long one the part at `at`. */
export function quote(text: string, at = 0): string {
  const room = MAX_QUOTE - 1; // and the mark of what was left out
  const from = Math.max(0, at + room > text.length ? text.length - room : at - 20);
  const long = text.trim().length > MAX_QUOTE;
  const short = (long ? text.slice(from, from + room) : text).trim().replace(/\s+/g, ' ');
  return `“${long && from > 0 ? '…' : ''}${short}${long && from + room < text.length ? '…' : ''}”`;
}
const MAX_QUOTE = 90;

/** 83 s, 12 min, 3.5 h. */
export function showMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 600_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}
