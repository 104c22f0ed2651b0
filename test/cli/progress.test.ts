// The line of progress: what it says, when it is drawn, and that each long command tells how much there is in all.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Command, commandInput } from '../../cli/command.ts';
import { archive } from '../../cli/commands/archive.ts';
import { diff } from '../../cli/commands/diff.ts';
import { du } from '../../cli/commands/du.ts';
import { errors } from '../../cli/commands/errors.ts';
import { exportLogs } from '../../cli/commands/export.ts';
import { gate } from '../../cli/commands/gate.ts';
import { headroom } from '../../cli/commands/headroom.ts';
import { index } from '../../cli/commands/index.ts';
import { mask } from '../../cli/commands/mask.ts';
import { prune } from '../../cli/commands/prune.ts';
import { reindex } from '../../cli/commands/reindex.ts';
import { rescan } from '../../cli/commands/rescan.ts';
import { search } from '../../cli/commands/search.ts';
import { sync } from '../../cli/commands/sync.ts';
import { verify } from '../../cli/commands/verify.ts';
import { why } from '../../cli/commands/why.ts';
import { openProgress, progressText } from '../../cli/progress.ts';
import { type CommandWorld, openCommandWorld } from '../support/command-world.ts';

let nowMs = 0;
let stepMs = 0;

beforeEach(() => {
  nowMs = 0;
  stepMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += stepMs));
});
afterEach(() => vi.restoreAllMocks());

test('what it says, of bytes and of things, with and without a known total', async () => {
  const lines = [
    { what: 'read', done: 12_000_000, total: 545_000_000, elapsedMs: 2000 },
    { what: 'read', done: 12_000_000, total: undefined, elapsedMs: 2000 },
    { what: 'read', done: 545_000_000, total: 545_000_000, elapsedMs: 90_000 },
    { what: 'read', done: 0, total: 545_000_000, elapsedMs: 3000 },
    { what: 'read', done: 900, total: 4000, elapsedMs: 600 },
    { what: 'indexed', done: 312, total: 1204, things: 'logs', bytes: 1_200_000_000, elapsedMs: 12_000 },
    { what: 'indexed', done: 0, total: undefined, things: 'logs', bytes: 8_000_000, elapsedMs: 700 },
    { what: 'checked', done: 4, total: 5000, things: 'keys', elapsedMs: 4000 },
    { what: 'checked', done: 1400, total: 500_000, things: 'keys', elapsedMs: 4000 },
    { what: 'checked', done: 1400, total: 60_000_000, things: 'keys', elapsedMs: 4000 },
  ].map(progressText);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../golden/progress.txt');
});

async function lineOn(
  options: { readonly isTerminal: boolean },
  env: Readonly<Record<string, string>> = {},
  flags = {},
) {
  const out: string[] = [];
  const world = {
    ...({} as Parameters<typeof openProgress>[1]),
    stderr: {
      isTerminal: options.isTerminal,
      columns: 40,
      write: async (text: string | Uint8Array) => void out.push(`${text}`),
    },
    config: async () => ({ env }) as never,
  };
  return { out, progress: await openProgress(commandInput([], flags), world) };
}

test('nothing in the first half second, then ten times a second at most, cut to the width, and taken away at the end', async () => {
  const { out, progress } = await lineOn({ isTerminal: true });
  for (nowMs = 0; nowMs < 2000; nowMs += 25) progress.show({ what: 'read', done: nowMs * 1000, total: 4_000_000 });
  expect(out).toHaveLength(15);
  expect(out[0]).toBe('\r\u001b[Kread: 500 kB of 4.0 MB (12 %), 1.0 MB/s');
  expect(out[14]).toBe('\r\u001b[Kread: 1.9 MB of 4.0 MB (47 %), 1.0 MB/s'.slice(0, 3 + 1 + 39));
  progress.clear();
  progress.clear();
  expect(out.slice(15)).toEqual(['\r\u001b[K']);
});

