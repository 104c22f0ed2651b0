// The sidecar's work in one process, without a socket and without waiting: whatever order things come in, nothing is lost.
import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Hono } from 'hono';
import { afterEach, expect, test } from 'vitest';
import { eachOf } from '../../cli/each-of.ts';
import { openLogStorage } from '../../cli/log-storage.ts';
import { LOOK_LIMITS, WITHOUT_LIMITS } from '../../cli/storage-looks.ts';
import { openWatchState } from '../../cli/watch-state.ts';
import { Watcher } from '../../cli/watcher.ts';
import { openForge } from '../../forge/detect.ts';
import type { Forge } from '../../forge/forge.ts';
import { createMasker } from '../../store/mask.ts';
import { giteaRoutes } from '../support/fake-forge/gitea-routes.ts';
import { storagePath, storeLogsIn } from '../support/fake-forge/log-storage.ts';
import { newSocial } from '../support/fake-forge/social-routes.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { type Mode, type Task, World } from '../support/fake-forge/world.ts';
import { testTools } from '../support/forge-tools.ts';
import { memoryArchiver } from '../support/memory-archiver.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { type Random, randomFrom } from '../support/random.ts';

const SITE = 'http://gitea.test';
const { signal } = new AbortController();
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A server, its storage and a store, with as many sidecars as are started. */
interface Scene {
  readonly world: World;
  readonly store: MemoryStore;
  readonly storage: string;
  readonly notes: string[];
  /** Tasks whose logs stayed in the server's database. */
  readonly inDatabase: Set<Task>;
  /** The server's API answers. */
  up: boolean;
  /** Until this has come it does not even say that. */
  silence: Promise<void> | undefined;
  /** Told of each question before it is answered. */
  onAsked: ((url: string) => void) | undefined;
  sidecar(stateFile?: string): Promise<Watcher>;
}

async function openScene(mode: Mode, random: Random): Promise<Scene> {
  const folder = mkdtempSync(path.join(tmpdir(), 'firstred-watch-'));
  folders.push(folder);
  const world = new World(mode);
  const social = newSocial(world);
  const app = new Hono().route('/api/v1', giteaRoutes(world, `${SITE}/api/v1`, social));
  const store = new MemoryStore(() => world.nowMs);
  const notes: string[] = [];
  const inDatabase = new Set<Task>();
  storeLogsIn(world, path.join(folder, 'actions_log'), (task) => {
    if (random.below(20) > 0) return 'plain';
    inDatabase.add(task);
    return 'database';
  });
  const scene: Scene = {
    world,
    store,
    storage: folder,
    notes,
    inDatabase,
    up: true,
    silence: undefined,
    onAsked: undefined,
    sidecar,
  };
  const fetchHere: typeof fetch = async (input, init) => {
    await scene.silence;
    scene.onAsked?.(String(input));
    return scene.up ? app.request(input as string, init) : new Response('', { status: 502 });
  };
  const address = { serverUrl: SITE, apiUrl: undefined, token: PERSONAL_TOKEN, tokenVariable: 'FIRSTRED_TOKEN' };
  const forge: Forge = await openForge(address, { ...testTools(world), fetch: fetchHere }, signal);
  const config = {} as Parameters<typeof openLogStorage>[1];
  async function sidecar(stateFile?: string): Promise<Watcher> {
    return new Watcher({
      forge,
      storage: await openLogStorage(folder, config),
      archiver: memoryArchiver(store),
      store,
      facts: { by: 'watch', tool: 'firstred test' },
      newMasker: () => createMasker({ told: [] }),
      state: openWatchState(stateFile === undefined ? undefined : path.join(folder, stateFile)),
      host: 'gitea.test',
      now: () => world.nowMs,
      signal,
      onKept: () => undefined,
      note: (line) => void notes.push(line),
    });
  }
  return scene;
}

/** Texts that are kept of each task. */
async function keptTexts(store: MemoryStore): Promise<ReadonlyMap<string, readonly string[]>> {
  const texts = new Map<string, string[]>();
  for await (const { key } of store.list('logs/')) {
    if (!key.endsWith('.zst')) continue;
    const task = /t(\d+)\/[^/]+$/.exec(key)?.[1] ?? '';
    const parts: Uint8Array[] = [];
    for await (const part of store.get(key)) parts.push(part);
    texts.set(task, [...(texts.get(task) ?? []), Buffer.concat(parts).toString()]);
  }
  return texts;
}

/** All facts of the store, as one text. */
async function factsIn(store: MemoryStore): Promise<string> {
  const facts: Uint8Array[] = [];
  for await (const { key } of store.list('facts/')) for await (const part of store.get(key)) facts.push(part);
  return Buffer.concat(facts).toString();
}

