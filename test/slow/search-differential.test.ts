// Thousands of random queries over any logs, with ripgrep as the judge (invariant I5). The logs are given by the environment:
//   FIRSTRED_TEST_LOGS=folder:folder FIRSTRED_TEST_QUERIES=5000 FIRSTRED_TEST_SEED=1 npx vitest run --config vitest.soak.config.ts search-differential
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compareWithRipgrep, filesUnder, linesOf, makeQuery } from '../support/differential.ts';
import { IndexedLogs } from '../support/indexed-logs.ts';
import { randomFrom } from '../support/random.ts';

const folders = (process.env['FIRSTRED_TEST_LOGS'] ?? '').split(':').filter((folder) => folder !== '');
const queries = Number(process.env['FIRSTRED_TEST_QUERIES'] ?? 5000);
const seed = Number(process.env['FIRSTRED_TEST_SEED'] ?? 1);
/** chosen: of each folder; a query then takes some 20 ms on either side. */
const MAX_BYTES = Number(process.env['FIRSTRED_TEST_BYTES'] ?? 4_000_000);

test('random queries over the given logs find what ripgrep finds', { timeout: 3_600_000 }, async () => {
  expect(folders, 'name folders of logs in FIRSTRED_TEST_LOGS').not.toEqual([]);
  const logs = await IndexedLogs.open();
  const files = folders.flatMap((folder) => filesUnder(folder, MAX_BYTES));
  const fileOf = new Map<string, string>();
  for (const [n, file] of files.entries()) {
    const { manifest } = await logs.add({ text: readFileSync(file), attempt: { run: String(n) } });
    fileOf.set(manifest.logId, file);
  }
  logs.index.flush();
  const lines = linesOf(files);
  const random = randomFrom(seed);
  const wrong: string[] = [];
  const asked = new Map<string, number>();
  for (let n = 0; n < queries; n++) {
    const query = makeQuery(random, lines);
    asked.set(query.kind, (asked.get(query.kind) ?? 0) + 1);
    const differences = await compareWithRipgrep(logs, query, fileOf);
    if (differences.length > 0) wrong.push(`query ${n} ${JSON.stringify(query)}: ${differences.join(', ')}`);
  }
  console.log(`${queries} queries over ${files.length} logs, seed ${seed}: ${wrong.length} differ`);
  console.log([...asked].map(([kind, count]) => `${kind} ${count}`).join(', '));
  expect(wrong).toEqual([]);
});
