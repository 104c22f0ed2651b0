// Thousands of random queries over any logs, with ripgrep as the judge (invariant I5). The logs are given by the environment:
//   FIRSTRED_TEST_LOGS=folder:folder FIRSTRED_TEST_QUERIES=5000 FIRSTRED_TEST_SEED=1 npx vitest run --config vitest.soak.config.ts search-differential
// Each folder is an index of its own and has its share of the queries: a query over all logs at once would spend its time on
// the lines of one-character queries.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import {
  type AskedQuery,
  askIndex,
  askRipgrep,
  differences,
  filesUnder,
  linesOf,
  makeQuery,
} from '../support/differential.ts';
import { IndexedLogs } from '../support/indexed-logs.ts';
import { randomFrom } from '../support/random.ts';

const folders = (process.env['FIRSTRED_TEST_LOGS'] ?? '').split(':').filter((folder) => folder !== '');
const queries = Number(process.env['FIRSTRED_TEST_QUERIES'] ?? 5000);
const seed = Number(process.env['FIRSTRED_TEST_SEED'] ?? 1);
/** chosen: of each folder, some 10,000 lines; a query then takes some 20 ms on either side. */
const MAX_BYTES = Number(process.env['FIRSTRED_TEST_BYTES'] ?? 1_000_000);
/** chosen: ripgrep runs this far ahead of the index, on the other core. */
const AHEAD = 4;

test('there are folders of logs to search in', () => {
  expect(folders, 'name folders of logs in FIRSTRED_TEST_LOGS').not.toEqual([]);
});

test.for(folders.map((folder, n) => ({ folder, n })))(
  'random queries over $folder find what ripgrep finds',
  { timeout: 1_800_000 },
  async ({ folder, n }) => {
    const logs = await IndexedLogs.open();
    const files = filesUnder(folder, MAX_BYTES);
    const fileOf = new Map<string, string>();
    for (const [run, file] of files.entries()) {
      const { manifest } = await logs.add({ text: readFileSync(file), attempt: { run: String(run) } });
      fileOf.set(manifest.logId, file);
    }
    logs.index.flush();
    const lines = linesOf(files);
    const random = randomFrom(seed + n);
    const wrong: string[] = [];
    const asked = new Map<string, number>();
    const next = (): { readonly query: AskedQuery; readonly wanted: ReturnType<typeof askRipgrep> } => {
      const query = makeQuery(random, lines);
      return { query, wanted: askRipgrep(query, files) };
    };
    const count = Math.ceil(queries / folders.length);
    const ahead = Array.from({ length: Math.min(AHEAD, count) }, next);
    for (let done = 0; done < count; done++) {
      const { query, wanted } = ahead.shift() ?? next();
      if (done + AHEAD < count) ahead.push(next());
      asked.set(query.kind, (asked.get(query.kind) ?? 0) + 1);
      const found = differences(await wanted, await askIndex(logs, query, fileOf));
      if (found.length > 0) wrong.push(`query ${done} ${JSON.stringify(query)}: ${found.join(', ')}`);
    }
    const kinds = [...asked].map(([kind, times]) => `${kind} ${times}`).join(', ');
    console.log(`${count} queries over ${files.length} logs of ${basename(folder)}: ${wrong.length} differ (${kinds})`);
    expect(wrong).toEqual([]);
  },
);
