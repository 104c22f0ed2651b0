// `sync` with filters takes some logs first; what it leaves out is there for a sync without them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectCode, makeHome, runCommand, type TestHome } from '../support/command.ts';

const ROWS = [
  { repo: 'git.example.test/a/app', job: 'unit', conclusion: 'failure', startedAt: '2026-05-01T08:00:00Z' },
  { repo: 'git.example.test/a/app', job: 'e2e', conclusion: 'success', startedAt: '2026-05-02T08:00:00Z' },
  { repo: 'git.example.test/b/lib', job: 'unit', conclusion: 'failure', startedAt: '2026-05-03T08:00:00Z' },
  { repo: 'git.example.test/b/lib', job: 'e2e', conclusion: 'success', startedAt: '2026-05-04T08:00:00Z' },
];

async function homeWithLogs(): Promise<TestHome> {
  const home = await makeHome();
  const rows = ROWS.map((row, n) => {
    writeFileSync(join(home.folder, 'work', `${n}.log`), `the common line, log ${n}\n`);
    return JSON.stringify({ ...row, file: `${n}.log`, sha: '4f2a91c', workflow: 'ci', run: String(n), attempt: 1 });
  });
  writeFileSync(join(home.folder, 'work', 'batch.jsonl'), rows.join('\n'));
  expectCode(await runCommand(home, ['archive', '--batch', 'batch.jsonl', '--no-index']), 0);
  return home;
}

async function sync(home: TestHome, ...flags: readonly string[]): Promise<{ added: number; leftOut: number }> {
  const { stdout } = expectCode(await runCommand(home, ['sync', '--json', ...flags]), 0);
  const { added, leftOut } = JSON.parse(stdout.toString()) as { added: number; leftOut: number };
  return { added, leftOut };
}

test.each([
  [['--repo', 'b/lib'], 2],
  [['--job', 'u*'], 2],
  [['--conclusion', 'red', '--repo', 'app'], 1],
  [['--since', '2026-05-02T00:00:00Z', '--until', '2026-05-03T23:00:00Z'], 2],
  [['--limit', '3'], 3],
  [['--repo', 'b/lib', '--limit', '1'], 1],
  [['--sha', 'ffffff'], 0],
] as const)('%j takes %i of four, a sync without filters the rest', async (flags, added) => {
  const home = await homeWithLogs();
  expect(await sync(home, ...flags)).toEqual({ added, leftOut: 4 - added });
  expect(await sync(home)).toEqual({ added: 4 - added, leftOut: 0 });
  const { stdout } = expectCode(await runCommand(home, ['search', 'the common line', '--count', '--json']), 0);
  expect(JSON.parse(stdout.toString().trim().split('\n').at(-1) ?? '')).toMatchObject({ summary: { logs: 4, red: 2 } });
  expect(await sync(home)).toEqual({ added: 0, leftOut: 0 });
});

test('what is left out is said', async () => {
  const home = await homeWithLogs();
  const { stdout } = expectCode(await runCommand(home, ['sync', '--job', 'unit']), 0);
  expect(stdout.toString()).toBe(
    '2 logs indexed, 0 facts, 0 pending, 0 unreadable, 2 left for a sync without filters\n',
  );
});

test('a filter without meaning is an error, and nothing is read', async () => {
  const home = await homeWithLogs();
  const { stderr } = expectCode(await runCommand(home, ['sync', '--sha', 'no-sha']), 2);
  expect(stderr.toString()).toContain("--sha 'no-sha' is no start of a commit SHA");
});
