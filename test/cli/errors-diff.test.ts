// `errors` and `diff` on plain files, without any store: shapes, exit codes, and text that is safe on a terminal.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { SCHEMAS } from '../../cli/schemas.ts';
import { expectCode, makeHome, runCommand } from '../support/command.ts';

const COMMON = ['fetch sources', 'compile alpha', 'link'];
const GREEN = [...COMMON, 'all checks passed', ''].join('\n');
const RED = [
  ...COMMON,
  'ERROR: the \u001b[31mdisk\u001b[0m is on \u0007fire',
  '\tat a.B.c(B.java:1)',
  'Process completed with exit code 1.',
  '',
].join('\n');

async function homeWithLogs() {
  const home = await makeHome();
  writeFileSync(join(home.folder, 'work', 'red.log'), RED);
  writeFileSync(join(home.folder, 'work', 'green.log.gz'), gzipSync(GREEN));
  return home;
}

test('errors --json has the fields of the contract, best first, with the baseline that was used', async () => {
  const result = await runCommand(await homeWithLogs(), ['errors', 'red.log', '--against', 'green.log.gz', '--json']);
  const answer = SCHEMAS.errors.parse(JSON.parse(expectCode(result, 0).stdout.toString()));
  expect(answer).toMatchObject({
    ref: 'red.log',
    baseline: ['green.log.gz'],
    headline: { line: 4, text: 'ERROR: the disk is on fire' },
  });
  expect(answer.lines[0]).toMatchObject({ line: 4, rule: 'error-level', newInRed: true, firstLine: 4, lastLine: 5 });
});

test('errors without a green log says so on stderr, and newInRed is not claimed', async () => {
  const home = await homeWithLogs();
  expect(expectCode(await runCommand(home, ['errors', 'red.log']), 0).stderr).toContain('no green log');
  const json = JSON.parse((await runCommand(home, ['errors', 'red.log', '--json'])).stdout.toString());
  expect(json).toMatchObject({ baseline: [], lines: [{ newInRed: null }, {}] });
});

test('errors of a log without any exits 1', async () => {
  const result = await runCommand(await homeWithLogs(), ['errors', 'green.log.gz', '--json']);
  expect(JSON.parse(expectCode(result, 1).stdout.toString())).toMatchObject({ headline: null, lines: [] });
});

test('errors prints a block together and no control bytes', async () => {
  const result = await runCommand(await homeWithLogs(), ['errors', 'red.log', '--against', 'green.log.gz']);
  const text = expectCode(result, 0).stdout.toString();
  expect(text).toContain('4  ERROR: the disk is on fire\n');
  expect(text).toContain('at a.B.c(B.java:1)');
  expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
});

test('diff --json has the fields of the contract and exits 1 when logs differ', async () => {
  const result = await runCommand(await homeWithLogs(), ['diff', 'red.log', 'green.log.gz', '--json']);
  const answer = SCHEMAS.diff.parse(JSON.parse(expectCode(result, 1).stdout.toString()));
  expect(answer).toMatchObject({ red: 'red.log', green: 'green.log.gz' });
  expect(answer.lines.map((row) => `${row.side} ${row.line} ${row.kind}`)).toEqual([
    'red 4 new',
    'red 5 new',
    'red 6 new',
    'green 4 missing',
  ]);
});

test('diff of equal logs exits 0 and says that there is nothing', async () => {
  const result = await runCommand(await homeWithLogs(), ['diff', 'green.log.gz', 'green.log.gz']);
  expect(expectCode(result, 0).stdout.toString()).toContain('no difference');
});

test('diff of a file needs the other log named', async () => {
  const result = await runCommand(await homeWithLogs(), ['diff', 'red.log']);
  expect(expectCode(result, 2).stderr).toContain('name the green log');
});
