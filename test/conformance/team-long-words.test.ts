// Words that are too long to be indexed: a team's index knows their pieces, so that a part of a word sends nobody to a block that
// can't have it, and finds it wherever it is.
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { parseEngineAddress } from '../../indexer/clickhouse/address.ts';
import { openEngineClient } from '../../indexer/clickhouse/client.ts';
import { wordsCondition } from '../../indexer/clickhouse/words-condition.ts';
import { parseQuery } from '../../indexer/query.ts';
import { wantedWords } from '../../indexer/query-words.ts';
import { FRAME_BYTES } from '../../store/frame-table.ts';
import { BothIndexes } from '../support/both-indexes.ts';
import { startEngine, type TestEngine } from '../support/engine/engine.ts';
import { EVERY_LINE } from '../support/indexed-logs.ts';

const engine = await startEngine();

/** A frame ends in the middle of `needle`, which is in the middle of a word, which is in the middle of a line. */
function cutIn(needle: string): string {
  const before = FRAME_BYTES - 300 - needle.length / 2;
  return `${'ab '.repeat(before / 3)}${'q'.repeat(300)}${needle}${'r'.repeat(300)} end`;
}

const TEXTS = {
  whole: `first\n${'Zk9+'.repeat(4)}${'b'.repeat(300)}Needle_Inside${'c'.repeat(40)} last`,
  bytes: `${'ü'.repeat(200)}größe\\${'\u0080\u0100'.repeat(200)}`,
  cut: cutIn('needle_between'),
  short: 'needle here, inside, between',
};
const QUERY = { regex: false, word: false, letterCase: 'smart', visible: false } as const;

describe.skipIf(engine === undefined)('the long words of a team’s index', () => {
  afterAll(() => engine?.stop());

  test('are searched by their pieces, and read where those are not known', async () => {
    const { address } = engine as TestEngine;
    const both = await BothIndexes.open(address);
    onTestFinished(() => both.close());
    const client = await openEngineClient(parseEngineAddress(address));
    onTestFinished(() => client.close());
    const names = Object.keys(TEXTS);
    const manifests = await both.add(
      Object.values(TEXTS).map((text, n) => ({
        text,
        attempt: { repo: 'git.example/acme/widgets', sha: 'abcdef01', job: 'j', run: String(n), attempt: 1 },
        capture: { id: `capture${n}`, startedAtMs: Date.UTC(2026, 3, 1 + n) },
      })),
    );
    const nameOf = new Map(manifests.map(({ logId }, n) => [logId as string, names[n] as string]));
    /** Logs that the engine would have read for a part of a word that no indexed word has. */
    const candidatesOf = async (part: string): Promise<readonly (string | undefined)[]> => {
      const wanted = wantedWords(parseQuery(part, QUERY));
      const condition = wordsCondition(wanted!, new Map([[`%${part.replaceAll('_', 'Z')}%`, []]]))!;
      const rows = await client.rows(`SELECT DISTINCT log FROM block WHERE ${condition.ofBlock}`);
      return rows.map(([log]) => nameOf.get(String(log))).sort();
    };
    expect(await candidatesOf('edle_ins')).toEqual(['cut', 'whole']);
    expect(await candidatesOf('nowhere_at_all')).toEqual(['cut']);
    expect(await candidatesOf('bbb')).toEqual(['bytes', 'cut', 'whole']); // too short to know
    for (const part of ['edle_ins', 'bbneedle', 'edle_betw', 'qqneedle', 'ößeü', 'größe', 'needle', 'nowhere_at_all']) {
      const { local, team } = await both.search(part);
      expect(team, part).toEqual(local);
    }
    expect((await both.search('edle_betw')).team.lines).toHaveLength(1);
    expect((await both.search('größe')).team.lines).toHaveLength(1);

    // However long a query is, its statements fit.
    const alternatives = Array.from({ length: 80 }, (_, n) => `nowhere_${n}_${'x'.repeat(35)}`);
    const short = Array.from({ length: 1000 }, (_, n) => n.toString(36).padStart(3, 'z'));
    for (const [text, regex] of [
      ['z'.repeat(4_000), false],
      [`${alternatives.join('|')}|edle_betw`, true],
      [alternatives.join(' '), false],
      [`${short.join('|')}|edle_betw`, true],
    ] as const) {
      const { local, team } = await both.search(text, { regex });
      expect(team, text.slice(0, 40)).toEqual(local);
    }

    // Rows from before pieces were kept.
    await client.command(`ALTER TABLE block UPDATE long_grams = '' WHERE 1 SETTINGS mutations_sync = 2`);
    expect(await candidatesOf('nowhere_at_all')).toEqual(['bytes', 'cut', 'whole']);
    expect((await both.search('edle_ins')).team.lines).toHaveLength(1);
  });

  test('send nobody to a log that cannot have the word', async () => {
    const { address } = engine as TestEngine;
    const both = await BothIndexes.open(address);
    onTestFinished(() => both.close());
    await both.add([{ text: TEXTS.whole, capture: { startedAtMs: Date.UTC(2026, 3, 1) } }]);
    const readBy = async (text: string): Promise<number> => {
      const run = both.team.search(both.store, parseQuery(text, QUERY), EVERY_LINE);
      for await (const _ of run.matches);
      return (await run.summary()).blocksRead;
    };
    expect(await readBy('nowhere_at_all')).toBe(0);
    expect(await readBy('edle_ins')).toBe(1);
  });
});
