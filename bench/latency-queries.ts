// Queries to measure with, cut out of the kept logs themselves, so that no cache of one query helps: seeded, so that the same
// store is asked the same.
import { getFrameTable, listLogs } from '../indexer/attempts.ts';
import type { LogIndexReader, LogRow } from '../indexer/log-index.ts';
import { decompressFrame, objectRange, readRange } from '../store/frames.ts';
import type { ObjectReader } from '../store/object-store.ts';
import { type Random, randomFrom } from '../test/support/random.ts';

/** What is asked for; `job`: of that job alone. */
export interface Asked {
  readonly text: string;
  readonly regex?: true;
  readonly job?: string;
}

/** The kinds of the issue, each with a way to the next query. */
export type QueryKinds = Readonly<Record<string, () => Promise<Asked>>>;

/** Query kinds over what is in the store; `seed` decides which. */
export function queryKinds(index: LogIndexReader, reader: ObjectReader, seed: number): QueryKinds {
  const logs = listLogs(index, {}, { limit: undefined });
  const random = randomFrom(seed);
  const wordLike = async (like: RegExp): Promise<string> => {
    for (;;) {
      const lines = (await someFrame({ index, reader, logs }, random)).split('\n');
      // Twenty lines of a frame: a log full of the wanted would otherwise be as rare as one with a single line of it.
      for (let tries = 0; tries < 20; tries++) {
        const found = lines[random.below(lines.length)]?.match(new RegExp(like, 'g')) as [string, ...string[]] | null;
        if (found !== null && found !== undefined) return random.pick(found);
      }
    }
  };
  return {
    'rare id': async () => ({ text: await wordLike(/\b(?=[a-f]*\d)[0-9a-f]{7,40}\b/) }),
    'common word + filter': async () => ({ text: await wordLike(/[A-Za-z]{4,}/), job: `job ${random.below(20)}` }),
    phrase: async () => ({ text: await wordLike(/[A-Za-z]{3,}[^A-Za-z]+[A-Za-z]{3,}/) }),
    'part of a token': async () => ({ text: (await wordLike(/[A-Za-z]{6,}/)).slice(1, -1) }),
    'expression with a literal': async () => ({ text: `${await wordLike(/[A-Za-z]{5,}/)}.*[0-9]`, regex: true }),
    'expression without': async () => ({ text: `[0-9]${random.below(10)}${random.below(10)} [A-Z]`, regex: true }),
    'nothing found': async () => ({ text: `zq${random.below(1e9)}qz` }),
  };
}

interface Place {
  readonly index: LogIndexReader;
  readonly reader: ObjectReader;
  readonly logs: readonly LogRow[];
}

async function someFrame({ index, reader, logs }: Place, random: Random): Promise<string> {
  for (;;) {
    const log = logs[random.below(logs.length)];
    if (log === undefined) throw new Error('there is no log in the index');
    const table = getFrameTable(index, log.logKey);
    if (table.count === 0) continue;
    const n = random.below(table.count);
    const bytes = await readRange(reader, log.objectKey, objectRange(table, n, n + 1));
    return Buffer.from(decompressFrame(bytes, table, n)).toString('latin1');
  }
}
