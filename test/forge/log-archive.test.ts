import { afterEach, describe, expect, test } from 'vitest';
import { pull } from '../../cli/commands/pull.ts';
import type { ForgeAttempt } from '../../forge/forge.ts';
import { openLogArchive } from '../../forge/log-archive.ts';
import { collect } from '../../forge/pages.ts';
import { UNKNOWN_ATTEMPT } from '../../store/attempt.ts';
import { openCommandWorld } from '../support/command-world.ts';
import { startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { zipOf } from '../support/zip.ts';

const inPieces = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += 7) yield bytes.subarray(at, at + 7);
};
const ofJob = (job: string): ForgeAttempt => ({
  attempt: { ...UNKNOWN_ATTEMPT, job },
  state: 'finished',
  jobId: '1',
  log: { kind: 'here' },
});
const text = (content: string) => Buffer.from(content);
let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

async function open(bytes: Uint8Array) {
  const archive = await openLogArchive(inPieces(bytes), 'logs of run 1');
  close = archive.close;
  return archive;
}
const read = async (archive: Awaited<ReturnType<typeof open>>, job: string) => {
  const log = archive.find(ofJob(job));
  return log === undefined ? undefined : Buffer.concat(await collect(log)).toString();
};

test('a job is found by its name, without what file systems forbid', async () => {
  const archive = await open(
    zipOf([
      { name: '0_test (20).txt', bytes: text('red') },
      { name: '1_build  linux.txt', bytes: text('green') },
      { name: 'test (20)/1_Set up job.txt', bytes: text('step') },
      { name: '../../2_evil.txt', bytes: text('evil') },
    ]),
  );
  expect(await read(archive, 'test (20)')).toBe('red');
  expect(await read(archive, 'build / linux')).toBe('green');
  expect(await read(archive, 'evil')).toBeUndefined();
  expect(await read(archive, 'Set up job')).toBeUndefined();
});

test('of two jobs of one name none is taken', async () => {
  const archive = await open(
    zipOf([
      { name: '0_e2e.txt', bytes: text('a') },
      { name: '1_e2e.txt', bytes: text('b') },
    ]),
  );
  expect(await read(archive, 'e2e')).toBeUndefined();
});

test('an entry that is longer than it says is an error', async () => {
  const archive = await open(zipOf([{ name: '0_e2e.txt', bytes: text('abcdef'.repeat(100)), claimedSize: 10 }]));
  await expect(read(archive, 'e2e')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
});

test.each([
  ['', 'nothing'],
  ['<html>', 'a page'],
  ['PK\u0003\u0004cut', 'a cut one'],
])('%j in place of a zip is an error (%s)', async (content) => {
  await expect(openLogArchive(inPieces(text(content)), 'logs of run 1')).rejects.toMatchObject({
    code: 'PROVIDER_UNAVAILABLE',
  });
});

describe('pull from GitHub', () => {
  test('fetches many logs of a run in one request, and still none twice', async () => {
    const fake = await startFakeForge('github');
    const env = { FIRSTRED_SERVER_URL: fake.serverUrl, FIRSTRED_TOKEN: PERSONAL_TOKEN, FIRSTRED_REPO: 'acme/widgets' };
    const world = openCommandWorld(env, () => fake.world.nowMs);
    const jobs = Array.from({ length: 12 }, (_, n) => ({ name: `shard / ${n}` }));
    const run = fake.world.start({ jobs });
    for (const { name } of jobs) fake.world.ran(run.id, name, 'success', `log of ${name}\n`);
    const flags = { run: String(run.id), index: false, json: true };
    expect(await world.run(pull, [], flags)).toBe(0);
    expect(JSON.parse(world.out.text)).toMatchObject({ kept: 12 });
    expect(fake.requests.filter((r) => r.path.endsWith('/logs')).map((r) => r.path)).toHaveLength(1);
    expect(await world.run(pull, [], flags)).toBe(0);
    expect(JSON.parse(world.out.text)).toMatchObject({ kept: 0, had: 12 });
    world.close();
    await fake.close();
  });
});
