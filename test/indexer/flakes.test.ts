// Which jobs count as flaky: red and green of one SHA and one tested commit, however little is known besides.
import { expect, test } from 'vitest';
import { type Flake, groupFlakes, listFlakes } from '../../indexer/flakes.ts';
import type { Attempt } from '../../store/attempt.ts';
import { IndexedLogs } from '../support/indexed-logs.ts';

const SHA = '4f2a91c0c0ffee4f2a91c0c0ffee4f2a91c0c0ff';

async function flakesOf(attempts: readonly Partial<Attempt>[]) {
  const logs = await IndexedLogs.open();
  await logs.addAll(
    attempts.map((attempt, n) => ({
      text: `log ${n}\n`,
      attempt: { repo: undefined, sha: SHA, job: 'e2e', ...attempt },
    })),
  );
  const found = listFlakes(logs.index, {}, undefined);
  logs.index.close();
  return found;
}

test.each([
  ['only SHA and job', {}],
  ['the repository too', { repo: 'git.example.test/a/b' }],
  ['the workflow too', { repo: 'git.example.test/a/b', workflow: 'ci' }],
])('red and green of one SHA are a flake where %s are known', async (_, known) => {
  const found = await flakesOf([
    { ...known, attempt: 1, conclusion: 'failure' },
    { ...known, attempt: 2, conclusion: 'success' },
  ]);
  expect(found).toMatchObject([{ sha: SHA, job: 'e2e', red: 1, green: 1 }]);
});

test.each([
  ['two workflows', { workflow: 'ci' }, { workflow: 'nightly' }],
  ['two repositories', { repo: 'git.example.test/a/b' }, { repo: 'git.example.test/a/c' }],
  ['two tested commits', { testedSha: 'a'.repeat(40) }, { testedSha: 'b'.repeat(40) }],
  ['one that names its workflow and one that does not', { workflow: 'ci' }, {}],
])('red and green of %s are none', async (_, red, green) => {
  expect(
    await flakesOf([
      { ...red, conclusion: 'failure' },
      { ...green, attempt: 2, conclusion: 'success' },
    ]),
  ).toEqual([]);
});

test('an unknown job is no job: its attempts may be of any', async () => {
  expect(
    await flakesOf([
      { job: undefined, conclusion: 'failure' },
      { job: undefined, attempt: 2, conclusion: 'success' },
    ]),
  ).toEqual([]);
});

const flake = (more: Partial<Flake>): Flake => ({
  repo: 'h/o/n',
  sha: SHA,
  workflow: 'ci',
  job: 'e2e',
  red: 1,
  green: 1,
  headline: undefined,
  signature: undefined,
  lostMs: undefined,
  lastMs: 1,
  ...more,
});

test('flakes with one headline stand together across jobs, those without one by their job; the dearest come first', () => {
  const signature = 's1:aaaaaaaaaaaaa' as Flake['signature'];
  const groups = groupFlakes([
    flake({}),
    flake({ lastMs: 5 }),
    flake({ job: 'lint', lastMs: 9 }),
    flake({ signature, headline: 'it broke', lostMs: 60_000 }),
    flake({ signature, headline: 'it broke', job: 'lint' }),
  ]);
  expect(groups.map(({ headline, flakes, lostMs, lastMs }) => [headline, flakes.length, lostMs, lastMs])).toEqual([
    ['it broke', 2, 60_000, 1],
    [undefined, 2, 0, 5],
    [undefined, 1, 0, 9],
  ]);
});
