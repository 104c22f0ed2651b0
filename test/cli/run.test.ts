// `firstred run`: the command behaves as without us, and its log is kept whatever happens to it.
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endOf, expectCode, makeHome, runCommand, startCommand } from '../support/command.ts';
import { readKeptLogs } from '../support/kept-logs.ts';

const sh = (script: string): readonly string[] => ['run', '--no-index', '--', 'sh', '-c', script];

test('run passes both streams through byte by byte and keeps them', async () => {
  const home = await makeHome();
  const script = String.raw`printf 'one\ntw'; printf 'err\n' >&2; printf 'o\r\n\000\377\033[31mred'`;
  const result = expectCode(await runCommand(home, sh(script)), 0);
  expect(result.stdout.toString('latin1')).toBe('one\ntwo\r\n\0\xff\x1b[31mred');
  expect(result.stderr).toBe('err\n');
  const [kept] = await readKeptLogs(home.store);
  expect(kept?.manifest.capture).toMatchObject({ how: 'run', complete: true });
  expect(kept?.manifest.text.lines).toBe(4);
  expect(kept?.manifest.attempt.conclusion).toBe('success');
});

test('each line has a time and the stream that it came from', async () => {
  const home = await makeHome();
  // Two pipes have no order between them: each line waits until the one before it has come through.
  const [seenA, seenB] = [join(home.folder, 'seen-a'), join(home.folder, 'seen-b')];
  const after = (file: string): string => `until [ -e '${file}' ]; do sleep 0.02; done; sleep 0.02`;
  const child = startCommand(home, sh(`echo a; ${after(seenA)}; echo b >&2; ${after(seenB)}; echo c`));
  child.stdout?.once('data', () => writeFileSync(seenA, ''));
  child.stderr?.once('data', () => writeFileSync(seenB, ''));
  expect(await endOf(child)).toMatchObject({ code: 0 });
  const [kept] = await readKeptLogs(home.store);
  expect(kept?.text).toBe('a\nb\nc\n');
  expect(kept?.times?.map((row) => row.stream)).toEqual(['stdout', 'stderr', 'stdout']);
  const times = kept?.times?.map((row) => row.timeMs) ?? [];
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(new Set(times).size).toBe(3);
  const shown =
    expectCode(await runCommand(home, ['sync', '--quiet']), 0) &&
    (await runCommand(home, ['show', kept?.manifest.logId ?? '', '--times']));
  expect(shown.stdout.toString()).toMatch(/^\d{4}-\S+Z out {2}a\n\S+Z err {2}b\n\S+Z out {2}c\n$/);
});

test('a child may open its output again by name, as with a pipe', async () => {
  const home = await makeHome();
  const result = expectCode(await runCommand(home, sh('echo x > /dev/stderr; echo y | tee /dev/stderr')), 0);
  expect([result.stdout.toString(), result.stderr]).toEqual(['y\n', 'x\ny\n']);
});

test.each([
  ['exit 0', 0, 'success'],
  ['exit 3', 3, 'failure'],
  ['kill -9 $$', 137, 'failure'],
  ['kill -TERM $$', 143, 'failure'],
])('%s ends run with %i and is kept as %s', async (script, code, conclusion) => {
  const home = await makeHome();
  expectCode(await runCommand(home, sh(`echo here; ${script}`)), code);
  const [kept] = await readKeptLogs(home.store);
  expect(kept?.text).toBe('here\n');
  expect(kept?.manifest.attempt.conclusion).toBe(conclusion);
});

test('a command that does not exist ends with 127 and its log says so', async () => {
  const home = await makeHome();
  const result = expectCode(await runCommand(home, ['run', '--no-index', '--', 'no-such-command-here']), 127);
  expect(result.stderr).toContain('no-such-command-here: command not found');
  expect((await readKeptLogs(home.store))[0]?.text).toBe('no-such-command-here: command not found\n');
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s reaches the command, whose last words are kept', async (signal) => {
  const home = await makeHome();
  const script = `trap 'echo cleaning up; exit 9' INT TERM; echo ready; while :; do sleep 0.05; done`;
  const child = startCommand(home, sh(script));
  const result = endOf(child);
  await once(child.stdout!, 'data');
  child.kill(signal);
  expect(expectCode(await result, 9).stdout.toString()).toBe('ready\ncleaning up\n');
  const [kept] = await readKeptLogs(home.store);
  expect(kept?.text).toBe('ready\ncleaning up\n');
  expect(kept?.manifest.attempt.conclusion).toBe('cancelled');
  expect(kept?.manifest.capture.complete).toBe(true);
});

