// Manifest and attempt as the JSON that people read: times as ISO 8601 UTC, absent as null, keys in one order.
import type { Attempt } from './attempt.ts';
import type { Manifest } from './manifest.ts';

/** ISO 8601 UTC with milliseconds, or null. */
export const isoTime = (timeMs: number | undefined): string | null =>
  timeMs === undefined ? null : new Date(timeMs).toISOString();

/** The identity as it stands in manifests, feed entries and facts. */
export const attemptToJson = (a: Attempt): Record<string, unknown> => ({
  repo: a.repo ?? null,
  sha: a.sha ?? null,
  testedSha: a.testedSha ?? null,
  treeSha: a.treeSha ?? null,
  workflow: a.workflow ?? null,
  job: a.job ?? null,
  run: a.run ?? null,
  attempt: a.attempt ?? null,
  providerId: a.providerId ?? null,
  provider: a.provider,
  branch: a.branch ?? null,
  pr: a.pr ?? null,
  event: a.event ?? null,
  conclusion: a.conclusion,
  startedAt: isoTime(a.startedAtMs),
  finishedAt: isoTime(a.finishedAtMs),
  url: a.url ?? null,
  labels: a.labels,
  limitMs: a.limitMs ?? null,
  partial: a.partial,
});

/** The manifest's file: indented JSON with a final newline. */
export function manifestToJson(m: Manifest): string {
  const { capture } = m;
  const json = {
    format: m.format,
    logId: m.logId,
    logName: m.logName,
    attempt: attemptToJson(m.attempt),
    capture: {
      id: capture.id,
      how: capture.how,
      tool: capture.tool,
      startedAt: isoTime(capture.startedAtMs),
      finishedAt: isoTime(capture.finishedAtMs),
      complete: capture.complete,
      cutReason: capture.cutReason ?? null,
    },
    text: m.text,
    object: { ...m.object, sideTable: m.object.sideTable ?? null },
    masking: m.masking,
    steps: m.steps.map(({ startedAtMs, finishedAtMs, ...step }) => ({
      ...step,
      startedAt: isoTime(startedAtMs),
      finishedAt: isoTime(finishedAtMs),
    })),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}