test('a first step that cannot be counted is said after half a second, unless it is over by then', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { out, progress } = await lineOn({ isTerminal: true });
  progress.say('copying the index');
  vi.advanceTimersByTime(499);
  expect(out).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(out).toEqual(['\r\u001b[Kcopying the index']);
  const quick = await lineOn({ isTerminal: true });
  quick.progress.say('copying the index');
  quick.progress.clear();
  vi.advanceTimersByTime(10_000);
  expect(quick.out).toEqual([]);
});

test('another part begins with a pace of its own', async () => {
  const { out, progress } = await lineOn({ isTerminal: true });
  nowMs = 60_000;
  progress.show({ what: 'looked', done: 1, total: 100, things: 'x' });
  nowMs = 62_000;
  progress.show({ what: 'looked', done: 51, total: 100, things: 'x' });
  progress.say('copying the index');
  nowMs = 70_000;
  progress.show({ what: 'put', done: 0, total: 100, things: 'x' });
  nowMs = 75_000;
  progress.show({ what: 'put', done: 50, total: 100, things: 'x' });
  expect(out.map((text) => text.slice(4))).toEqual([
    'looked: 1 of 100 x (1 %)',
    'looked: 51 of 100 x (51 %), 26/s, 2s le',
    'copying the index',
    'put: 0 of 100 x (0 %)',
    'put: 50 of 100 x (50 %), 10/s, 5s left',
  ]);
});

test.each([
  ['a pipe', { isTerminal: false }, {}, {}],
  ['CI that gives a terminal', { isTerminal: true }, { CI: 'true' }, {}],
  ['a terminal that knows no movement', { isTerminal: true }, { TERM: 'dumb' }, {}],
  ['--json', { isTerminal: true }, {}, { json: true }],
  ['--quiet', { isTerminal: true }, {}, { quiet: true }],
])('nothing at all with %s', async (_name, terminal, env, flags) => {
  const { out, progress } = await lineOn(terminal, env, flags);
  nowMs = 10_000;
  progress.show({ what: 'read', done: 1, total: 2 });
  progress.say('copying');
  progress.clear();
  expect(out).toEqual([]);
});

