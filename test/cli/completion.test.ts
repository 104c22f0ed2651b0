// Completion: bash runs its script for real, and what the index offers can't be code for a shell.
import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { completionScript, SHELLS } from '../../cli/completion-scripts.ts';
import { describeCommands } from '../../cli/program.ts';
import { makeHome, runCommand, type TestHome } from '../support/command.ts';
import { makeKeptFolder } from '../support/temp-folder.ts';

const SHA = '4f2a91c0c0ffee4f2a91c0c0ffee4f2a91c0c0ff';
const HOSTILE_JOB = 'e2e$(touch pwned)`id`;rm -rf .';
let home: TestHome;

beforeAll(async () => {
  home = await makeHome({}, await makeKeptFolder());
  const log = join(home.folder, 'work', 'red.log');
  await writeFile(log, 'error: one\n');
  for (const job of ['e2e/chrome', 'unit', HOSTILE_JOB])
    await runCommand(home, ['archive', log, '--repo', 'git.example.test/a/b', '--sha', SHA, '--job', job]);
});

afterAll(() => rm(home.folder, { recursive: true, force: true }));

test.each(SHELLS)('the script for %s has every command that is shown, with every flag', async (shell) => {
  const commands = await describeCommands();
  const words = new Set(completionScript(shell, commands).split(/[\s'"]+/));
  for (const { name, flags } of commands) {
    expect(words).toContain(shell === 'fish' ? name : `${name})`);
    for (const { long } of flags) expect(words, `${name} ${long}`).toContain(shell === 'fish' ? long.slice(2) : long);
  }
});

/** What bash offers after these words, the last of which is being typed. */
async function offeredByBash(...words: string[]): Promise<readonly string[]> {
  const script = join(home.folder, 'completion.bash');
  const { stdout } = await runCommand(home, ['completion', 'bash']);
  await writeFile(script, stdout);
  const main = process.env['FIRSTRED_TEST_MAIN'] ?? join(import.meta.dirname, '../../dist/cli/main.js');
  const call = `firstred() { "$NODE" "$MAIN" "$@"; }; source "$SCRIPT"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _firstred; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['-c', call, 'bash', ...words], {
    cwd: join(home.folder, 'work'),
    env: { ...home.env, NODE: process.execPath, MAIN: main, SCRIPT: script },
  });
  return out
    .toString()
    .split('\n')
    .filter((line) => line !== '');
}

test('bash completes commands, flags, choices, and what the index knows', async () => {
  expect(await offeredByBash('firstred', 'sea')).toEqual(['search']);
  expect(await offeredByBash('firstred', 'search', '--so')).toEqual(['--sort']);
  expect(await offeredByBash('firstred', 'search', '--sort', '')).toEqual(['new', 'old']);
  expect(await offeredByBash('firstred', 'list', '--job', 'e2')).toEqual(['e2e/chrome']);
  expect(await offeredByBash('firstred', 'list', '--repo', 'git')).toEqual(['git.example.test/a/b']);
  expect(await offeredByBash('firstred', 'show', 'L')).toHaveLength(3);
});

test('a name that a shell would run is not offered', async () => {
  const { code, stdout } = await runCommand(home, ['__complete', 'job', '--', '']);
  expect({ code, words: stdout.toString().trim().split('\n').sort() }).toEqual({
    code: 0,
    words: ['e2e/chrome', 'unit'],
  });
});

test('without an index there are no words and no error', async () => {
  const { code, stdout, stderr } = await runCommand(await makeHome(), ['__complete', 'ref', '--', 'L']);
  expect({ code, stdout: stdout.toString(), stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('an unknown shell is said, with those there are', async () => {
  const { code, stderr } = await runCommand(home, ['completion', 'tcsh']);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: "firstred: there is no completion for 'tcsh'\n  the shells are bash, zsh, fish\n",
  });
});
