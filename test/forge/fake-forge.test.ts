// The fake servers' own promises: hooks that our parser takes, storage that zstd reads.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseDelivery } from '../../forge/webhook.ts';
import { storagePath, storeLogsIn } from '../support/fake-forge/log-storage.ts';
import { startFakeForge } from '../support/fake-forge/server.ts';
import { hookRequest } from '../support/fake-forge/webhooks.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

test.each([
  [
    'gitea-1.24',
    [
      ['waiting', 0],
      ['started', 1],
      ['finished', 1],
      ['waiting', 1],
    ],
  ],
  [
    'gitea-1.27',
    [
      ['waiting', 1],
      ['started', 1],
      ['finished', 1],
      ['finished', 1],
      ['waiting', 2],
    ],
  ],
  ['forgejo-16', [['finished', undefined]]],
  [
    'github',
    [
      ['waiting', 1],
      ['started', 1],
      ['finished', 1],
      ['finished', 1],
      ['waiting', 2],
    ],
  ],
] as const)('%s tells its hooks what happened', async (mode, expected) => {
  const fake = await startFakeForge(mode);
  const told: (readonly [string | undefined, number | undefined])[] = [];
  fake.world.onHook = (hook) => {
    const { headers, body } = hookRequest(fake, hook, 's');
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const delivery = parseDelivery({ headers: lower, body: Buffer.from(body) }, 's');
    expect(delivery?.repo).toBe(`${new URL(fake.serverUrl).host}/acme/widgets`);
    told.push([delivery?.news, delivery?.runAttempt]);
  };
  const run = fake.world.start({ jobs: [{ name: 'test' }] });
  fake.world.ran(run.id, 'test', 'failure', 'red\n');
  fake.world.rerun(run.id);
  expect(told).toEqual(expected);
  await fake.close();
});

test('the storage keeps the red log that a re-run made unreachable', async () => {
  const folder = await makeTempFolder();
  const fake = await startFakeForge('gitea-1.26');
  storeLogsIn(fake.world, folder);
  const run = fake.world.start({ jobs: [{ name: 'test' }] });
  const log = Buffer.from('row of a log\n'.repeat(30_000));
  const red = fake.world.ran(run.id, 'test', 'failure', log);
  fake.world.rerun(run.id);
  const file = path.join(folder, storagePath(fake.world, red, 'zst'));
  expect(existsSync(file)).toBe(true);
  expect(execFileSync('zstd', ['-dc', file], { maxBuffer: 1e7 }).equals(log)).toBe(true);
  expect(readFileSync(file).readUInt32LE(readFileSync(file).length - 4)).toBe(0x8f92eab1);
  await fake.close();
});
