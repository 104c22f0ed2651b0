// What a sync costs that finds nothing new: a few requests, however many logs are kept.
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SeenKeys } from '../../cli/sync-seen.ts';
import { openIndex } from '../../indexer/open-index.ts';
import { setCursor } from '../../indexer/sync-state.ts';
import { FEED_OVERLAP_MS, listFeed } from '../../store/feed.ts';
import { feedKey, type ObjectKey } from '../../store/keys.ts';
import type { ObjectReader, ObjectStat } from '../../store/object-store.ts';
import { expectCode, makeHome, runCommand, type TestHome } from '../support/command.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { findS3Server, makeBucket, type S3Server } from '../support/s3-server.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const MAX_REQUESTS = 5;
const server = await findS3Server();

const keep = async (home: TestHome, attempts: readonly number[]): Promise<void> => {
  const rows = attempts.map((attempt) => {
    const file = join(home.folder, 'work', `${attempt}.log`);
    writeFileSync(file, `log ${attempt}\n`);
    return JSON.stringify({ file, repo: 'git.example.test/a/b', sha: '4f2a91c', job: 'j', run: '1', attempt });
  });
  writeFileSync(join(home.folder, 'work', 'batch.jsonl'), rows.join('\n'));
  expectCode(await runCommand(home, ['archive', '--batch', 'batch.jsonl', '--no-index']), 0);
};

test.skipIf(server === undefined)(
  'a bucket: nothing new takes at most five requests, just after 12 logs as well',
  async () => {
    const s3 = server as S3Server;
    const proxy = await startFaultProxy({ target: s3.endpoint });
    onTestFinished(() => proxy.close());
    const home = await makeHome({
      FIRSTRED_STORE: `s3://${await makeBucket(s3)}/x`,
      FIRSTRED_S3_ENDPOINT: proxy.url,
      FIRSTRED_S3_REGION: s3.region,
      AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
    });
    const sync = async (): Promise<{ readonly added: number; readonly requests: number }> => {
      const before = proxy.seen.length;
      const { stdout } = expectCode(await runCommand(home, ['sync', '--json']), 0);
      return { added: JSON.parse(stdout.toString()).added, requests: proxy.seen.length - before };
    };
    await keep(
      home,
      Array.from({ length: 12 }, (_, n) => n + 1),
    );
    expect((await sync()).added).toBe(12);
    const idle = await sync();
    expect(idle.added).toBe(0);
    expect(idle.requests).toBeLessThanOrEqual(MAX_REQUESTS);
    await keep(home, [13]);
    expect((await sync()).added).toBe(1);
    expect((await sync()).requests).toBeLessThanOrEqual(MAX_REQUESTS);
  },
);

/** A feed of a million entries, one every 30 s, of which a listing makes only what it is asked for. */
class LargeFeed implements ObjectReader {
  readonly url = 'memory:';
  pages = 0;
  readonly #firstMs = Date.UTC(2026, 0, 1);
  readonly count = 1_000_000;
  keyOf = (n: number): ObjectKey => feedKey(this.#firstMs + n * 30_000, n.toString(36).padStart(8, '0'));

  async *list(prefix: string, after = ''): AsyncGenerator<ObjectStat> {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.keyOf(middle) <= after) low = middle + 1;
      else high = middle;
    }
    this.pages += 1;
    for (let n = low, given = 0; n < this.count; n++, given++) {
      if (given > 0 && given % 1000 === 0) this.pages += 1;
      const key = this.keyOf(n);
      if (key.startsWith(prefix)) yield { key, sizeBytes: 500, modifiedAtMs: 0 };
    }
  }

  get(): AsyncIterable<Uint8Array> {
    throw new Error('nothing has to be read');
  }

  stat(): Promise<ObjectStat | undefined> {
    throw new Error('nothing has to be asked');
  }
}

test('a feed of a million entries: one page is listed, and nothing is read', async () => {
  const index = openIndex(join(await makeTempFolder(), 'index.db'));
  onTestFinished(() => index.close());
  const feed = new LargeFeed();
  const first = new SeenKeys(index, 's', 'feed');
  first.newestMs = Date.UTC(2026, 0, 1) + (feed.count - 1) * 30_000 - FEED_OVERLAP_MS;
  for await (const key of first.unseen(listFeed(feed, first.newestMs))) first.add(key);
  first.newestMs = Date.UTC(2026, 0, 1) + (feed.count - 1) * 30_000;
  first.save();
  feed.pages = 0;
  const again = new SeenKeys(index, 's', 'feed');
  const unseen: ObjectKey[] = [];
  for await (const key of again.unseen(listFeed(feed, again.newestMs))) unseen.push(key);
  expect([feed.pages, unseen]).toEqual([1, []]);
  // What is no list of ours: everything of that time is looked at again, nothing is passed over.
  setCursor(index, 's', 'feed-seen', 'odd');
  const anew = new SeenKeys(index, 's', 'feed');
  let looks = 0;
  for await (const _key of anew.unseen(listFeed(feed, anew.newestMs))) looks += 1;
  expect(looks).toBe(FEED_OVERLAP_MS / 30_000 + 1);
});

test('an entry that was dated into the future does not hide what comes after it', async () => {
  const home = await makeHome();
  await keep(home, [1]);
  const [entry = ''] = readdirSync(join(home.store, 'feed'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  );
  mkdirSync(join(home.store, 'feed/2999/01/01/00'), { recursive: true });
  writeFileSync(
    join(home.store, 'feed/2999/01/01/00/2999-01-01T000000.000Z-aaaaaaaa.json'),
    readFileSync(join(home.store, 'feed', entry)),
  );
  expectCode(await runCommand(home, ['sync']), 0);
  await keep(home, [2]);
  const { stdout } = expectCode(await runCommand(home, ['sync', '--json']), 0);
  expect(JSON.parse(stdout.toString())).toMatchObject({ added: 1 });
});

test('what could not be read is said by the next sync as well', async () => {
  const home = await makeHome();
  await keep(home, [1, 2]);
  const manifest = readdirSync(join(home.store, 'logs'), { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('.json'),
  );
  truncateSync(join(home.store, 'logs', manifest ?? ''), 100);
  for (let n = 0; n < 2; n++)
    expect(JSON.parse(expectCode(await runCommand(home, ['sync', '--json']), 20).stdout.toString())).toMatchObject({
      unreadable: 1,
    });
});
