// Every back end keeps one contract. The S3 ones run on a real server, one of them made to ignore conditional writes.
import { linkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { openFsStore } from '../../store/fs-store.ts';
import { openS3Store } from '../../store/s3-store.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { findS3Server, makeBucket } from '../support/s3-server.ts';
import { makeKeptFolder } from '../support/temp-folder.ts';
import { testObjectStoreContract } from './object-store-contract.ts';

const MIB = 1_048_576;
const folder = await makeKeptFolder();
afterAll(() => rm(folder, { recursive: true, force: true }));
let places = 0;

const noLinks: typeof linkSync = () => {
  throw Object.assign(new Error('no links here'), { code: 'EPERM' });
};

describe.each([
  ['fs', linkSync],
  ['fs-without-links', noLinks],
])('ObjectStore contract: %s', (_name, linkFile) => {
  testObjectStoreContract({
    open: async () => {
      const store = await openFsStore(join(folder, String(places++)), { linkFile });
      await store.clockMs(); // makes the folder, so that it is empty and not absent
      return store;
    },
    largeBytes: 2 * MIB + 3,
    keys: 2_600,
  });
});

const server = await findS3Server();

describe.skipIf(server === undefined).each([
  ['s3', {}],
  ['s3-unconditional', { ignoresConditions: true }],
  ['s3-without-conditions', { refusesConditions: true }],
])('ObjectStore contract: %s', async (name, abilities) => {
  if (server === undefined) return;
  const { credentials, endpoint, region } = server;
  const bucket = await makeBucket(server);
  const isDirect = name === 's3';
  const proxy = isDirect ? undefined : await startFaultProxy({ target: endpoint, credentials, ...abilities });
  afterAll(() => proxy?.close());
  testObjectStoreContract({
    open: () =>
      openS3Store({
        bucket,
        prefix: `p${places++}`,
        endpoint: proxy?.url ?? endpoint,
        region,
        credentials,
        multipartAboveBytes: 5 * MIB,
      }),
    largeBytes: 5 * MIB + 3, // in two parts
    keys: isDirect ? 2_600 : 50,
  });
});
