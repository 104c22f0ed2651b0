// What a terminal gets that a pipe does not: the reader's pager, links, a line of progress.
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { knowsLinks } from '../../cli/hyperlinks.ts';
import { expectCode, MAIN, makeHome, runCommand, type TestHome } from '../support/command.ts';
import { makeKeptFolder } from '../support/temp-folder.ts';

/** util-linux's `script` gives a command a terminal; every Linux has it. */
const hasTerminal = spawnSync('script', ['--version']).status === 0;
if (!hasTerminal && process.env['CI']) throw new Error('`script` of util-linux is missing: apt-get install bsdutils');
const terminalTest = test.skipIf(!hasTerminal);

let home: TestHome;

beforeAll(async () => {
  home = await makeHome({}, await makeKeptFolder());
  const flags = [
    '--repo',
    'git.example.test/acme/app',
    '--sha',
    '4f2a91c',
    '--job',
    'e2e',
    '--run',
    '7',
    '--attempt',
    '1',
  ];
  const url = ['--url', 'https://git.example.test/acme/app/actions/runs/7'];
  const input = 'starting\nerror: connection refused\n';
  expectCode(await runCommand(home, ['archive', '-', ...flags, ...url, '--conclusion', 'red'], { input }), 0);
});

/** Runs the command on a terminal of its own; what came there. */
function onTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): { text: string; code: number | null } {
  const line = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
  const { stdout, status } = spawnSync('script', ['-qec', line, '/dev/null'], {
    cwd: path.join(home.folder, 'work'),
    env: { ...home.env, TERM: 'xterm-256color', ...env },
    timeout: 60_000,
  });
  return { text: stdout.toString(), code: status };
}

terminalTest('show, search and diff go through the pager that the reader chose, with its settings; notes too', () => {
  const PAGER = `sed -e "s/^/[$LESS] /"`;
  const shown = onTerminal(['show', 'last-red'], { PAGER });
  expect(shown.text).toContain('[FRX]       2  error: connection refused');
  expect(shown.code).toBe(0);
  expect(onTerminal(['show', 'last-red'], { PAGER, LESS: 'R' }).text).toContain('[R]       2  error');
  expect(onTerminal(['search', 'nowhere', '--limit', '3'], { PAGER }).text).toMatch(/\[FRX\] .*in 0 of 1 attempts/);
  const own = onTerminal(['show', 'last-red'], { PAGER: 'false', FIRSTRED_PAGER: PAGER });
  expect(own.text).toContain('[FRX]       2  error');
});

terminalTest('no pager by --no-pager, by `cat`, for a missing program, for --json, and into a pipe', async () => {
  const PAGER = `sed -e "s/^/[paged] /"`;
  for (const [args, env] of [
    [['show', 'last-red', '--no-pager'], { PAGER }],
    [['show', 'last-red', '--json'], { PAGER }],
    [['list'], { PAGER }],
    [['show', 'last-red'], { PAGER: 'cat' }],
    [['show', 'last-red'], { PAGER: '' }],
    [['show', 'last-red'], { PAGER: 'no-such-program --x' }],
  ] as const) {
    const { text, code } = onTerminal(args, env);
    expect(text, args.join(' ')).not.toContain('[paged]');
    expect(text).toMatch(/error: co/);
    expect(code).toBe(0);
  }
  const piped = await runCommand(home, ['show', 'last-red'], { env: { PAGER } });
  expect(piped.stdout.toString()).toBe('starting\nerror: connection refused\n');
});

terminalTest('a reader who leaves the pager early is no error; an error is said after the pager has gone', () => {
  const quitter = path.join(home.folder, 'quitter');
  writeFileSync(quitter, '#!/bin/sh\nexit 0\n');
  chmodSync(quitter, 0o755);
  const left = onTerminal(['show', 'last-red'], { PAGER: quitter });
  expect(left).toEqual({ text: '', code: 0 });
  const failed = onTerminal(['show', 'L7kq2m9x'], { PAGER: `sed -e "s/^/[paged] /"` });
  expect(failed.text).toMatch(/^firstred: /);
  expect(failed.code).toBe(21);
});

