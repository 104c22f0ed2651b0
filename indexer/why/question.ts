// What `why` is asked and what it answers. Types only: the index, plain files and tests all build a WhyQuestion.
import type { Attempt } from '../../store/attempt.ts';
import type { LogLines } from '../lines.ts';

/** The kinds of cause that `why` names; a closed union, as CLI.md fixes it. */
export const MECHANISMS = [
  'order-inversion',
  'timeout',
  'missing-event',
  'environment-change',
  'shared-failure',
  'test-order',
  'resource-exhaustion',
  'regression',
  'unknown',
] as const;
export type Mechanism = (typeof MECHANISMS)[number];

/** One log that `why` may look at. Of most only `has` is asked; `load` is called for a bounded few. */
export interface WhyLog {
  /** The full log id, or the path as given. */
  readonly ref: string;
  readonly attempt: Attempt;
  readonly rawBytes: number;
  /** Whether the log has a template, by its hash. May be wrong, and then says yes: see `falseRate`. */
  has(hash: number): boolean;
  /** How often `has` says yes to a template that the log lacks: 0 when it knows. */
  readonly falseRate: number;
  /** The lines of the log; `why` asks at most once a log. */
  load(): Promise<LogLines>;
}

/** How often jobs of this circle are red, whatever the reason: the base that "red together" is held against. */
export interface RedRate {
  readonly red: number;
  readonly attempts: number;
}

/** Everything that `why` is told. The order of the lists does not matter. */
export interface WhyQuestion {
  readonly target: WhyLog;
  /** Other attempts of the same job at the same SHA (and tested SHA, where known), or the logs given by `--against`. */
  readonly siblings: readonly WhyLog[];
  /** Attempts of the same job at other SHAs, before and after; 50 of the nearest are plenty. */
  readonly history: readonly WhyLog[];
  /** Red attempts of other jobs within some hours of the target. */
  readonly neighbours: readonly WhyLog[];
  /** Of jobs other than the target's, over a longer time; undefined where nobody knows. */
  readonly neighbourRate: RedRate | undefined;
}

/** One line that shows something. */
export interface Evidence {
  readonly ref: string;
  readonly line: number;
  readonly text: string;
}

export type Facts = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** A mechanism with how sure it is (0 to 1, calibrated on the labelled scenarios) and what shows it. */
export interface Hypothesis {
  readonly mechanism: Mechanism;
  readonly confidence: number;
  readonly sentence: string;
  readonly evidence: readonly Evidence[];
  readonly facts: Facts;
}

/** A mechanism that does not fit, with the reason in words. */
export interface Rejection {
  readonly mechanism: Mechanism;
  readonly reason: string;
}

/** What `why --json` prints: hypotheses best first, the first one `unknown` when nothing is convincing. */
export interface WhyAnswer {
  readonly ref: string;
  readonly hypotheses: readonly Hypothesis[];
  readonly rejected: readonly Rejection[];
  readonly compared: { readonly red: readonly string[]; readonly green: readonly string[] };
}