/** One thing that may happen to a job, chosen by chance: claimed, finished, run again. */
function step(world: World, runId: number, random: Random): void {
  const job = world.job(runId, 'test');
  const task = world.taskOf(job);
  if (job.status === 'waiting') world.write(world.claim(job), `run ${runId}\n`);
  else if (job.status === 'running' && task !== undefined) {
    world.write(task, `task ${task.id} says ${random.below(1_000_000)}\n`);
    world.finish(job, random.below(3) === 0 ? 'success' : 'failure');
  } else if (random.below(3) > 0) world.rerun(runId);
}

/** A quick round; FIRSTRED_TEST_STORIES=1000 tells all of them. */
const STORIES = Number(process.env['FIRSTRED_TEST_STORIES'] ?? 100);
const AT_ONCE = 50;

test.each(['gitea-1.26', 'gitea-1.24'] as const)(
  '%s: random interleavings of finish, re-run, pause and restart lose nothing',
  async (mode) => {
    let stories = 0;
    for (let seed = 1; stories < STORIES / 2; seed++) {
      const random = randomFrom(seed);
      const scene = await openScene(mode, random);
      const { world, store, inDatabase } = scene;
      const runs = Array.from({ length: AT_ONCE }, (_, n) =>
        world.start({ jobs: [{ name: 'test' }], sha: (n + 1).toString(16).padStart(40, 'a'), branch: `b${n}` }),
      );
      stories += AT_ONCE;
      let sidecar = await scene.sidecar('state.json');
      for (let at = 0; at < AT_ONCE * 8; at++) {
        step(world, runs[random.below(AT_ONCE)]!.id, random);
        const chance = random.below(60);
        if (chance === 0) await sidecar.takeStorage(); // a look; in between it sleeps or is down
        if (chance === 1) sidecar = await scene.sidecar('state.json'); // restarted
        if (chance === 2) scene.up = !scene.up; // the API comes and goes
      }
      scene.up = true;
      world.tick(3_600_000);
      await sidecar.takeStorage();
      await sidecar.takeStorage();
      const kept = await keptTexts(store);
      for (const task of world.tasks.filter((each) => each.status !== 'running')) {
        if (inDatabase.has(task)) continue;
        expect([seed, task.id, kept.get(String(task.id))]).toEqual([seed, task.id, [task.log.toString()]]);
      }
    }
  },
);

test('a log that stayed in the database is named once', async () => {
  const scene = await openScene('gitea-1.26', { below: () => 0, pick: ([first]) => first });
  const { world, notes } = scene;
  const run = world.start({ jobs: [{ name: 'lint' }, { name: 'test' }] });
  world.ran(run.id, 'test', 'failure', 'red\n');
  storeLogsIn(world, path.join(scene.storage, 'actions_log'), () => 'plain');
  world.ran(run.id, 'lint', 'success', 'ok\n');
  // The lower id is the one that is missing: it is named when its neighbour is new.
  const later = world.start({ jobs: [{ name: 'lint' }] });
  world.ran(later.id, 'lint', 'success', 'ok\n');
  world.tick(3_600_000);
  const sidecar = await scene.sidecar();
  await sidecar.takeStorage();
  await sidecar.takeStorage();
  expect(sidecar.counts).toMatchObject({ kept: 2 });
  expect(notes.filter((note) => note.includes('dbfs_data'))).toHaveLength(sidecar.counts.notOnDisk);
});

test('two sidecars on one server keep each log as one attempt', async () => {
  const scene = await openScene('gitea-1.26', randomFrom(7));
  const { world, store } = scene;
  storeLogsIn(world, path.join(scene.storage, 'actions_log'), () => 'plain');
  const run = world.start({ jobs: [{ name: 'test' }] });
  const task = world.ran(run.id, 'test', 'failure', 'red\n');
  const [a, b] = [await scene.sidecar('a.json'), await scene.sidecar('b.json')];
  await a.takeStorage();
  await b.takeStorage();
  await Promise.all([a.takeStorage(), b.takeStorage()]);
  expect((await keptTexts(store)).get(String(task.id))).toEqual(['red\n']);
});

test('while the API is silent a log is kept by its task, and completed when it speaks', async () => {
  const scene = await openScene('gitea-1.26', randomFrom(7));
  const { world, store } = scene;
  storeLogsIn(world, path.join(scene.storage, 'actions_log'), () => 'plain');
  const run = world.start({ jobs: [{ name: 'test' }] });
  world.ran(run.id, 'test', 'failure', 'red\n');
  const sidecar = await scene.sidecar();
  scene.up = false;
  await sidecar.takeStorage();
  expect(sidecar.counts.kept).toBe(1);
  scene.up = true;
  await sidecar.takeStorage();
  expect(sidecar.counts).toMatchObject({ kept: 1, had: 0, failed: 0 });
  const facts = await factsIn(store);
  expect(facts).toContain('"job": "test"');
  expect(facts).toContain('"conclusion": "failure"');
});

