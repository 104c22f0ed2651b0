// What people read: the text of each diagnosing command on made logs, as a whole. Changed by `vitest run -u`, read in review.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SCHEMAS } from '../../cli/schemas.ts';
import { expectCode, makeHome, runCommand, type TestHome } from '../support/command.ts';
import { makeKeptFolder } from '../support/temp-folder.ts';

let home: TestHome;
const FIRST_MS = Date.UTC(2026, 4, 1, 9);
const DAY_MS = 86_400_000;
const SHA = (n: number): string => `${n.toString(16).padStart(4, '0')}c0ffee0000000000000000000000000000`;

/** One run of a made end-to-end job: a wait that took `waited` s of 600 s, then its tests. */
function logOf(startMs: number, waited: number, ending: readonly string[]): string {
  const line = (second: number, text: string): string =>
    `${new Date(startMs + second * 1000).toISOString().replace('Z', '0000Z')} ${text}`;
  const before = [
    '##[group]Set up',
    'image ubuntu-22.04',
    'node v20.11.1',
    '##[endgroup]',
    '##[group]Run make e2e',
    '##[endgroup]',
  ];
  const after = ['orders: connected', 'checkout: 14 of 14 passed'];
  return `${[
    ...before.map((text, n) => line(n, text)),
    line(7, 'waiting for broker registration (limit 600s)'),
    ...(waited < 600
      ? [line(7 + waited, 'broker registration complete'), ...after.map((text, n) => line(8 + waited + n, text))]
      : []),
    ...ending.map((text, n) => line(10 + Math.min(waited, 600) + n, text)),
    '',
  ].join('\n')}`;
}

/** Twelve greens, whose wait grows; then a SHA that was red by time-out and green, and one that is red for good. */
beforeAll(async () => {
  home = await makeHome({}, await makeKeptFolder());
  const rows: object[] = [];
  const keep = (sha: number, attempt: number, day: number, waited: number, ending: readonly string[]): void => {
    const startMs = FIRST_MS + day * DAY_MS;
    const file = `${rows.length}.log`;
    writeFileSync(join(home.folder, 'work', file), logOf(startMs, waited, ending));
    rows.push({
      ...{ file, repo: 'git.example.test/acme/shop', sha: SHA(sha), workflow: 'ci', job: 'e2e', run: `${1000 + sha}` },
      ...{ attempt, conclusion: ending.length === 0 ? 'success' : 'failure' },
      startedAt: new Date(startMs).toISOString(),
      finishedAt: new Date(startMs + (waited + 20) * 1000).toISOString(),
    });
  };
  for (let n = 1; n <= 12; n++) keep(n, 1, n, 200 + 20 * n, []);
  const exit = '##[error]Process completed with exit code 1.';
  keep(13, 1, 13, 600, ['Error: timed out after 600s waiting for broker registration', exit]);
  keep(13, 2, 13.1, 480, []);
  keep(14, 1, 14, 450, ['TypeError: cart.total is not a function', '    at checkout (shop/cart.js:41:9)', exit]);
  keep(14, 2, 14.1, 455, ['TypeError: cart.total is not a function', '    at checkout (shop/cart.js:41:9)', exit]);
  writeFileSync(join(home.folder, 'work', 'batch.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  expectCode(await runCommand(home, ['archive', '--batch', 'batch.jsonl']), 0);
});
afterAll(() => rmSync(home.folder, { recursive: true, force: true }));

/** What depends on today goes. */
const withoutAges = (text: string): string =>
  text.replace(/ +\d+ ?[a-z]+ ago +/g, '  <age>  ').replace(/LAST +/g, 'LAST  ');

test.each([
  ['why', 0, ['why', `${SHA(13)}:e2e#1`]],
  ['why-regression', 0, ['why', `${SHA(14)}:e2e#2`]],
  ['errors', 0, ['errors', `${SHA(14)}:e2e#1`]],
  ['diff', 1, ['diff', `${SHA(13)}:e2e#1`, `${SHA(13)}:e2e#2`]],
  ['flakes', 0, ['flakes']],
  ['headroom', 0, ['headroom']],
  ['headroom-steps', 0, ['headroom', '--steps']],
  ['headroom-waits', 0, ['headroom', '--waits']],
  ['signatures', 0, ['signatures']],
  ['gate', 1, ['gate', '--sha', SHA(14)]],
] as const)('%s as people read it', async (name, code, args) => {
  const text = expectCode(await runCommand(home, args), code).stdout.toString();
  await expect(withoutAges(text)).toMatchFileSnapshot(`../golden/diagnosis-${name}.txt`);
});

test('a time-out is named before anything else, a regression by both its attempts', async () => {
  const answerOf = async (ref: string) =>
    SCHEMAS.why.parse(JSON.parse(expectCode(await runCommand(home, ['why', ref, '--json']), 0).stdout.toString()));
  const [timeout] = (await answerOf(`${SHA(13)}:e2e#1`)).hypotheses;
  expect(timeout).toMatchObject({ mechanism: 'timeout', facts: { limitMs: 600_000 } });
  expect(timeout?.confidence).toBeGreaterThan(0.8);
  expect((await answerOf(`${SHA(14)}:e2e#2`)).hypotheses[0]).toMatchObject({ mechanism: 'regression' });
});
