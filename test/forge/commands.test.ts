// `pull`, `rerun` and `coverage` against fake servers and a real store: nothing red gets lost.
import { afterEach, describe, expect, test } from 'vitest';
import { coverage } from '../../cli/commands/coverage.ts';
import { pull } from '../../cli/commands/pull.ts';
import { rerun } from '../../cli/commands/rerun.ts';
import { openKeptCaptures } from '../../cli/kept-captures.ts';
import { UNKNOWN_ATTEMPT } from '../../store/attempt.ts';
import type { Manifest } from '../../store/manifest.ts';
import { keysOfManifest } from '../../store/manifest.ts';
import { openStore } from '../../store/open-store.ts';
import { loadZstd } from '../../store/zstd.ts';
import { type CommandWorld, openCommandWorld } from '../support/command-world.ts';
import { providerFixture } from '../support/env-fixture.ts';
import { type FakeForge, startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { MAIN_SHA, type Mode } from '../support/fake-forge/world.ts';

const RED = providerFixture('gitea/logs/test-20.task4812.attempt1.red.log');
const GREEN = providerFixture('gitea/logs/test-20.task4830.attempt2.green.log');
let fake: FakeForge;
let world: CommandWorld;
let runId: number;

afterEach(async () => {
  world.close();
  await fake.close();
});

async function open(mode: Mode): Promise<void> {
  fake = await startFakeForge(mode);
  const env = { FIRSTRED_SERVER_URL: fake.serverUrl, FIRSTRED_TOKEN: PERSONAL_TOKEN, FIRSTRED_REPO: 'acme/widgets' };
  world = openCommandWorld(env, () => fake.world.nowMs);
  runId = fake.world.start({ jobs: [{ name: 'lint' }, { name: 'test (20)' }] }).id;
  fake.world.ran(runId, 'lint', 'success', 'lint ok\n');
  fake.world.ran(runId, 'test (20)', 'failure', RED);
}

const pullRun = () => world.run(pull, [], { run: String(runId), index: false, json: true });
const counts = () => {
  const { kept, had, passedThrough, gone, lost, failed } = JSON.parse(world.out.text) as Record<string, number>;
  return { kept, had, passedThrough, gone, lost, failed };
};

/** Whole texts of the red and green captures, as `zstd` gives them. */
async function keptTexts(): Promise<string[]> {
  const store = await openStore(`${world.folder}/store`, {
    endpoint: undefined,
    pathStyle: false,
    region: undefined,
    timeoutMs: 10_000,
  });
  const host = new URL(fake.serverUrl).host;
  const captures = openKeptCaptures(store);
  const texts: string[] = [];
  const ids = fake.world.family === 'github' ? fake.world.jobs : fake.world.tasks;
  for (const { id } of ids) {
    const manifests = await captures.of({
      ...UNKNOWN_ATTEMPT,
      repo: `${host}/acme/widgets`,
      sha: MAIN_SHA,
      providerId: String(id),
    });
    for (const manifest of manifests) texts.push(await textOf(store, manifest));
  }
  await store.close();
  return texts;
}

async function textOf(store: Awaited<ReturnType<typeof openStore>>, manifest: Manifest): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of store.get(keysOfManifest(manifest).object)) parts.push(chunk);
  return Buffer.from(
    loadZstd().decompress(Buffer.concat(parts).subarray(0, frameEnd(manifest)), manifest.text.sizeBytes),
  ).toString();
}

/** These logs are one frame; tables follow it. */
const frameEnd = (manifest: Manifest): number => manifest.object.lineTable.start;

describe.each(['gitea-1.25', 'gitea-1.26', 'gitea-1.27', 'forgejo-16'] as const)('pull from %s', (mode) => {
  test('keeps all, keeps nothing twice, and the red log outlives the re-run', async () => {
    await open(mode);
    expect(await pullRun()).toBe(0);
    expect(counts()).toMatchObject({ kept: 2, had: 0, lost: 0 });
    expect(await pullRun()).toBe(0);
    expect(counts()).toMatchObject({ kept: 0, had: 2 });
    fake.world.rerun(runId, ['test (20)']);
    fake.world.ran(runId, 'test (20)', 'success', GREEN);
    expect(await pullRun()).toBe(0);
    expect(counts()).toMatchObject({ kept: 1, lost: 0, failed: 0 });
    const texts = await keptTexts();
    expect(texts).toContain(RED);
    expect(texts).toContain(GREEN);
    expect(texts).toHaveLength(3);
    expect(await world.run(coverage, [], { json: true })).toBe(0);
  });
});

