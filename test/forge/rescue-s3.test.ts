// `rescue` out of a bucket, as a Gitea server with object storage leaves its logs: against a real S3 server on loopback.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ObjectKey } from '../../store/keys.ts';
import { bodyOf } from '../../store/object-store.ts';
import { openS3Store } from '../../store/s3-store.ts';
import { expectCode, makeHome, runCommand } from '../support/command.ts';
import { findS3Server, makeBucket, type S3Server } from '../support/s3-server.ts';

const FIXTURE = path.join(import.meta.dirname, '../fixtures/providers/gitea/storage');
const server = await findS3Server();

describe.skipIf(server === undefined)('a bucket', () => {
  const s3 = server as S3Server;

  test('is read as a folder is, once, and gets no object of ours', async () => {
    const { credentials, endpoint, region } = s3;
    const bucket = await makeBucket(s3);
    const source = await openS3Store({ bucket, prefix: 'gitea', endpoint, region, credentials });
    const names = ['cc/4812.log.zst', '24/4900.log.zst', 'b6/4790.log'].map((n) => `actions_log/acme/widgets/${n}`);
    for (const name of names) await source.putOnce(name as ObjectKey, bodyOf(readFileSync(path.join(FIXTURE, name))));
    await source.putOnce('avatars/4812.log' as ObjectKey, bodyOf(Buffer.from('no log of a task\n')));
    const home = await makeHome({
      FIRSTRED_S3_ENDPOINT: endpoint,
      FIRSTRED_S3_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    });
    const first = expectCode(await runCommand(home, ['rescue', `s3://${bucket}/gitea`]), 0);
    expect(first.stdout.toString()).toContain('3 kept');
    const again = expectCode(await runCommand(home, ['rescue', `s3://${bucket}/gitea/actions_log`]), 0);
    expect(again.stdout.toString()).toContain('3 here already');
    const left: string[] = [];
    for await (const { key } of source.list('')) left.push(key);
    expect(left.sort()).toEqual([...names, 'avatars/4812.log'].sort());
    await source.close();
  });
});
