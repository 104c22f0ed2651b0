// The command line with a bucket: a real server on loopback; its refusals become two lines and an exit code.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openS3Store } from '../../store/s3-store.ts';
import { expectCode, makeHome, runCommand, type TestHome } from '../support/command.ts';
import { readLogsOf } from '../support/kept-logs.ts';
import { findS3Server, makeBucket, type S3Server } from '../support/s3-server.ts';

const server = await findS3Server();

const homeAt = (s3: S3Server, store: string, secret = s3.credentials.secretAccessKey): Promise<TestHome> =>
  makeHome({
    FIRSTRED_STORE: store,
    FIRSTRED_S3_ENDPOINT: s3.endpoint,
    FIRSTRED_S3_REGION: s3.region,
    FIRSTRED_STORE_TIMEOUT: '20s',
    AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secret,
  });

async function archive(home: TestHome, text: string) {
  writeFileSync(join(home.folder, 'work/a.log'), text);
  return runCommand(home, ['archive', 'a.log', '--sha', '4f2a91c', '--job', 'test', '--attempt', '1']);
}

describe.skipIf(server === undefined)('a bucket', () => {
  const s3 = server as S3Server;

  test('archive keeps a log in a bucket, a second capture of the same text changes nothing', async () => {
    const bucket = await makeBucket(s3);
    const home = await homeAt(s3, `s3://${bucket}/some/prefix`);
    expectCode(await archive(home, 'a line\n'), 0);
    expect(expectCode(await archive(home, 'a line\n'), 0).stdout.toString()).toContain('kept already');
    const { credentials, endpoint, region } = s3;
    const store = await openS3Store({ bucket, prefix: 'some/prefix', endpoint, region, credentials });
    expect((await readLogsOf(store)).map((log) => log.text)).toEqual(['a line\n']);
    await store.close();
  });

  test('a bucket that does not exist: the log waits here, and reading says not found', async () => {
    const home = await homeAt(s3, 's3://no-such-bucket-here/x');
    const kept = expectCode(await archive(home, 'a line\n'), 24);
    expect(kept.stderr).toContain('no-such-bucket-here');
    expect(kept.stderr).toContain('flush');
    const sync = expectCode(await runCommand(home, ['sync']), 21);
    expect(sync.stderr.trimEnd().split('\n')).toHaveLength(2);
    expect(sync.stderr).toContain('no-such-bucket-here');
  });

  test('wrong credentials: the log waits here, reading is refused, and no message holds the secret', async () => {
    const bucket = await makeBucket(s3);
    const home = await homeAt(s3, `s3://${bucket}/x`, 'not-the-right-secret');
    const kept = expectCode(await archive(home, 'a line\n'), 24);
    const sync = expectCode(await runCommand(home, ['sync']), 23);
    expect(sync.stderr.trimEnd().split('\n')).toHaveLength(2);
    for (const said of [kept, sync]) expect(said.stderr + said.stdout).not.toContain('not-the-right-secret');
  });

  test('search over a bucket says the same with an index, from the cache of frames, and without', async () => {
    const home = await homeAt(s3, `s3://${await makeBucket(s3)}/x`);
    const lines = Array.from({ length: 20_000 }, (_, n) => `step ${n} of many, ${(n * 7919) % 1000} ms`);
    expectCode(await archive(home, `${lines.join('\n')}\nERROR: the queue was lost\n`), 0);
    const search = async (...flags: readonly string[]): Promise<readonly unknown[]> => {
      const found = expectCode(await runCommand(home, ['search', 'queue was lost', '--json', ...flags]), 0);
      return found.stdout
        .toString()
        .trim()
        .split('\n')
        .map((row) => JSON.parse(row));
    };
    const without = await search('--no-index');
    expectCode(await runCommand(home, ['sync']), 0);
    const first = await search();
    expect(first[0]).toEqual((await search())[0]);
    expect(without[0]).toEqual(first[0]);
    expect(first[0]).toMatchObject({ line: 20_001, text: 'ERROR: the queue was lost' });
  });
});
