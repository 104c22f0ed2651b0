// The built program where no native module can be built or loaded (musl, an old libc, `npm ci --ignore-scripts`): it keeps
// logs all the same, in the same format, and says what it leaves out.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keysOfManifest } from '../../store/manifest.ts';
import { loadZstd } from '../../store/zstd.ts';
import { type CommandOptions, type CommandResult, expectCode, makeHome, runCommand } from '../support/command.ts';
import { readKeptLogs } from '../support/kept-logs.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { installWithoutNative, type NativeState } from '../support/without-native.ts';

/** Some eleven frames of 256 KiB: enough that workers compress too. Words, as digests would be masked. */
const LONG = Array.from({ length: 40_000 }, (_, n) => {
  const words = createHash('sha256').update(String(n)).digest('hex').match(/.{6}/g)?.slice(0, 5).join(' ');
  return `step ${n} gave ${words}, which nobody expected, in ${n % 97} ms\n`;
}).join('');
const short = (text: string): string => (text === LONG ? 'the long one' : text.slice(0, 200));

type Run = (args: readonly string[], options?: CommandOptions) => Promise<CommandResult>;

async function install(state: NativeState) {
  const main = installWithoutNative(await makeTempFolder(), state);
  const home = await makeHome();
  const run: Run = (args, options) => runCommand(home, args, { ...options, main });
  return { home, run };
}

const identity = (job: string): readonly string[] => ['--sha', '4f2a91c', '--job', job, '--attempt', '1'];

describe.each(['removed', 'not-built', 'for-another-system'] as const)('native modules %s', (state) => {
  test('archive and run keep what native zstd and the zstd tool read', async () => {
    expect(loadZstd().kind).toBe('native'); // what reads below
    const { home, run } = await install(state);
    writeFileSync(join(home.folder, 'work/long.log'), LONG);
    writeFileSync(join(home.folder, 'work/short.log'), 'one line\n');
    const kept = expectCode(await run(['archive', 'long.log', 'short.log', ...identity('a')]), 0);
    expect(kept.stderr).toMatch(/^firstred: the log is kept but not indexed here: SQLite can't be loaded here: .+\n$/);
    const ran = await run(['run', ...identity('b'), '--', 'sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect([ran.code, ran.stdout.toString()]).toEqual([3, 'out\n']);

    const logs = await readKeptLogs(home.store);
    expect(logs.map(({ text }) => short(text)).sort()).toEqual(['one line\n', 'out\nerr\n', 'the long one']);
    for (const { manifest, text } of logs) {
      const object = join(home.store, keysOfManifest(manifest).object);
      expect(execFileSync('zstd', ['-dc', object], { maxBuffer: 2 ** 28 }).equals(Buffer.from(text))).toBe(true);
      execFileSync('zstd', ['-tq', object]);
      expect(checksumFlagsOf(readFileSync(object), manifest.object.frames)).toBe(true);
    }
  });
});

test('what it kept it reads: verify --deep, and a file by its name', async () => {
  const { home, run } = await install('removed');
  expectCode(await run(['archive', '-', ...identity('a'), '--no-index'], { input: LONG }), 0);
  expect(expectCode(await run(['verify', '--deep']), 0).stdout.toString()).toContain('1 log whole');
  const [log] = await readKeptLogs(home.store);
  const object = join(home.store, keysOfManifest(log!.manifest).object);
  expect(expectCode(await run(['show', object, '--raw']), 0).stdout.equals(Buffer.from(LONG))).toBe(true);
  writeFileSync(join(home.folder, 'foreign.log'), LONG);
  execFileSync('zstd', ['-q', '--no-content-size', join(home.folder, 'foreign.log')]);
  const foreign = expectCode(await run(['show', join(home.folder, 'foreign.log.zst'), '--raw']), 0);
  expect(foreign.stdout.equals(Buffer.from(LONG))).toBe(true);
});

test('what was kept without SQLite is found as soon as SQLite is there: no empty index stands in the way', async () => {
  const { home, run } = await install('not-built');
  expectCode(await run(['archive', '-', ...identity('a')], { input: 'a rare line\n' }), 0);
  expect(existsSync(home.index)).toBe(false);
  const found = expectCode(await runCommand(home, ['search', 'rare line']), 0);
  expect(found.stdout.toString()).toContain('1: a rare line');
});

test('without SQLite a search is refused in two lines that say what still works, and doctor says the rest', async () => {
  const { run } = await install('not-built');
  expectCode(await run(['archive', '-', ...identity('a'), '--no-index'], { input: 'a line\n' }), 0);
  const search = expectCode(await run(['search', 'a line', '--no-index']), 2);
  expect(search.stderr.trimEnd().split('\n')).toEqual([
    expect.stringContaining("SQLite can't be loaded here"),
    expect.stringContaining('npm rebuild better-sqlite3'),
  ]);
  const rows = JSON.parse(expectCode(await run(['doctor', '--json']), 1).stdout.toString()) as { check: string }[];
  expect(rows.find(({ check }) => check === 'zstd')).toMatchObject({
    state: 'warn',
    fix: expect.stringContaining('zstd-napi'),
  });
  expect(rows.find(({ check }) => check === 'sqlite')).toMatchObject({ state: 'bad' });
});

test('the SQLite of Node-API 10 is tried where Node has that, and nowhere else: an older Node would end', async () => {
  const folder = await makeTempFolder();
  const main = installWithoutNative(folder, 'removed');
  const fake = join(folder, 'node_modules/better-sqlite3-napi');
  mkdirSync(fake);
  writeFileSync(join(fake, 'index.js'), "process.stderr.write('tried'); throw new Error('no binary');");
  const { code, stdout, stderr } = await runCommand(await makeHome(), ['--version'], { main });
  expect([code, stdout.toString()]).toEqual([0, expect.stringContaining('sqlite not available')]);
  expect(stderr.includes('tried')).toBe(Number(process.versions['napi']) >= 10);
});

/** Whether every frame says in its header that a checksum of its content stands at its end. */
function checksumFlagsOf(object: Buffer, frames: number): boolean {
  let found = 0;
  for (let at = object.indexOf(MAGIC); at >= 0; at = object.indexOf(MAGIC, at + 1)) {
    if (((object[at + 4] ?? 0) & 0x04) === 0) return false;
    found += 1;
  }
  return found >= frames;
}

const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
