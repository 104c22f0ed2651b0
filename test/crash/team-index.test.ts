// A team's index while everything goes wrong: the engine is killed, connections are cut, workers die, a replica is behind.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { listLogs } from '../../indexer/attempts.ts';
import { openTeamIndex } from '../../indexer/clickhouse/open-team-index.ts';
import type { Manifest } from '../../store/manifest.ts';
import { BothIndexes } from '../support/both-indexes.ts';
import { startEngine, type TestEngine } from '../support/engine/engine.ts';
import { type Fate, openFront } from '../support/engine/front.ts';
import { expectRound, makeCrowdedHome } from '../support/engine/rounds.ts';
import { keepLog, type TestLog } from '../support/indexed-logs.ts';

const engine = await startEngine();

describe.skipIf(engine === undefined)('a team’s index', () => {
  const own = engine as TestEngine;
  let both: BothIndexes;
  beforeAll(async () => {
    both = await BothIndexes.open(own.address);
  });
  afterAll(async () => {
    await both?.close();
    await engine?.stop();
  });

  const logs = (from: number): TestLog[] =>
    Array.from({ length: 6 }, (_, n) => ({
      text: `needle_${from + n}\nError: case ${n}`,
      attempt: {
        sha: 'abcdef01',
        job: 'j',
        run: '1',
        attempt: 1 + (n >> 1),
        startedAtMs: Date.UTC(2026, 0, 1, from + n),
      },
      capture: { id: `c${from + n}`.padEnd(8, '0') },
    }));

  /** Brings logs in through a front, by several workers at once, and compares with the local index. */
  async function expectAllThere(from: number, decide: (request: { readonly number: number }) => Fate): Promise<void> {
    const manifests: Manifest[] = [];
    for (const log of logs(from)) manifests.push(await keepLog(both.store, log));
    const front = await openFront(own.port, decide);
    onTestFinished(() => front.close());
    await Promise.all(
      [0, 1, 2].map(async () => {
        const team = await openTeamIndex(front.address);
        await both.ingestToTeam(manifests, team);
        await team.close();
      }),
    );
    await front.close();
    await both.addKept(manifests);
    const found = await both.ask((index) =>
      listLogs(index, {}, { limit: undefined }).map(({ logId, primary, attempt }) => [logId, primary, attempt.number]),
    );
    expect(found.team).toEqual(found.local);
    const lines = await both.search(`needle_${from}`);
    expect(lines.team).toEqual(lines.local);
  }

  test('takes each log once when every third request is cut', () =>
    expectAllThere(100, ({ number }) => ({ kind: number % 3 === 0 ? 'cut-before' : 'pass' })));

  test('takes each log once when answers are lost', () =>
    expectAllThere(200, ({ number }) => ({ kind: number % 4 === 0 ? 'cut-after' : 'pass' })));

  test('waits for a replica that is behind', () => expectAllThere(300, () => ({ kind: 'later', requests: 4 })));

  test('says in two lines that the engine does not answer, and no credential', async () => {
    const team = await openTeamIndex('clickhouse://somebody:topsecret@127.0.0.1:1/db', { retries: 0 });
    onTestFinished(() => team.close());
    const error = await team.exists().catch((reason: unknown) => reason as Error & { hint: string; code: string });
    expect(error).toMatchObject({ code: 'INDEX_BUSY' });
    expect(JSON.stringify([(error as Error).message, (error as { hint: string }).hint])).not.toContain('topsecret');
  });

  test('is whole after a round of four workers, two kills of the engine, and one of a worker', async () => {
    const home = await makeCrowdedHome();
    await expectRound(home, own, { seed: 1, writers: 4 });
  });
});
