// Metadata of very many attempts: how long lists, filters, flakes and base rates take inside the process.
// usage: node scripts/bench.mjs attempts [--attempts 1000000] [--rounds 9]
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { countAttempts, listAttempts } from '../indexer/attempts.ts';
import { listFlakes } from '../indexer/flakes.ts';
import { writeManifest } from '../indexer/ingest-write.ts';
import type { AttemptFilter } from '../indexer/log-index.ts';
import { openIndex, openIndexReader } from '../indexer/open-index.ts';
import type { LogId } from '../store/log-id.ts';
import type { Manifest } from '../store/manifest.ts';
import { makeManifest } from '../test/support/manifests.ts';
import { machineText, spreadText } from './measure.ts';

const { values } = parseArgs({
  options: { attempts: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '9' } },
});
const attempts = Number(values.attempts);
const rounds = Number(values.rounds);
/** chosen: as many rows as `archive --batch` writes in a second or two. */
const BATCH = 5000;
/** A year of a busy server: 40 repositories, 12 jobs each; every 9th attempt red, every 27th re-run on its SHA and green. */
const START_MS = Date.parse('2026-01-01T00:00:00Z');
const YEAR_MS = 365 * 86_400_000;

function manifestOf(n: number): Manifest {
  const base = makeManifest();
  const rerun = n % 27 === 1 ? 1 : 0;
  const head = n - rerun;
  const startedAtMs = START_MS + Math.floor((n / attempts) * YEAR_MS);
  return {
    ...base,
    logId: `L${n.toString(36).padStart(16, '0')}` as LogId,
    attempt: {
      ...base.attempt,
      repo: `git.example.test/team/repo-${head % 40}`,
      sha: head.toString(16).padStart(40, '0'),
      workflow: 'ci',
      job: `job ${Math.floor(head / 40) % 12}`,
      run: String(head),
      attempt: rerun + 1,
      providerId: String(n),
      branch: head % 5 === 0 ? 'main' : `topic-${head % 997}`,
      conclusion: n % 9 === 0 && rerun === 0 ? 'failure' : 'success',
      startedAtMs,
      finishedAtMs: startedAtMs + 300_000,
    },
    capture: { ...base.capture, id: n.toString(36).padStart(8, '0'), startedAtMs },
  };
}

const folder = mkdtempSync(path.join(tmpdir(), 'firstred-bench-'));
try {
  const file = path.join(folder, 'index.db');
  const writer = openIndex(file);
  const startMs = performance.now();
  for (let n = 0; n < attempts; n += BATCH)
    writer.db.transaction(() => {
      for (let k = n; k < Math.min(attempts, n + BATCH); k++) writeManifest(writer.db, 'bench', manifestOf(k));
    });
  writer.db.tidy();
  writer.close();
  console.log(machineText());
  console.log(
    `${attempts} attempts written in ${((performance.now() - startMs) / 1000).toFixed(0)} s; index ${(statSync(file).size / attempts).toFixed(0)} bytes an attempt`,
  );
  const index = openIndexReader(file);
  const month: AttemptFilter = { sinceMs: START_MS + YEAR_MS - 30 * 86_400_000 };
  const repo: AttemptFilter = { repo: 'team/repo-7' };
  time('list, the newest 50', () => listAttempts(index, {}, { limit: 50 }));
  time('list, red of one repository, 50', () => listAttempts(index, { ...repo, conclusion: 'red' }, { limit: 50 }));
  time('list, a job by glob and a branch, 50', () =>
    listAttempts(index, { job: 'job 1*', branch: 'main' }, { limit: 50 }),
  );
  time('list, one SHA', () => listAttempts(index, { sha: (54).toString(16).padStart(40, '0') }, { limit: 50 }));
  time('list, a filter that nothing passes', () => listAttempts(index, { repo: 'team/none' }, { limit: 50 }));
  time('base rate of all', () => countAttempts(index, {}));
  time('base rate of a repository', () => countAttempts(index, repo));
  time('base rate of a month', () => countAttempts(index, month));
  time('flakes of a month, 20', () => listFlakes(index, month, 20));
  time('flakes of a repository, 20', () => listFlakes(index, repo, 20));
  time('flakes of all, 20', () => listFlakes(index, {}, 20));
  index.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function time(what: string, ask: () => unknown): void {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startMs = performance.now();
    ask();
    times.push(performance.now() - startMs);
  }
  console.log(`${what.padEnd(40)} ${spreadText(times, 1)} ms`);
}
