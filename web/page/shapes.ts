// Shapes of the answers, as `firstred schema` publishes them. Types only.
export type { DiffLine, LogDiff } from '../../indexer/diff.ts';
export type { StepDiff } from '../../indexer/diff-steps.ts';
export type { Evidence, Hypothesis, WhyAnswer } from '../../indexer/why/question.ts';

import type { LogDiff } from '../../indexer/diff.ts';

export interface AttemptJson {
  readonly repo: string | null;
  readonly sha: string | null;
  readonly workflow: string | null;
  readonly job: string | null;
  readonly run: string | null;
  readonly attempt: number | null;
  readonly number: number | null;
  readonly conclusion: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly branch: string | null;
  readonly pr: number | null;
  readonly url: string | null;
}

export interface ListedLog extends AttemptJson {
  readonly logId: string;
  readonly primary: boolean;
  readonly rawBytes: number;
  readonly headline: string | null;
  readonly name: string;
  readonly complete: boolean;
}

export interface LogStep {
  readonly name: string;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly durationMs: number | null;
}

export interface LogFacts extends ListedLog {
  readonly lines: number;
  readonly steps: readonly LogStep[];
  readonly signatures: readonly {
    readonly signature: string;
    readonly headline: string;
    readonly line: number;
    readonly commonInGreen: boolean;
  }[];
}

export interface LinesJson {
  readonly first: number;
  readonly lines: readonly string[];
  readonly cut: Readonly<Record<string, number>>;
}

export interface MatchJson {
  readonly logId: string;
  readonly line: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly attempt: AttemptJson;
}

export interface SummaryJson {
  readonly attempts: number;
  readonly logs: number;
  readonly lines: number;
  readonly red: number;
  readonly green: number;
  readonly attemptsTotal: number;
  readonly redTotal: number;
  readonly greenTotal: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly elapsedMs: number;
  readonly linesComplete: boolean;
  readonly countsComplete: boolean;
  readonly unreadable: readonly unknown[];
  readonly notes: readonly string[];
}

export interface ErrorsJson {
  readonly baseline: readonly string[];
  readonly lines: readonly { readonly line: number; readonly text: string; readonly score: number }[];
}

export interface DiffJson extends LogDiff {
  readonly red: string;
  readonly green: string;
  readonly redLines: number;
  readonly greenLines: number;
  readonly aligned: readonly (readonly [red: number, green: number, count: number])[];
  readonly moved: readonly (readonly [red: number, green: number])[];
}

export interface FlakeJson {
  readonly repo: string;
  readonly sha: string;
  readonly workflow: string | null;
  readonly job: string | null;
  readonly red: number;
  readonly green: number;
  readonly headline: string | null;
  readonly signature: string | null;
  readonly mechanism: string | null;
  readonly issue: string | null;
  readonly lostMs: number | null;
  readonly lastSeen: string | null;
}

export interface SignatureJson {
  readonly signature: string;
  readonly headline: string;
  readonly logs: number;
  readonly red: number;
  readonly green: number;
  readonly redTotal: number;
  readonly greenTotal: number;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly jobs: readonly string[];
  readonly mechanism: string | null;
  readonly issue: string | null;
}

export interface HeadroomJson {
  readonly repo: string | null;
  readonly workflow: string | null;
  readonly job: string | null;
  readonly step: string | null;
  readonly greens: number;
  readonly reds: number;
  readonly timedOut: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  readonly limitMs: number | null;
  readonly limitFrom: string | null;
  readonly headroom: number | null;
  readonly trendMsPerDay: number | null;
  readonly daysLeft: number | null;
  readonly recentMs: readonly number[];
  readonly points?: readonly DurationPoint[];
}

/** How long an attempt took, or a step of it. */
export interface DurationPoint {
  readonly logId: string;
  readonly line: number;
  readonly conclusion: string;
  readonly startedAt: string;
  readonly durationMs: number;
}
