// The CI action with a bucket: the AWS SDK is in its one file.
import { describe, expect, test } from 'vitest';
import { openS3Store } from '../../store/s3-store.ts';
import { openStage, warningsOf } from '../support/action-stage.ts';
import { readLogsOf } from '../support/kept-logs.ts';
import { findS3Server, makeBucket, type S3Server } from '../support/s3-server.ts';

const s3 = await findS3Server();

describe.skipIf(s3 === undefined)('a bucket', () => {
  const server = s3 as S3Server;
  const keys = {
    AWS_ACCESS_KEY_ID: server?.credentials.accessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: server?.credentials.secretAccessKey ?? '',
  };

  test.each(['gitea-1.26', 'forgejo-16'] as const)('%s: the log goes there', async (mode) => {
    const bucket = await makeBucket(server);
    const { fake, task, use } = await openStage(mode);
    const { endpoint, region, credentials } = server;
    const inputs = { store: `s3://${bucket}/team`, 's3-endpoint': endpoint, 's3-region': region };
    const action = use({ env: keys, inputs });
    await action.main();
    fake.world.write(task, 'a row\n');
    const result = await action.post();
    expect(warningsOf(result)).toEqual([]);
    const store = await openS3Store({ bucket, prefix: 'team', endpoint, region, credentials });
    expect((await readLogsOf(store)).map(({ text }) => text)).toEqual(['a row\n']);
    await store.close();
  });

  test('an empty secret is named', async () => {
    const bucket = await makeBucket(server);
    const { fake, task, use } = await openStage('gitea-1.26');
    const inputs = { store: `s3://${bucket}/team`, 's3-endpoint': server.endpoint, 's3-region': server.region };
    const action = use({ inputs, env: { ...keys, AWS_SECRET_ACCESS_KEY: '' } });
    await action.main();
    fake.world.write(task, 'a row\n');
    expect(warningsOf(await action.post())).toEqual([expect.stringContaining('AWS_SECRET_ACCESS_KEY')]);
  });
});