test('a red log that was replaced before anyone came is lost by name', async () => {
  await open('gitea-1.26');
  fake.world.rerun(runId, ['test (20)']);
  fake.world.ran(runId, 'test (20)', 'success', GREEN);
  expect(await pullRun()).toBe(20);
  expect(counts()).toMatchObject({ kept: 2, gone: 1, lost: 1 });
  expect(world.err.text).toContain('test (20) #1 is lost: a re-run took its place');
  expect(await world.run(coverage, [], { json: true })).toBe(1);
  const { repositories } = JSON.parse(world.out.text) as {
    repositories: { attempts: number; kept: number; lost: object[] }[];
  };
  expect(repositories[0]).toMatchObject({
    attempts: 3,
    kept: 2,
    redKept: 0,
    lost: [{ job: 'test (20)', attempt: 1, onServer: false }],
  });
});

test('a log that is cut on its way is kept as far as it came, and said to be cut', async () => {
  await open('github');
  fake.world.tasks[1]!.log = Buffer.from(RED);
  await fake.close();
  world.close();
  await open('gitea-1.27');
  fake.faults.add(/jobs\/\d+\/logs/, { kind: 'cut', afterBytes: 300 }, 99);
  expect(await pullRun()).toBe(20);
  expect(world.err.text).toContain('is cut');
  fake.faults.clear();
  expect(await pullRun()).toBe(0);
  expect((await keptTexts()).filter((text) => text === RED)).toHaveLength(1);
});

describe('rerun', () => {
  test.each(['gitea-1.26', 'gitea-1.27', 'github'] as const)('%s: keeps first, then asks', async (mode) => {
    await open(mode);
    expect(await world.run(rerun, [`${MAIN_SHA}:test (20)`], { index: false })).toBe(0);
    const [asked] = fake.requests.filter((r) => r.method === 'POST');
    const logRead = fake.requests.findIndex((r) => r.path.endsWith('/logs'));
    expect(asked?.path).toMatch(/\/rerun$/);
    expect(logRead).toBeGreaterThan(-1);
    expect(fake.requests.indexOf(asked!)).toBeGreaterThan(logRead);
    expect((await keptTexts()).some((text) => text.endsWith(RED))).toBe(true);
    expect(fake.world.job(runId, 'test (20)').status).toBe('waiting');
    expect(fake.world.job(runId, 'lint').status).toBe('success');
  });

  test('a log that cannot be had is not run again', async () => {
    await open('gitea-1.26');
    fake.world.tasks[1]!.storage = 'expired';
    await expect(world.run(rerun, [`${MAIN_SHA}:test (20)`], { index: false })).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('nothing was asked'),
    });
    expect(fake.requests.filter((r) => r.method === 'POST')).toEqual([]);
  });

  test('where the server has no re-run API the log is kept and the way is told', async () => {
    await open('gitea-1.25');
    await expect(world.run(rerun, [`${MAIN_SHA}:test (20)`], { index: false })).rejects.toMatchObject({
      code: 'PROVIDER_UNSUPPORTED',
      hint: expect.stringContaining('press the button'),
    });
    expect(world.err.text).toContain('is kept, but nothing was asked');
    expect(await keptTexts()).toContain(RED);
  });

  test('several jobs are not run again by one name', async () => {
    await open('gitea-1.26');
    await expect(world.run(rerun, [MAIN_SHA], { index: false })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

test.each([
  [{}, { FIRSTRED_TOKEN: '' }, 'REFUSED', 'FIRSTRED_TOKEN'],
  [{}, { FIRSTRED_TOKEN: 'expired' }, 'REFUSED', 'expired, revoked'],
  [{}, { FIRSTRED_SERVER_URL: '' }, 'USAGE', 'FIRSTRED_SERVER_URL'],
] as const)('pull with %j %j says what is missing', async (_flags, env, code, hint) => {
  await open('gitea-1.26');
  world.close();
  world = openCommandWorld(
    { FIRSTRED_SERVER_URL: fake.serverUrl, FIRSTRED_TOKEN: PERSONAL_TOKEN, FIRSTRED_REPO: 'acme/widgets', ...env },
    () => fake.world.nowMs,
  );
  const failure = world.run(pull, [], { run: String(runId), index: false });
  if (code === 'REFUSED' && env['FIRSTRED_TOKEN'] === '') {
    // Lists are open to all here; logs ask for a token.
    expect(await failure).toBe(20);
    expect(world.err.text).toContain(hint);
  } else await expect(failure).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) });
});
