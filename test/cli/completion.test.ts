// Completion: bash runs its script for real, and what the index offers can't be code for a shell.
import { execFileSync, spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { completionScript, SHELLS } from '../../cli/completion-scripts.ts';
import { describeCommands } from '../../cli/program.ts';
import { MAIN, makeHome, runCommand, type TestHome } from '../support/command.ts';
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
  const call = `firstred() { "$NODE" "$MAIN" "$@"; }; source "$SCRIPT"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _firstred; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['-c', call, 'bash', ...words], {
    cwd: join(home.folder, 'work'),
    env: { ...home.env, NODE: process.execPath, MAIN, SCRIPT: script },
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
  expect(await offeredByBash('firstred', 'why', 'last-r')).toEqual(['last-red']);
  expect(await offeredByBash('firstred', 'help', 'exit')).toEqual(['exit-codes']);
  expect((await offeredByBash('firstred', 'show', '4f2a91c0c0f')).toSorted()).toEqual([
    `${SHA}:e2e%2Fchrome`,
    `${SHA}:unit`,
  ]);
});

/** What fish offers for a line that ends at the cursor. */
async function offeredByFish(line: string): Promise<readonly string[]> {
  const script = join(home.folder, 'completion.fish');
  await writeFile(script, (await runCommand(home, ['completion', 'fish'])).stdout);
  const call = `function firstred; $NODE $MAIN $argv; end; source ${script}; complete -C ${JSON.stringify(line)}`;
  const out = execFileSync('fish', ['--no-config', '-c', call], {
    cwd: join(home.folder, 'work'),
    env: { ...home.env, NODE: process.execPath, MAIN },
  });
  return out
    .toString()
    .trim()
    .split('\n')
    .map((row) => row.split('\t')[0] ?? '');
}

/** The line as zsh has it once the tab key was pressed behind it: it runs on a terminal of its own. */
async function completedByZsh(line: string): Promise<string> {
  const script = join(home.folder, 'completion.zsh');
  await writeFile(script, (await runCommand(home, ['completion', 'zsh'])).stdout);
  // A widget completes and then prints the line, between marks that nothing else prints.
  const setUp = `autoload -Uz compinit && compinit -u -D; firstred() { "$NODE" "$MAIN" "$@"; }; source ${script}
zmodload zsh/zpty; tell() { zle expand-or-complete; print -r -- "<<$BUFFER>>"; exit; }; zle -N tell; bindkey '^I' tell`;
  const driver = `zmodload zsh/zpty; zpty z zsh -f -i; zpty -w z ${quoted(setUp)}; zpty -w z 'print -r -- "up"''""'
while zpty -r z got; do [[ $got == up* ]] && break; done
zpty -n -w z ${quoted(`${line}\t`)}
while zpty -r z got; do print -r -- "$got"; [[ $got == *'>>'* ]] && break; done`;
  const env = { ...home.env, NODE: process.execPath, MAIN, TERM: 'dumb' };
  const options = { cwd: join(home.folder, 'work'), env, timeout: 60_000 };
  const out = execFileSync('zsh', ['-f', '-c', driver], options).toString();
  return /<<(.*)>>/.exec(out)?.[1] ?? out;
}
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const hasShell = (name: string): boolean => spawnSync(name, ['--version']).status === 0;

test.skipIf(!hasShell('fish'))('fish completes commands, topics, choices, and what the index knows', async () => {
  expect(await offeredByFish('firstred sea')).toEqual(['search']);
  expect(await offeredByFish('firstred help exit')).toContain('exit-codes');
  expect(await offeredByFish('firstred completion z')).toEqual(['zsh']);
  expect(await offeredByFish('firstred search --sort ')).toEqual(['new', 'old']);
  expect(await offeredByFish('firstred list --job e2')).toEqual(['e2e/chrome']);
  expect((await offeredByFish('firstred show 4f2a')).toSorted()).toEqual([
    '4f2a91c0c0:e2e%2Fchrome',
    '4f2a91c0c0:unit',
  ]);
});

test.skipIf(!hasShell('zsh'))('zsh completes commands, choices, and what the index knows', async () => {
  expect(await completedByZsh('firstred sea')).toBe('firstred search ');
  expect(await completedByZsh('firstred list --job e2')).toBe('firstred list --job e2e/chrome ');
  expect(await completedByZsh('firstred list --sha 4f')).toBe(`firstred list --sha ${SHA} `);
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
