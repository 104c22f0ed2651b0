// Which attempt `why` and `attach` mean when a REF names several: the story is a red one that a green re-run has followed.
import { writeFileSync } from 'node:fs';
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

test('attach shows an issue the red one; show and errors take the newest, as ever', async () => {
  const attached = await runHere(home, ['attach', '4f2a91c:test', '--print']);
  expect(attached.stdout).toContain('connection refused by db');
  expect((await runHere(home, ['show', '4f2a91c:test'])).stdout).toContain('all fine');
  expect(JSON.parse((await runHere(home, ['errors', '4f2a91c:test', '--json'])).stdout).ref).toBe(ids[2]);
});
