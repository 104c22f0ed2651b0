// Manifests for tests that need no log behind them.
import type { Attempt } from '../../store/attempt.ts';
import { logIdOf } from '../../store/log-id.ts';
import { DEFAULT_LOG_NAME, type Manifest, STORE_FORMAT } from '../../store/manifest.ts';
import { makeAttempt } from './attempts.ts';

/** A whole manifest; `over` replaces what a test is about, the log id is always that of the rest. */
export function makeManifest(over: Partial<Manifest> = {}): Manifest {
  const attempt: Attempt = over.attempt ?? makeAttempt();
  const logName = over.logName ?? DEFAULT_LOG_NAME;
  const text = over.text ?? {
    sizeBytes: 300_000,
    lines: 4_301,
    longestLineBytes: 512,
    sha256: '0123456789abcdef'.repeat(4),
    notes: ['ansi', 'crlf'],
  };
  return {
    format: STORE_FORMAT,
    attempt,
    logName,
    capture: {
      id: '0123abcd',
      how: 'file',
      tool: 'firstred 0.0.0-test',
      startedAtMs: Date.parse('2026-05-04T09:06:00.000Z'),
      finishedAtMs: Date.parse('2026-05-04T09:06:01.500Z'),
      complete: true,
      cutReason: undefined,
    },
    object: {
      sizeBytes: 20_500,
      sha256: 'fedcba9876543210'.repeat(4),
      frames: 2,
      lineTable: { start: 20_400, end: 20_416 },
      seekTable: { start: 20_416, end: 20_500 },
      sideTable: undefined,
    },
    masking: { rules: '1', counts: { 'github-token': 2 }, withheldLines: 0 },
    steps: [{ name: 'Run tests', firstLine: 10, lastLine: 4_301, startedAtMs: undefined, finishedAtMs: undefined }],
    ...over,
    text,
    logId: logIdOf(attempt, logName, text.sha256),
  };
}
