// Attempts for tests: one whole, everyday identity to vary.
import { type Attempt, UNKNOWN_ATTEMPT } from '../../store/attempt.ts';

/** A red first attempt; `over` replaces what a test is about. */
export const makeAttempt = (over: Partial<Attempt> = {}): Attempt => ({
  ...UNKNOWN_ATTEMPT,
  repo: 'git.example.org/acme/app',
  sha: '4f2a91c0d3b5e6f708192a3b4c5d6e7f80912a3b',
  workflow: 'ci.yml',
  job: 'test (20)',
  run: '812',
  attempt: 1,
  providerId: '4812',
  provider: 'gitea',
  conclusion: 'failure',
  startedAtMs: Date.parse('2026-05-04T09:00:00.000Z'),
  finishedAtMs: Date.parse('2026-05-04T09:05:30.250Z'),
  ...over,
});
