// `firstred mask`: what would be masked, without ever printing it.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SCHEMAS } from '../../cli/schemas.ts';
import { makeHome } from '../support/command.ts';
import { runHere } from '../support/crash-checks.ts';

const TOKEN = ['gh', 'p_Zk3v9QwLm2Xr8TbYc4Nd6Hs1Jf5Ga7Pe0Uui'].join('');
const PASSWORD = 'tr0ub4dor&3x';
const LOG = `hello\nusing ${TOKEN} now\nsha 0123456789abcdef0123456789abcdef01234567\nDB_PASSWORD=${PASSWORD}\n`;

async function homeWith(text: string) {
  const home = await makeHome({ MY_SECRET: 'only-this-job-knows-it' });
  const file = join(home.folder, 'build.log');
  await writeFile(file, text);
  return { home, file };
}

test('names lines and rules, and prints no secret', async () => {
  const { home, file } = await homeWith(LOG);
  const { code, stdout, stderr } = await runHere(home, ['mask', file]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('2: [github] using *** now\n');
  expect(stdout).toContain('4: [value:password] DB_PASSWORD=***\n');
  expect(stdout).toMatch(/2 masks in 2 of 4 lines: github 1, value:password 1 \(rules [\d.]+\)/);
  expect(stdout).not.toContain(TOKEN);
  expect(stdout).not.toContain(PASSWORD);
});

test('--json keeps its published shape', async () => {
  const { home, file } = await homeWith(LOG);
  const { code, stdout } = await runHere(home, ['mask', file, '--json']);
  expect(code).toBe(0);
  const report = SCHEMAS.mask.parse(JSON.parse(stdout));
  expect(report).toMatchObject({ lines: 4, masked: 2, counts: { github: 1 }, withheldLines: 0 });
  expect(report.matches.map(({ line }) => line)).toEqual([2, 4]);
  expect(stdout).not.toContain(TOKEN);
});

test('--whole gives the text as it would be kept, and the counts on stderr', async () => {
  const { home, file } = await homeWith(LOG);
  const { code, stdout, stderr } = await runHere(home, ['mask', file, '--whole']);
  expect(code).toBe(0);
  expect(stdout).toBe(LOG.replace(TOKEN, '***').replace(PASSWORD, '***'));
  expect(stderr).toContain('2 masks in 2 of 4 lines');
});

test('a log without secrets is a valid no', async () => {
  const { home, file } = await homeWith('nothing here\nsha256:0123456789abcdef0123456789abcdef\n');
  const { code, stdout } = await runHere(home, ['mask', file]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^nothing would be masked in 2 lines/);
});

test('the values of the environment count, as they do for archive', async () => {
  const { home, file } = await homeWith('prints only-this-job-knows-it and b25seS10aGlzLWpvYi1rbm93cy1pdA==\n');
  const { stdout } = await runHere(home, ['mask', file]);
  expect(stdout).toContain('1: [told] prints *** and ***');
});

test('a key over several lines, a line without an end and a very long one keep their numbers', async () => {
  const key = ['-----BEGIN RSA PRIVATE', ' KEY-----'].join('');
  const body = 'MIIEowIBAAKCAQEAwZBzKDUUZB2DROxJ0C3RcTIFXKhoDT2A4a1oizJWLs6ZhHFJ';
  const long = `${'x'.repeat(200_000)} ${TOKEN} ${'y'.repeat(200_000)}`;
  const { home, file } = await homeWith(
    `${key}\n${body}\n${body}\n-----END RSA PRIVATE KEY-----\n${long}\n\u001b[31m${TOKEN}\u001b[0m`,
  );
  const { stdout } = await runHere(home, ['mask', file, '--json']);
  const report = SCHEMAS.mask.parse(JSON.parse(stdout));
  expect(report.matches.map(({ line, rules }) => [line, ...rules])).toEqual([
    [2, 'private-key'],
    [3, 'private-key'],
    [5, 'github'],
    [6, 'github'],
  ]);
});

test('what is shown cannot act on a terminal', async () => {
  const { home, file } = await homeWith(`\u001b]0;title\u0007 ${TOKEN}\n`);
  const { stdout } = await runHere(home, ['mask', file]);
  expect(stdout.includes('\u001b') || stdout.includes('\u0007')).toBe(false);
});

test('a file that is not there is said in two lines', async () => {
  const { home } = await homeWith('');
  await expect(runHere(home, ['mask', join(home.folder, 'none.log')])).rejects.toMatchObject({ code: 'INPUT_MISSING' });
});