describe('on a terminal where everything takes long', () => {
  let keeper: CommandWorld;
  let world: CommandWorld;
  beforeAll(async () => {
    keeper = openCommandWorld({}, Date.now);
    for (const n of [1, 2, 3, 4]) {
      const file = path.join(keeper.folder, `${n}.log`);
      writeFileSync(file, Array.from({ length: 20_000 }, (_, line) => `line ${line * n} of job ${n}\n`).join(''));
      const identity = { sha: '5f2a91c', repo: 'git.example.test/acme/app', job: 'e2e', run: '7', attempt: `${n}` };
      const flags = { ...identity, conclusion: n === 1 ? 'red' : 'green', index: false };
      expect(await keeper.run(archive, [file], flags)).toBe(0);
    }
  });
  beforeEach(() => {
    world = openCommandWorld({ FIRSTRED_STORE: path.join(keeper.folder, 'store') }, Date.now, { isTerminal: true });
    stepMs = 600; // each look at the clock: every word is drawn
  });
  afterEach(() => world.close());
  afterAll(() => keeper.close());

  const LEFT = String.raw`(, [\d.]+( [kM]B)?/s)?, (\d+s|\d+m \d\ds) left`;
  const ofLogs = (n: number): string => String.raw`indexed: ${n} of 4 logs \(${n * 25} %\), [\d.]+ [kM]B${LEFT}`;
  test('export', async () => {
    await world.run(sync, [], {});
    const out = path.join(world.folder, 'out');
    expect(await world.run(exportLogs, ['5f2a91c:e2e#1', '5f2a91c:e2e#2'], { out })).toBe(0);
    expect(world.err.text).toMatch(
      new RegExp(String.raw`\r\u001b\[Kwritten: [\d.]+ kB of [\d.]+ [kM]B \(\d+ %\)${LEFT}`),
    );
  });

  test.each<[string, Command, readonly string[], Readonly<Record<string, unknown>>, readonly string[]]>([
    ['errors', errors, ['5f2a91c:e2e#1'], {}, [String.raw`read: [\d.]+ kB of [\d.]+ [kM]B \(\d+ %\)${LEFT}`]],
    [
      'diff',
      diff,
      ['5f2a91c:e2e#1', '5f2a91c:e2e#2'],
      {},
      [String.raw`read: [\d.]+ kB of [\d.]+ [kM]B \(\d+ %\)${LEFT}`],
    ],
    ['why', why, ['5f2a91c:e2e#1'], {}, [String.raw`read: [\d.]+ [kM]B, [\d.]+ [kM]B/s`]],
    ['headroom --waits', headroom, [], { waits: true }, [String.raw`read: 2 of 3 logs \(66 %\), [\d.]+ kB${LEFT}`]],
    ['du', du, [], {}, ['listed: 3 objects']],
    ['gate', gate, [], { sha: '5f2a91c' }, ['bringing in what is new in the store']],
  ])('%s says how far it is, and takes the line away before it answers', async (_name, command, args, flags, lines) => {
    await world.run(sync, [], { quiet: true });
    expect([0, 1]).toContain(await world.run(command, args, flags));
    for (const line of lines) expect(world.err.text).toMatch(new RegExp(String.raw`\r\u001b\[K${line}`));
    expect(world.err.text).toMatch(/\r\u001b\[K[^\r]*$/);
  });

  test('mask', async () => {
    expect(await world.run(mask, [path.join(keeper.folder, '1.log')], {})).toBe(1);
    expect(world.err.text).toMatch(/\r\u001b\[Kread: [\d.]+ kB.*\r\u001b\[K$/s);
  });

  test.each<[string, Command, readonly string[], Readonly<Record<string, unknown>>, readonly string[]]>([
    ['sync', sync, [], {}, [ofLogs(1), ofLogs(3), 'settling the index']],
    ['sync --full', sync, [], { full: true }, [ofLogs(1), ofLogs(3)]],
    ['sync of some', sync, [], { attempt: '2' }, [String.raw`indexed: 1 logs, [\d.]+ [kM]B, `]],
    ['reindex', reindex, [], {}, [ofLogs(2), String.raw`putting it in place: [\d.]+ [kM]?B of [\d.]+ [kM]B \(\d+ %\)`]],
    [
      'verify',
      verify,
      [],
      {},
      [String.raw`checked: 6 of 8 keys \(75 %\)${LEFT}`, String.raw`checked the feed: 1 of 4 keys \(25 %\)`],
    ],
    ['verify --deep', verify, [], { deep: true }, [String.raw`checked: ([\d.]+ kB) of \1 \(100 %\)`]],
    [
      'rescan',
      rescan,
      [],
      { all: true },
      [ofLogs(1), String.raw`looked through: [\d.]+ kB of [\d.]+ [kM]B \(\d+ %\)${LEFT}`],
    ],
    [
      'prune of leftovers',
      prune,
      [],
      { leftovers: true },
      [String.raw`looked at: 2 of 8 keys \(25 %\)`, String.raw`looked at the feed: \d of 4 keys`],
    ],
    [
      'index publish',
      index,
      ['publish'],
      {},
      [
        ofLogs(3),
        'copying the index',
        String.raw`packed: [\d.]+ [kM]B of [\d.]+ [kM]B`,
        String.raw`put into the store: [\d.]+ kB of [\d.]+ kB \(\d+ %\)`,
      ],
    ],
    [
      'search without an index',
      search,
      ['nowhere to be seen'],
      { index: false },
      ['found: 4 logs', String.raw`read: [\d.]+ [kM]B of [\d.]+ MB \(\d+ %\)${LEFT}`],
    ],
    [
      'prune', // it changes the store: the last one
      prune,
      [],
      { keepGreen: '0s', apply: true },
      ['listed: 1 keys', String.raw`buried: 2 of 3 keys \(66 %\)${LEFT}`],
    ],
  ])('%s tells how much there is in all', async (_name, command, args, flags, lines) => {
    expect([0, 1]).toContain(await world.run(command, args, flags));
    for (const line of lines) expect(world.err.text).toMatch(new RegExp(String.raw`\r\u001b\[K${line}`));
    expect(world.err.text).toMatch(/\r\u001b\[K[^\r]*$/);
    expect(world.err.text.endsWith('\r\u001b[K') || command === search).toBe(true);
  });
});
