// Commands and an index that is a team's: what cannot be asked of it says so, and no credential is ever shown.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeHome, runCommand, type TestHome } from '../support/command.ts';
import { makeKeptFolder } from '../support/temp-folder.ts';

const SECRET = 'very-secret-word';
let home: TestHome;
beforeAll(async () => {
  // Nobody listens on port 1: what is refused is refused before anything is asked.
  home = await makeHome({ FIRSTRED_INDEX: `clickhouse://me:${SECRET}@127.0.0.1:1/db` }, await makeKeptFolder());
});
afterAll(async () => {
  const { rm } = await import('node:fs/promises');
  await rm(home.folder, { recursive: true, force: true });
});

test('index publish says in two lines why a team’s index has nothing to publish', async () => {
  const { code, stdout, stderr } = await runCommand(home, ['index', 'publish']);
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 2, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toHaveLength(2);
  expect(stderr).toContain('nothing to publish');
});

test('no command shows the credentials', async () => {
  for (const args of [
    ['config'],
    ['config', '--json'],
    ['du'],
    ['doctor', '--json'],
    ['list', '--json'],
    ['index', 'publish'],
  ]) {
    const { stdout, stderr } = await runCommand(home, args, {
      env: { FIRSTRED_INDEX: `clickhouse://me:${SECRET}@h:x/` },
    });
    expect(stdout.toString() + stderr).not.toContain(SECRET);
  }
});

test('completion waits for no server', async () => {
  const { code, stdout, stderr } = await runCommand(home, ['__complete', 'job', 'e']);
  expect({ code, stdout: stdout.toString(), stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
});
