// `rescue`: a server's own log storage brings back what a re-run made unreachable, and is never changed.
import { cpSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { coverage } from '../../cli/commands/coverage.ts';
import { list } from '../../cli/commands/list.ts';
import { rescue } from '../../cli/commands/rescue.ts';
import { show } from '../../cli/commands/show.ts';
import { storedLogOf } from '../../cli/log-storage.ts';
import { type CommandWorld, openCommandWorld } from '../support/command-world.ts';
import { providerFixture, providerJson } from '../support/env-fixture.ts';
import { storeLogsIn } from '../support/fake-forge/log-storage.ts';
import { type FakeForge, startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import type { Mode } from '../support/fake-forge/world.ts';

const FIXTURE = path.join(import.meta.dirname, '../fixtures/providers/gitea/storage');
const RED = providerFixture('gitea/logs/test-20.task4812.attempt1.red.log');
const GREEN = providerFixture('gitea/logs/test-20.task4830.attempt2.green.log');
const JOB = 'test (20)';
let world: CommandWorld;
let fake: FakeForge | undefined;

afterEach(async () => {
  world.close();
  await fake?.close();
  fake = undefined;
});

interface Row {
  readonly logId: string;
  readonly job: string;
  readonly conclusion: string;
}

async function kept(): Promise<readonly Row[]> {
  expect(await world.run(list, [], { json: true })).toBe(0);
  return JSON.parse(world.out.text) as Row[];
}

async function textOf(row: Row | undefined): Promise<string> {
  await world.run(show, [row?.logId ?? ''], { raw: true });
  return world.out.text;
}

/** Names, sizes and times of a folder's files: what a reader must not change. */
const stateOf = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => {
    const { size, mtimeMs } = statSync(path.join(folder, name));
    return `${name} ${size} ${mtimeMs}`;
  });

describe.each(['gitea-1.22', 'gitea-1.24', 'gitea-1.26', 'forgejo-11'] as const)('%s', (mode: Mode) => {
  test('the red log of before the re-run comes back byte for byte, once', async () => {
    fake = await startFakeForge(mode);
    const env = { FIRSTRED_SERVER_URL: fake.serverUrl, FIRSTRED_TOKEN: PERSONAL_TOKEN, FIRSTRED_REPO: 'acme/widgets' };
    const server = fake.world;
    world = openCommandWorld(env, () => server.nowMs);
    const storage = path.join(world.folder, 'actions_log');
    storeLogsIn(server, storage);
    const run = server.start({ jobs: [{ name: JOB }] });
    server.ran(run.id, JOB, 'failure', RED);
    server.rerun(run.id);
    server.ran(run.id, JOB, 'success', GREEN);
    const before = stateOf(storage);

    expect(await world.run(rescue, [storage], { dryRun: true })).toBe(0);
    expect(world.out.text).toContain('2 would be kept (nothing was written)');
    expect(await world.run(rescue, [storage], {})).toBe(0);
    expect(world.out.text).toContain('2 kept');
    const rows = await kept();
    const knowsTasks = mode !== 'gitea-1.22';
    expect(rows.map((row) => row.conclusion).sort()).toEqual(
      knowsTasks ? ['failure', 'success'] : ['failure', 'unknown'],
    );
    expect(await textOf(rows.find((row) => row.conclusion === 'failure'))).toBe(RED);
    if (knowsTasks) expect(await world.run(coverage, [], {})).toBe(0);
    expect(await world.run(rescue, [storage], {})).toBe(0);
    expect(world.out.text).toContain('2 here already');
    expect(await kept()).toHaveLength(2);
    expect(stateOf(storage)).toEqual(before);
  });
});

test('a log that is only in the server’s database is named', async () => {
  fake = await startFakeForge('gitea-1.26');
  const server = fake.world;
  const env = { FIRSTRED_SERVER_URL: fake.serverUrl, FIRSTRED_TOKEN: PERSONAL_TOKEN };
  world = openCommandWorld(env, () => server.nowMs);
  const storage = path.join(world.folder, 'actions_log');
  storeLogsIn(server, storage, (task) => (task.name === JOB ? 'database' : 'zst'));
  const run = server.start({ jobs: [{ name: 'lint' }, { name: JOB }] });
  server.ran(run.id, 'lint', 'success', 'lint ok\n');
  server.ran(run.id, JOB, 'failure', RED);
  expect(await world.run(rescue, [storage], {})).toBe(0);
  expect(world.err.text).toContain(`${JOB} #t4812 is not on disk`);
  expect(world.err.text).toContain('dbfs_data');
});

describe('without a server', () => {
  const open = (): string => {
    world = openCommandWorld({}, () => Date.UTC(2026, 2, 3));
    const storage = path.join(world.folder, 'storage');
    cpSync(FIXTURE, storage, { recursive: true });
    return storage;
  };

  test('logs are kept by their task ids, of several frames too; what cannot be read is named', async () => {
    const storage = open();
    expect(await world.run(rescue, [storage], {})).toBe(20);
    expect(world.err.text).toContain('4901.log.zst cannot be read');
    const { tasks } = providerJson('gitea/storage/INDEX.json') as { tasks: Record<string, { bytes_plain: number }> };
    expect(await world.run(list, [], { json: true })).toBe(0);
    const sizes = (JSON.parse(world.out.text) as { rawBytes: number }[]).map((row) => row.rawBytes);
    for (const { bytes_plain } of Object.values(tasks)) expect(sizes).toContain(bytes_plain);
  });

  test('of a cut file the part before the cut is kept, and said to be cut', async () => {
    const storage = open();
    const file = path.join(storage, 'actions_log/acme/widgets/24/4900.log.zst');
    truncateSync(file, readFileSync(file).byteLength - 3000);
    expect(await world.run(rescue, [storage], { repo: ['acme/widgets'] })).toBe(20);
    expect(world.err.text).toContain('4900.log.zst is cut');
  });

  test('a folder that is not there is said so', async () => {
    open();
    await expect(world.run(rescue, ['/nowhere/actions_log'], {})).rejects.toMatchObject({ code: 'INPUT_MISSING' });
  });
});

test.each([
  ['acme/widgets/cc/4812.log', true],
  ['actions_log/acme/widgets/cc/4812.log.zst', true],
  ['acme/widgets/cd/4812.log', false], // not where the server would put it
  ['acme/widgets/cc/4812.log.tmp', false],
  ['acme/cc/4812.log', false],
  ['acme/widgets/00/0.log', false],
])('%s is a task’s log: %s', (name, expected) =>
  expect(storedLogOf(name, { sizeBytes: 1, modifiedAtMs: 0 }) !== undefined).toBe(expected),
);
