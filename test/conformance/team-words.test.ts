// The table of all words of a team's index: it follows the blocks, and keeps no word of a log that somebody has made forget.
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { parseEngineAddress } from '../../indexer/clickhouse/address.ts';
import { type EngineClient, openEngineClient } from '../../indexer/clickhouse/client.ts';
import { searchEngine } from '../../indexer/clickhouse/search.ts';
import { parseQuery } from '../../indexer/query.ts';
import type { Fact } from '../../store/facts.ts';
import type { LogId } from '../../store/log-id.ts';
import { BothIndexes } from '../support/both-indexes.ts';
import { startEngine, type TestEngine } from '../support/engine/engine.ts';
import { EVERY_LINE } from '../support/indexed-logs.ts';

const engine = await startEngine();

const tombstone = (logId: LogId, reason: string): Fact => ({
  ...{ kind: 'tombstone', logId, captureId: undefined, manifestKeys: [], reason, redirectTo: undefined },
  ...{ id: `fact-${logId}`, by: 'forget', storedAtMs: Date.UTC(2026, 4, 1) },
});

describe.skipIf(engine === undefined)('the words of a team’s index', () => {
  afterAll(() => engine?.stop());

  test('leave it with the last log that has them, unless only its age took it away', async () => {
    const { address } = engine as TestEngine;
    const both = await BothIndexes.open(address);
    onTestFinished(() => both.close());
    const client = await openEngineClient(parseEngineAddress(address));
    onTestFinished(() => client.close());
    const logOf = (text: string, run: string) => ({
      text,
      attempt: { repo: 'git.example/acme/widgets', sha: 'abcdef01', job: 'j', run, attempt: 1 },
      capture: { id: `capture${run}`, startedAtMs: Date.UTC(2026, 3, 1) },
    });
    const [gone, , aged] = await both.add([
      logOf('hushed_word abcabc123 shared_word', '1'),
      logOf('shared_word and more', '2'),
      logOf('aged_word', '3'),
    ]);
    const known = async (): Promise<readonly string[]> => {
      const rows = await client.rows(
        `SELECT DISTINCT word FROM (SELECT word FROM word UNION ALL SELECT word FROM hex_word)
         WHERE endsWith(word, 'Zword') OR word = 'abcabc123' ORDER BY word`,
      );
      return rows.map(([word]) => String(word));
    };
    expect(await known()).toEqual(['abcabc123', 'agedZword', 'hushedZword', 'sharedZword']);
    await both.addFacts([tombstone(gone!.logId, 'a secret'), tombstone(aged!.logId, 'retention')]);
    expect(await known()).toEqual(['agedZword', 'sharedZword']);
    for (const text of ['hushed_word', 'ushed_wo', 'hared_wor', 'cabc12', 'aged_word']) {
      const answers = await both.search(text);
      expect(answers.team).toEqual(answers.local);
    }
  });

  test('are asked for once by a search, although what is found nowhere is looked for a second time, as people see it', async () => {
    const { address } = engine as TestEngine;
    const both = await BothIndexes.open(address);
    onTestFinished(() => both.close());
    const client = await openEngineClient(parseEngineAddress(address));
    onTestFinished(() => client.close());
    await both.add([{ text: 'an er\u001b[31mror_in colour', capture: { startedAtMs: Date.UTC(2026, 3, 1) } }]);
    const asked: string[] = [];
    const rows: EngineClient['rows'] = (statement) => {
      asked.push(statement);
      return client.rows(statement);
    };
    const listening: EngineClient = Object.create(client, { rows: { value: rows } });
    const matchesOf = async (text: string): Promise<number> => {
      asked.length = 0;
      const query = parseQuery(text, { regex: false, word: false, letterCase: 'smart', visible: false });
      const run = searchEngine({ client: listening, readers: both.store, query, options: EVERY_LINE });
      let matches = 0;
      for await (const _ of run.matches) matches++;
      return matches;
    };
    expect(await matchesOf('word_of_nobody')).toBe(0);
    expect(asked.filter((statement) => /FROM (word|block)\b/.test(statement))).toHaveLength(2);
    expect(await matchesOf('error_in')).toBe(1);
  });
});