test('a server that keeps silent holds up no log that has just ended; a backlog waits for its word', async () => {
  const scene = await openScene('gitea-1.26', randomFrom(7));
  const { world, store, storage } = scene;
  storeLogsIn(world, path.join(storage, 'actions_log'), () => 'plain');
  world.nowMs = Date.now() + 3 * LOOK_LIMITS.patienceMs; // the files get the time of the machine
  const run = world.start({ jobs: [{ name: 'lint' }, { name: 'test' }] });
  const [old, fresh] = ['lint', 'test'].map((job) => world.ran(run.id, job, 'failure', `${job} is red\n`));
  utimesSync(path.join(storage, 'actions_log', storagePath(world, old!, 'plain')), 1, 1);
  const sidecar = await scene.sidecar();
  let speak = (): void => undefined;
  scene.silence = new Promise((resolve) => {
    speak = resolve;
  });
  await sidecar.takeStorage();
  await sidecar.takeStorage();
  expect([...(await keptTexts(store))]).toEqual([[String(fresh!.id), ['test is red\n']]]);
  expect(await factsIn(store)).toBe('');
  speak();
  await sidecar.takeStorage(WITHOUT_LIMITS);
  expect(await keptTexts(store)).toEqual(
    new Map([old!, fresh!].map((task) => [String(task.id), [task.log.toString()]])),
  );
  expect(sidecar.counts).toMatchObject({ kept: 2, had: 0 });
  expect(await factsIn(store)).toContain('"job": "test"');
});

test('a look ends when its time is over and says that more is ready; the next ones bring the rest', async () => {
  const scene = await openScene('gitea-1.26', randomFrom(7));
  const { world } = scene;
  storeLogsIn(world, path.join(scene.storage, 'actions_log'), () => 'plain');
  for (let n = 0; n < 3; n++) world.ran(world.start({ jobs: [{ name: 'test' }] }).id, 'test', 'success', `${n}\n`);
  const sidecar = await scene.sidecar();
  expect(await sidecar.takeStorage({ ...WITHOUT_LIMITS, takeMs: 0 })).toBe(true);
  expect(sidecar.counts.kept).toBe(0);
  expect(await sidecar.takeStorage(WITHOUT_LIMITS)).toBe(false);
  expect(sidecar.counts.kept).toBe(3);
});

test('what fails while others are under way is told once they have ended', async () => {
  const ended: number[] = [];
  const work = async (n: number): Promise<void> => {
    for (let turns = 0; turns < n * 10; turns++) await Promise.resolve();
    if (n < 3) throw new Error(`${n} failed`);
    ended.push(n);
  };
  await expect(eachOf([4, 1, 2, 3, 5], 4, work)).rejects.toThrow('1 failed');
  expect(ended).toEqual([3, 4]);
});

test('an attempt that two ways tell of at the same moment is kept and counted once', async () => {
  const scene = await openScene('gitea-1.26', randomFrom(7));
  const { world, store } = scene;
  storeLogsIn(world, path.join(scene.storage, 'actions_log'), () => 'plain');
  const run = world.start({ jobs: [{ name: 'test' }] });
  const task = world.ran(run.id, 'test', 'failure', 'red\n');
  const sidecar = await scene.sidecar();
  await Promise.all([sidecar.poll('acme/widgets', 0), sidecar.takeRun('acme/widgets', String(run.id))]);
  expect(sidecar.counts).toMatchObject({ kept: 1 });
  expect((await keptTexts(store)).get(String(task.id))).toEqual(['red\n']);
});

test('a job that ended while its run was being looked at is not taken for one that a re-run replaced', async () => {
  const scene = await openScene('gitea-1.26', randomFrom(7));
  const { world, store } = scene;
  world.onStored = () => undefined;
  const run = world.start({ jobs: [{ name: 'test' }] });
  const sidecar = await scene.sidecar();
  scene.onAsked = (url) => {
    if (!url.includes('/actions/tasks')) return;
    scene.onAsked = undefined;
    world.ran(run.id, 'test', 'failure', 'red\n');
  };
  await sidecar.takeRun('acme/widgets', String(run.id));
  expect(scene.onAsked).toBeUndefined();
  expect(sidecar.counts).toMatchObject({ kept: 1, lost: 0 });
  expect([...(await keptTexts(store)).values()]).toEqual([['red\n']]);
});

test('polling keeps what finished meanwhile, over a restart too, and asks again for what still runs', async () => {
  const scene = await openScene('gitea-1.26', randomFrom(7));
  const { world, store } = scene;
  world.onStored = () => undefined;
  const long = world.start({ jobs: [{ name: 'test' }] });
  const task = world.claim(world.job(long.id, 'test'));
  world.write(task, 'slow\n');
  const first = await scene.sidecar('state.json');
  await first.poll('acme/widgets', 0);
  world.tick(5 * 3_600_000);
  await first.poll('acme/widgets', 0);
  const second = await scene.sidecar('state.json');
  world.finish(world.job(long.id, 'test'), 'failure');
  await second.poll('acme/widgets', world.nowMs);
  expect((await keptTexts(store)).get(String(task.id))).toEqual(['slow\n']);
});