test('a cancelled command that goes on does not keep its log from being kept', async () => {
  const home = await makeHome();
  const script = `trap 'echo no' TERM; echo ready; while [ ! -e stop ]; do sleep 0.05; done; echo late; exit 4`;
  const child = startCommand(home, ['run', '--no-index', '--cancel-grace', '200ms', '--', 'sh', '-c', script]);
  const result = endOf(child);
  await once(child.stdout!, 'data');
  child.kill('SIGTERM');
  await expect.poll(() => readKeptLogs(home.store).catch(() => []), { timeout: 30_000 }).toHaveLength(1);
  await runCommand(home, ['run', '--no-index', '--name', 'other', '--', 'touch', 'stop']);
  const { stdout, stderr } = expectCode(await result, 4);
  expect(stdout.toString()).toBe('ready\nno\nlate\n');
  expect(stderr).toContain('the kept log is cut: the job was cancelled by SIGTERM and the command went on');
  const kept = (await readKeptLogs(home.store)).find(({ manifest }) => manifest.logName === 'log');
  expect(kept?.text).toMatch(/^ready\n(no\n)?$/);
  expect(kept?.manifest.capture).toMatchObject({ complete: false });
  expect(kept?.manifest.attempt.conclusion).toBe('cancelled');
});

test('a daemon that holds the output does not hold run, and lives on', async () => {
  const home = await makeHome();
  const script = `(echo pid $$; while [ ! -e stop ]; do sleep 0.05; echo again; done; touch ended) & echo main`;
  const { stderr } = expectCode(await runCommand(home, sh(script)), 0);
  expect(stderr).toContain('left behind');
  await runCommand(home, ['run', '--no-index', '--', 'touch', 'stop']);
  const ended = join(home.folder, 'work', 'ended');
  await expect.poll(() => readFileSync(ended, 'utf8').length, { timeout: 30_000 }).toBe(0);
  const texts = (await readKeptLogs(home.store)).map(({ text }) => text);
  expect(texts.some((text) => text.includes('main\n'))).toBe(true);
});

test('a command that closes its stdout goes on, and its stderr is kept', async () => {
  const home = await makeHome();
  const result = expectCode(await runCommand(home, sh('echo a; exec >&-; sleep 0.2; echo b >&2; exit 5')), 5);
  expect([result.stdout.toString(), result.stderr]).toEqual(['a\n', 'b\n']);
  expect((await readKeptLogs(home.store))[0]?.text).toBe('a\nb\n');
});

test('when nobody reads us any more, the command is told as it would be without us', async () => {
  const home = await makeHome();
  const child = startCommand(home, sh('while :; do echo line; done'));
  const ended = once(child, 'exit');
  await once(child.stdout!, 'data');
  child.stdout!.destroy();
  const [code] = (await ended) as [number | null];
  expect(code).toBe(141); // SIGPIPE
  const [kept] = await readKeptLogs(home.store);
  expect(kept?.text).toMatch(/^(line\n)+/);
});

test('a wrong configuration, mask file or identity never keeps the command from running', async () => {
  const home = await makeHome();
  const masked = await runCommand(home, ['run', '--mask-file', 'missing', '--', 'sh', '-c', 'echo out; exit 6']);
  expectCode(masked, 6);
  expect(masked.stdout.toString()).toBe('out\n');
  expect(masked.stderr).toContain('NOT KEPT');
  const named = await runCommand(home, ['run', '--no-index', '--attempt', '0', '--', 'sh', '-c', 'echo out; exit 7']);
  expectCode(named, 7);
  expect(named.stderr).toContain('are left out');
  expect(await readKeptLogs(home.store)).toHaveLength(1);
  const bad = await runCommand(home, ['run', '--', 'sh', '-c', 'exit 8'], { env: { FIRSTRED_STORE: 'ftp://x/y' } });
  expectCode(bad, 8);
});

test('a store that is away leaves the log in the spool and the exit code alone', async () => {
  const home = await makeHome();
  const result = await runCommand(home, sh('echo kept; exit 3'), { env: { FIRSTRED_STORE: '/dev/null/store' } });
  expectCode(result, 3);
  expect(result.stdout.toString()).toBe('kept\n');
  expect(result.stderr).toContain('`firstred flush` delivers it');
});

test('a full disk behind our own stdout ends the command, not the keeping', async () => {
  const home = await makeHome();
  const full = openSync('/dev/full', 'w');
  try {
    const result = await runCommand(home, sh('echo one; sleep 0.3; echo two; echo three >&2; exit 2'), {
      stdout: full,
    });
    expect(result.code).not.toBe(0);
    expect((await readKeptLogs(home.store))[0]?.text).toContain('one\n');
  } finally {
    closeSync(full);
  }
});

test('a burst of output is kept whole though keeping is slower', async () => {
  const home = await makeHome();
  const script =
    'const b = Buffer.alloc(1 << 16, "0123456789abcdef 01234567 89abcdef\\n"); for (let n = 0; n < 320; n++) require("fs").writeSync(1, b);';
  const result = expectCode(await runCommand(home, ['run', '--no-index', '--', process.execPath, '-e', script]), 0);
  const [kept] = await readKeptLogs(home.store);
  expect(kept?.text.length).toBe(result.stdout.length);
  expect(kept?.text).toBe(result.stdout.toString());
  expect(kept?.times?.reduce((sum, row) => sum + row.lines, 0)).toBe(kept?.manifest.text.lines);
});
