// The tables of schema 3, led on to those of today: the same answers, and a worker that knows only the old ones does no harm.
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { findLogs, listAttempts } from '../../indexer/attempts.ts';
import { parseEngineAddress } from '../../indexer/clickhouse/address.ts';
import { openEngineClient } from '../../indexer/clickhouse/client.ts';
import { openTeamIndex } from '../../indexer/clickhouse/open-team-index.ts';
import { ENGINE_SCHEMA } from '../../indexer/clickhouse/schema.ts';
import { listFlakes } from '../../indexer/flakes.ts';
import type { LogIndexReader } from '../../indexer/log-index.ts';
import { listSignatures } from '../../indexer/signature-report.ts';
import { BothIndexes } from '../support/both-indexes.ts';
import { startEngine, type TestEngine } from '../support/engine/engine.ts';
import type { TestLog } from '../support/indexed-logs.ts';

const engine = await startEngine();
const DAY = 86_400_000;
const T0 = Date.UTC(2026, 0, 5);

/** A job at ten commits, each run three times months apart; the first attempt of each is told twice, a month later the second time. */
function makeLogs(): readonly TestLog[] {
  const logs: TestLog[] = [];
  for (let commit = 0; commit < 10; commit++)
    for (let attempt = 1; attempt <= 3; attempt++)
      for (const again of attempt === 1 ? [0, 1] : [0]) {
        const startedAtMs = T0 + commit * DAY + (attempt - 1) * 40 * DAY;
        const isRed = attempt === 2;
        logs.push({
          text: `step of ${commit}\n${'x'.repeat(280)}${attempt === 3 ? `needle_of_${commit}` : ''}\n${isRed ? `Error: broker ${commit} is gone` : 'fine'}\n`,
          attempt: {
            repo: 'git.example/acme/widgets',
            sha: `${String(commit).padStart(8, '0')}${'ab'.repeat(16)}`,
            workflow: 'ci',
            job: 'e2e',
            run: String(commit),
            attempt,
            conclusion: isRed ? 'failure' : 'success',
            // Who captured it the second time did not know when it began.
            startedAtMs: again === 1 ? undefined : startedAtMs,
          },
          capture: { id: `c${commit}x${attempt}x${again}`.padEnd(8, '0'), startedAtMs: startedAtMs + again * 31 * DAY },
        });
      }
  return logs;
}

/** As schema 3 had them. */
const OLD_TABLES = [
  `CREATE TABLE log ENGINE = ReplacingMergeTree(version, is_gone) PARTITION BY toYYYYMM(placed) ORDER BY (home, placed, log)
   AS SELECT * EXCEPT (circle_from, circle_to) FROM log_by_time`,
  `CREATE TABLE capture ENGINE = ReplacingMergeTree(buried) PARTITION BY toYYYYMM(placed) ORDER BY (home, placed, log, key)
   AS SELECT * FROM capture_by_time`,
];

const QUESTIONS: readonly (readonly [string, (index: LogIndexReader) => unknown])[] = [
  ['the newest', (index) => listAttempts(index, {}, { limit: 7 })],
  ['of a commit', (index) => listAttempts(index, { sha: '00000003ab' }, { limit: 7 })],
  ['red ones', (index) => listAttempts(index, { conclusion: 'red' }, { limit: 50 })],
  ['a REF', (index) => findLogs(index, { sha: '00000004', job: 'e2e' }, {})],
  ['flakes', (index) => listFlakes(index, {}, 5)],
  ['signatures since', (index) => listSignatures(index, { sinceMs: T0 + 43 * DAY }, { limit: 9 })],
];

/** Keys of rows are each index's own. */
const bare = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer, (name, value) => (['logKey', 'attemptKey'].includes(name) ? undefined : value)));

describe.skipIf(engine === undefined)('tables of schema 3', () => {
  afterAll(() => engine?.stop());

  test('are led on by any worker, give the same answers, and nobody can write to them any more', async () => {
    const { address } = engine as TestEngine;
    const both = await BothIndexes.open(address);
    onTestFinished(() => both.close());
    const client = await openEngineClient(parseEngineAddress(address), { retries: 0 });
    onTestFinished(() => client.close());
    await both.add(makeLogs());
    const answers = async (): Promise<readonly unknown[]> => {
      const given: unknown[] = [];
      for (const [, question] of QUESTIONS) given.push(bare(await both.ask(question)));
      return given;
    };
    const before = await answers();
    const spans = 'SELECT DISTINCT log, circle_from, circle_to FROM log_by_time FINAL ORDER BY log';
    const spansBefore = await client.rows(spans);
    expect(spansBefore.some(([, from, to]) => from !== to)).toBe(true);
    for (const statement of OLD_TABLES) await client.command(statement);
    for (const table of ['log_by_time', 'capture_by_time', 'place', 'layout'])
      await client.command(`DROP TABLE ${table} SYNC`);
    await client.command(
      'CREATE TABLE layout (one UInt8, schema UInt32, words UInt32) ENGINE = ReplacingMergeTree(schema) ORDER BY (one)',
    );
    await client.command('INSERT INTO layout (one, schema, words) VALUES (1, 3, 1)');
    await client.command('ALTER TABLE block DROP COLUMN long_grams');

    const workers = await Promise.all([openTeamIndex(address), openTeamIndex(address)]);
    for (const worker of workers) onTestFinished(() => worker.close());
    await Promise.all(workers.map((worker) => worker.make()));

    expect(await client.rows('SELECT max(schema) FROM layout')).toEqual([[ENGINE_SCHEMA]]);
    expect(await client.rows(spans)).toEqual(spansBefore);
    expect(await answers()).toEqual(before);
    // Of blocks from then, no pieces are known.
    const inLongWord = await both.search('needle_of_4');
    expect(inLongWord.local.lines).toHaveLength(1);
    expect(inLongWord.team).toEqual(inLongWord.local);
    await expect(client.insert('log', [{ log: 'Llate' }])).rejects.toMatchObject({ code: 'INDEX_DAMAGED' });
    // What comes later is tied to what was there before.
    const [, ...rest] = makeLogs();
    await both.add(rest.slice(0, 1).map((log) => ({ ...log, capture: { ...log.capture, id: 'later000' } })));
    const newest = (await both.ask(QUESTIONS[1]![1])) as { local: unknown; team: unknown };
    expect(bare(newest.team)).toEqual(bare(newest.local));
  });
});
