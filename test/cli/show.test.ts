// `show` with its ways of looking at a log: error lines, steps, JSON; of files and of kept logs.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectCode, makeHome, runCommand } from '../support/command.ts';

const stamp = (second: number): string => `2026-05-04T09:00:${String(second).padStart(2, '0')}.0000000Z `;
const GREEN = [
  '##[group]Run make check',
  'compile alpha',
  'warning: the cache could not be read',
  'compile beta',
  'link',
  'check one',
  'check two',
  'all checks passed',
  '##[endgroup]',
];
const RED = [
  ...GREEN.slice(0, 6),
  'ERROR: the \u001b[31mdisk\u001b[0m is on \u0007fire',
  '\tat a.B.c(B.java:1)',
  'cleaning',
  '##[error]Process completed with exit code 1.',
];
const textOf = (lines: readonly string[]): string => `${lines.map((line, n) => stamp(n) + line).join('\n')}\n`;

async function homeWithLogs() {
  const home = await makeHome();
  writeFileSync(join(home.folder, 'work/red.log'), textOf(RED));
  writeFileSync(join(home.folder, 'work/green.log'), textOf(GREEN));
  return home;
}

test('--errors shows error lines with what is around them, blocks together, no control bytes', async () => {
  const { stdout } = expectCode(await runCommand(await homeWithLogs(), ['show', 'red.log', '--errors']), 0);
  expect(stdout.toString().split('\n')).toEqual([
    '      4- compile beta',
    '      5- link',
    '      6- check one',
    '      7: ERROR: the disk is on fire',
    expect.stringMatching(/^ {6}8: .*at a\.B\.c\(B\.java:1\)$/),
    '      9- cleaning',
    expect.stringMatching(/^ {5}10[:-] /),
    '',
  ]);
});

test('--errors of a kept log is held against greens of its job', async () => {
  const home = await homeWithLogs();
  const identity = ['--repo', 'git.example.test/a/b', '--sha', '4f2a91c', '--job', 'check', '--no-fail'];
  for (const [file, attempt, conclusion] of [
    ['red.log', '1', 'failure'],
    ['green.log', '2', 'success'],
  ] as const)
    expectCode(
      await runCommand(home, ['archive', file, ...identity, '--attempt', attempt, '--conclusion', conclusion]),
      0,
    );
  const result = await runCommand(home, ['show', '4f2a91c:check#1', '--errors', '--json']);
  const { baseline, lines } = JSON.parse(expectCode(result, 0).stdout.toString());
  expect(baseline).toHaveLength(1);
  expect(lines.find((row: { line: number }) => row.line === 7)).toEqual({
    line: 7,
    text: 'ERROR: the disk is on fire',
    error: true,
  });
});

test('--errors of a range looks only there, and exits 1 when nothing is', async () => {
  const { stdout } = expectCode(await runCommand(await homeWithLogs(), ['show', 'red.log:1-2', '--errors']), 1);
  expect(stdout.toString()).toBe('nothing in red.log looks like an error\n');
});

test('--steps names steps with lines, time and the one that failed', async () => {
  const home = await homeWithLogs();
  const rows = JSON.parse(
    expectCode(await runCommand(home, ['show', 'red.log', '--steps', '--json']), 0).stdout.toString(),
  );
  expect(rows).toEqual([
    {
      name: 'make check',
      firstLine: 1,
      lastLine: 10,
      startedAt: '2026-05-04T09:00:00.000Z',
      finishedAt: '2026-05-04T09:00:09.000Z',
      durationMs: 9000,
      failed: true,
    },
  ]);
  const text = expectCode(await runCommand(home, ['show', 'red.log', '--steps']), 0).stdout.toString();
  expect(text).toMatch(/1-10 +9\.0s +failed +make check/);
  writeFileSync(join(home.folder, 'work/plain.log'), 'one\ntwo\n');
  expectCode(await runCommand(home, ['show', 'plain.log', '--steps']), 1);
});

test('--json gives one document of the wanted lines, as they are', async () => {
  const home = await homeWithLogs();
  const { stdout } = expectCode(await runCommand(home, ['show', 'red.log:7-8', '--json']), 0);
  expect(JSON.parse(stdout.toString())).toEqual({
    ref: 'red.log',
    lines: [
      { line: 7, text: `${stamp(6)}ERROR: the \u001b[31mdisk\u001b[0m is on \u0007fire` },
      { line: 8, text: `${stamp(7)}\tat a.B.c(B.java:1)` },
    ],
  });
  expectCode(await runCommand(home, ['show', 'red.log:99', '--json']), 21);
});