terminalTest('a terminal that knows links gets the job as one; no other, and not against NO_COLOR', () => {
  const link = '\u001b]8;;https://git.example.test/acme/app/actions/runs/7\u001b\\\\e2e';
  const env = { PAGER: 'cat', TERM_PROGRAM: 'WezTerm' };
  for (const args of [['search', 'refused'], ['list']]) {
    expect(onTerminal(args, env).text).toContain(link.replaceAll('\\\\', '\\'));
    for (const other of [{ PAGER: 'cat' }, { ...env, NO_COLOR: '1' }, { ...env, FORCE_HYPERLINK: '0' }])
      expect(onTerminal(args, other).text).not.toContain('\u001b]8;;');
  }
});

test('which terminals know links', () => {
  expect(knowsLinks({ VTE_VERSION: '7200' })).toBe(true);
  expect(knowsLinks({ VTE_VERSION: '4600' })).toBe(false);
  expect(knowsLinks({ TERM: 'xterm-kitty' })).toBe(true);
  expect(knowsLinks({ TERM: 'xterm-kitty', CI: '1' })).toBe(false);
  expect(knowsLinks({ TERM: 'screen-256color', WT_SESSION: 'x' })).toBe(false);
  expect(knowsLinks({ FORCE_HYPERLINK: '1', CI: '1' })).toBe(true);
  expect(knowsLinks({})).toBe(false);
});

terminalTest('what takes over a second says how far it is, with rate and time left, and takes the line away', () => {
  const log = path.join(home.folder, 'work/big.log');
  const block = Array.from({ length: 20_000 }, (_, n) => `line ${n} took ${(n * 7919) % 100_003} ms\n`).join('');
  writeFileSync(log, Array.from({ length: 60 }, () => block).join(''));
  const kept = onTerminal(['archive', 'big.log', '--sha', '5f2a91c', '--job', 'big', '--attempt', '1'], {});
  expect(kept.code).toBe(0);
  expect(kept.text).toMatch(/\r\u001b\[Kread: [\d.]+ [kM]B of [\d.]+ MB \(\d+ %\), [\d.]+ [kM]B\/s/);
  expect(kept.text).toMatch(/\r\u001b\[KL[0-9a-z]{16} /);
  const quiet = onTerminal(['reindex', '--quiet'], {});
  expect(quiet).toEqual({ text: '', code: 0 });
  const rebuilt = onTerminal(['reindex'], {});
  expect(rebuilt.text).toMatch(/\r\u001b\[Kindexed: \d( of 2)? logs( \(50 %\))?, [\d.]+ [kM]B, [\d.]+ [kM]B\/s/);
});

terminalTest('JSON on a terminal is the same document, without a character that hides or steers', async () => {
  const name = 'e2e\u009b2J\u202egpj\u200b\u{e0041}';
  const flags = [
    '--repo',
    'git.example.test/acme/app',
    '--sha',
    '5e3b91d',
    '--job',
    name,
    '--run',
    '8',
    '--attempt',
    '1',
  ];
  const kept = await runCommand(home, ['archive', '-', ...flags], { input: 'error: broken\n' });
  const id = kept.stdout.toString().split(' ')[0] ?? '';
  for (const args of [
    ['list', '--json'],
    ['show', id, '--meta'],
  ]) {
    const piped = (await runCommand(home, args)).stdout.toString();
    expect(piped).toContain(name);
    const { text } = onTerminal(args, { PAGER: 'cat' });
    expect(text).not.toMatch(/[\u007f-\u009f\u200b-\u200f\u202a-\u202e]|\udb40/);
    expect(JSON.parse(text)).toEqual(JSON.parse(piped));
  }
});
