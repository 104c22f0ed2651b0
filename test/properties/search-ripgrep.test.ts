// The short form of test/slow/search-differential.test.ts: random queries over sample logs, with ripgrep as the judge.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  askIndex,
  askRipgrep,
  differences,
  filesUnder,
  hasRipgrep,
  linesOf,
  makeQuery,
} from '../support/differential.ts';
import { IndexedLogs } from '../support/indexed-logs.ts';
import { randomFrom } from '../support/random.ts';

const FIXTURES = resolve(import.meta.dirname, '../fixtures');
/** Sample logs of the providers and what our own commands print. */
const FOLDERS = [join(FIXTURES, 'providers'), resolve(import.meta.dirname, '../golden')];
const QUERIES = 60;
const SEED = 20_260_504;

const found = await hasRipgrep();
if (!found && process.env['CI'] !== undefined) throw new Error('ripgrep is needed here: install it as `rg`');

describe.skipIf(!found)('with ripgrep installed', () => {
  test(`${QUERIES} random queries find what ripgrep finds`, async () => {
    const logs = await IndexedLogs.open();
    const files = FOLDERS.flatMap((folder) => filesUnder(folder, 8_000_000));
    const fileOf = new Map<string, string>();
    for (const [n, file] of files.entries()) {
      const { manifest } = await logs.add({ text: readFileSync(file), attempt: { run: String(n) } });
      fileOf.set(manifest.logId, file);
    }
    logs.index.flush();
    const random = randomFrom(SEED);
    const lines = linesOf(files);
    for (let n = 0; n < QUERIES; n++) {
      const query = makeQuery(random, lines);
      const found = differences(await askRipgrep(query, files), await askIndex(logs, query, fileOf));
      expect(found, `query ${n}: ${JSON.stringify(query)}`).toEqual([]);
    }
  });
});
