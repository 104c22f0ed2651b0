// Reads folders of labelled scenarios, builds the question for each without any store or index, and scores the answer.
import fs from 'node:fs';
import path from 'node:path';
import { readLines } from '../../indexer/lines.ts';
import type { WhyAnswer, WhyLog, WhyQuestion } from '../../indexer/why/question.ts';
import { collectTemplates } from '../../indexer/why/templates.ts';
import { explain } from '../../indexer/why.ts';
import { type Attempt, findConclusion, UNKNOWN_ATTEMPT } from '../../store/attempt.ts';

export interface ScenarioAttempt {
  readonly file: string;
  readonly repo: string;
  readonly sha: string;
  readonly workflow: string;
  readonly job: string;
  readonly run: string;
  readonly attempt: number;
  readonly status: string;
  readonly started_at: string;
  readonly finished_at: string;
  readonly truth_lines: readonly { readonly line: number; readonly role: string }[];
}

export interface Scenario {
  readonly name: string;
  readonly mechanism: string;
  readonly attempts: readonly ScenarioAttempt[];
  readonly texts: readonly string[];
}

export function readScenario(dir: string): Scenario {
  const { mechanism, attempts } = JSON.parse(fs.readFileSync(path.join(dir, 'scenario.json'), 'utf8')) as {
    mechanism: string;
    attempts: ScenarioAttempt[];
  };
  const texts = attempts.map((a) => fs.readFileSync(path.join(dir, a.file), 'utf8'));
  return { name: path.basename(dir), mechanism, attempts, texts };
}

function scenarioQuestion(scenario: Scenario): {
  readonly question: WhyQuestion;
  readonly marks: ReadonlySet<string>;
} {
  const logs = scenario.attempts.map((a, i) => toLog(a, scenario.texts[i] ?? ''));
  const job = scenario.attempts[0]?.job;
  const at =
    scenario.attempts.map((a, i) => (a.status === 'failure' && a.job === job ? i : -1)).findLast((i) => i >= 0) ?? 0;
  const target = logs[at] as WhyLog;
  const rest = logs.filter((_, i) => i !== at);
  const sameJob = rest.filter((log) => log.attempt.job === job);
  const startMs = target.attempt.startedAtMs ?? 0;
  return {
    question: {
      target,
      siblings: sameJob.filter((log) => log.attempt.sha === target.attempt.sha),
      history: sameJob.filter((log) => log.attempt.sha !== target.attempt.sha),
      neighbours: rest.filter(
        (log) =>
          log.attempt.job !== job &&
          log.attempt.conclusion === 'failure' &&
          Math.abs((log.attempt.startedAtMs ?? 0) - startMs) < 6 * 3600_000,
      ),
      neighbourRate: undefined,
    },
    marks: new Set(scenario.attempts.flatMap((a) => a.truth_lines.map((t) => `${a.file}:${t.line}`))),
  };
}

function toLog(a: ScenarioAttempt, text: string): WhyLog {
  const lines = readLines(a.file, text);
  const attempt: Attempt = {
    ...UNKNOWN_ATTEMPT,
    repo: a.repo,
    sha: a.sha,
    workflow: a.workflow,
    job: a.job,
    run: a.run,
    attempt: a.attempt,
    conclusion: findConclusion(a.status) ?? 'unknown',
    startedAtMs: Date.parse(a.started_at),
    finishedAtMs: Date.parse(a.finished_at),
  };
  const hashes = new Set(collectTemplates(lines).hashes);
  return {
    ref: a.file,
    attempt,
    rawBytes: text.length,
    has: (hash) => hashes.has(hash),
    falseRate: 0,
    load: async () => lines,
  };
}

/** How an answer fares on a scenario, as the shared scorer counts it. */
export interface ScenarioScore {
  readonly named: string;
  readonly confidence: number;
  readonly right: boolean;
  readonly top3: boolean;
  /** The evidence of the first hypothesis has a line that shows the mechanism. */
  readonly cited: boolean;
  readonly brier: number;
  readonly answer: WhyAnswer;
}

/** Asks `explain` and compares with the truth. */
export async function scoreScenario(scenario: Scenario): Promise<ScenarioScore> {
  const { question, marks } = scenarioQuestion(scenario);
  const answer = await explain(question);
  const best = answer.hypotheses[0];
  const confidence = best?.confidence ?? 0;
  const right = best?.mechanism === scenario.mechanism;
  return {
    named: best?.mechanism ?? 'nothing',
    confidence,
    right,
    top3: answer.hypotheses.slice(0, 3).some((h) => h.mechanism === scenario.mechanism),
    cited: right && best.evidence.some((e) => marks.has(`${e.ref}:${e.line}`)),
    brier: (confidence - (right ? 1 : 0)) ** 2,
    answer,
  };
}
