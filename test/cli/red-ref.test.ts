// Which attempt `why` and `attach` mean when a REF names several: the story is a red one that a green re-run has followed.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeHome, type TestHome } from '../support/command.ts';
import { runHere } from '../support/crash-checks.ts';
import { makeKeptFolder } from '../support/temp-folder.ts';

let home: TestHome;
const ids: string[] = [];

beforeAll(async () => {
  home = await makeHome({}, await makeKeptFolder());
  const texts = ['start\nfirst trouble\n', 'start\nerror: connection refused by db\n', 'start\nall fine\n'];
  for (const [n, text] of texts.entries()) {
    const file = join(home.folder, `${n}.log`);
    writeFileSync(file, text);
    const identity = ['--repo', 'h/o/n', '--sha', '4f2a91c', '--job', 'test', '--run', '7', '--attempt', `${n + 1}`];
    const conclusion = ['--conclusion', n === 2 ? 'green' : 'red', '--started-at', `2026-05-04T0${n + 1}:00:00Z`];
    const { stdout } = await runHere(home, ['archive', file, '--json', ...identity, ...conclusion]);
    ids.push(JSON.parse(stdout)[0].logId);
  }
});

const whyRef = async (ref: string) => {
  const { stdout, stderr } = await runHere(home, ['why', ref, '--json']);
  return { ref: JSON.parse(stdout).ref as string, stderr };
};

test('why takes the newest red attempt of the job, though a green one is newer', async () => {
  expect(await whyRef('4f2a91c:test')).toEqual({ ref: ids[1], stderr: '' });
  expect(await whyRef('7')).toEqual({ ref: ids[1], stderr: '' });
});

test('an attempt that is named is taken, and that a green one has no failure is said', async () => {
  expect(await whyRef('4f2a91c:test#1')).toEqual({ ref: ids[0], stderr: '' });
  const { ref, stderr } = await whyRef('4f2a91c:test#3');
  expect(ref).toBe(ids[2]);
  expect(stderr).toBe(
    `firstred: ${ids[2]} is of a green attempt: there is no failure in it to explain\n  \`firstred list --conclusion red\` shows the red ones\n`,
  );
});

test('filters choose among what a REF names, of every job for last-red and last-green', async () => {
  const other = join(home.folder, 'other.log');
  writeFileSync(other, 'start\nerror: no space left on device\n');
  const newer = ['--run', '8', '--attempt', '1', '--conclusion', 'red', '--started-at', '2026-05-05T01:00:00Z'];
  const { stdout } = await runHere(home, [
    ...['archive', other, '--json', '--repo', 'h/o/n', '--sha', '4f2a91c', '--job', 'lint', '--branch', 'dev'],
    ...newer,
  ]);
  const lint = JSON.parse(stdout)[0].logId as string;
  const refOf = async (...args: string[]): Promise<string> =>
    JSON.parse((await runHere(home, [...args, '--json'])).stdout).ref as string;
  expect(await refOf('why', 'last-red')).toBe(lint);
  expect(await refOf('why', 'last-red', '--job', 'te*')).toBe(ids[1]);
  expect(await refOf('errors', '4f2a91c', '--branch', 'dev')).toBe(lint);
  expect(await refOf('show', 'last-red', '--attempt', '1', '--until', '2026-05-05')).toBe(ids[0]);
  const { stdout: compared } = await runHere(home, ['diff', 'last-red', 'last-green', '--job', 'test', '--json']);
  expect(JSON.parse(compared)).toMatchObject({ red: ids[1], green: ids[2] });
  expect((await runHere(home, ['attach', 'last-red', '--job', 'test', '--print'])).stdout).toContain('refused by db');
  expect((await runHere(home, ['signatures', 'last-red', '--job', 'test'])).stdout).toContain('refused by db');
  const out = join(home.folder, 'out');
  await runHere(home, ['export', 'last-red', '--job', 'test', '--out', out]);
  expect(readdirSync(out)).toEqual([`${ids[1]}.json`, `${ids[1]}.log`]);
  await expect(runHere(home, ['why', 'last-red', '--job', 'nope'])).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('attach shows an issue the red one; show and errors take the newest, as ever', async () => {
  const attached = await runHere(home, ['attach', '4f2a91c:test', '--print']);
  expect(attached.stdout).toContain('connection refused by db');
  expect((await runHere(home, ['show', '4f2a91c:test'])).stdout).toContain('all fine');
  expect(JSON.parse((await runHere(home, ['errors', '4f2a91c:test', '--json'])).stdout).ref).toBe(ids[2]);
});

test('where nothing red is kept, last-red says what makes a log red', async () => {
  const empty = await makeHome();
  const file = join(empty.folder, 'untold.log');
  writeFileSync(file, 'start\n');
  await runHere(empty, ['archive', file, '--sha', '4f2a91c', '--job', 'test']);
  await expect(runHere(empty, ['why', 'last-red'])).rejects.toMatchObject({
    code: 'NOT_FOUND',
    hint: expect.stringContaining('without --conclusion is neither red nor green'),
  });
});

test('the log that is asked about is not counted among those that it was compared with', async () => {
  expect((await runHere(home, ['why', '4f2a91c:test#1'])).stdout).toMatch(
    /\ncompared with 1 green attempt and 1 other red attempt\n$/,
  );
  const lone = join(home.folder, 'lone.log');
  writeFileSync(lone, 'error: no route to host\n');
  expect((await runHere(home, ['why', lone])).stdout).toMatch(/\ncompared with no other attempt: none is kept\n$/);
});

test('the start of a commit without a letter is told from a run, and what to give instead', async () => {
  await expect(runHere(home, ['show', '1234567:test#1'])).rejects.toMatchObject({
    code: 'USAGE',
    message: "'1234567:test#1' names no log: digits alone are the number of a run",
    hint: 'give all 40 characters of a commit whose first ones are digits only',
  });
});
