// A sync that finds nothing new in a bucket with 20,000 captures: how many requests it takes. For `npm run test:conformance`.
import { expect, onTestFinished, test } from 'vitest';
import { feedKey, type ObjectKey } from '../../store/keys.ts';
import { bodyOf } from '../../store/object-store.ts';
import { openS3Store } from '../../store/s3-store.ts';
import { expectCode, makeHome, runCommand } from '../support/command.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { findS3Server, makeBucket } from '../support/s3-server.ts';

const COUNT = 20_000;
const server = await findS3Server();

test.skipIf(server === undefined)(`${COUNT} feed entries`, { timeout: 1_800_000 }, async () => {
  if (server === undefined) return;
  const { endpoint, region, credentials } = server;
  const bucket = await makeBucket(server);
  const store = await openS3Store({ bucket, prefix: 'x', endpoint, region, credentials });
  // Entries of captures that were pruned since: what a sync lists is the same, and no logs have to be made.
  const firstMs = Date.now() - (COUNT + 20) * 60_000; // the newest are older than what every listing looks at again
  const todo = Array.from({ length: COUNT }, (_, n) => n).values();
  await Promise.all(
    Array.from({ length: 24 }, async () => {
      for (const n of todo) {
        const id = n.toString(36).padStart(8, '0');
        const key: ObjectKey = feedKey(firstMs + n * 60_000, id);
        const manifest = `logs/git.example.test/a/b/4f2a91c/ci/j/1-a${n}/log-${id}-${id}.json`;
        await store.putOnce(key, bodyOf(Buffer.from(JSON.stringify({ format: 1, manifest }))));
      }
    }),
  );
  await store.close();
  const proxy = await startFaultProxy({ target: endpoint });
  onTestFinished(() => proxy.close());
  const home = await makeHome({
    FIRSTRED_STORE: `s3://${bucket}/x`,
    FIRSTRED_S3_ENDPOINT: proxy.url,
    FIRSTRED_S3_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  });
  const identity = ['--repo', 'git.example.test/a/b', '--sha', '4f2a91c', '--job', 'j'];
  expectCode(await runCommand(home, ['archive', '-', ...identity], { input: 'the one that is there\n' }), 0);
  // A machine that has synced before: the listing of logs, then the feed.
  expectCode(await runCommand(home, ['sync', '--full']), 0);
  expectCode(await runCommand(home, ['sync']), 0);
  const before = proxy.seen.length;
  expectCode(await runCommand(home, ['sync']), 0);
  console.info(`${proxy.seen.length - before} requests with ${COUNT} entries in the feed`);
  expect(proxy.seen.length - before).toBeLessThanOrEqual(5);
});
