// The policies of docs/policies, put on a bucket of a real server: each may do what it needs and nothing else.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AppError } from '../../store/errors.ts';
import type { ObjectKey } from '../../store/keys.ts';
import { bodyOf, readSmall } from '../../store/object-store.ts';
import { collect } from '../support/collect.ts';
import { makeS3Places, type S3TestStore } from '../support/s3-place.ts';
import { findS3Server, makeUser, sendToServer } from '../support/s3-server.ts';

const server = await findS3Server();
const FOLDER = join(import.meta.dirname, '../../docs/policies');
const key = (text: string): ObjectKey => text as ObjectKey;
const text = (content: string) => bodyOf(Buffer.from(content));

/** What may be tried, by its name; `own` is an object that the owner of the bucket has put. */
const CALLS = {
  putLog: (store) => store.putOnce(key('logs/new'), text('x')),
  putFeed: (store) => store.putOnce(key('feed/new'), text('x')),
  putFact: (store) => store.putOnce(key('facts/new'), text('x')),
  putFormat: (store) => store.putOnce(key('firstred.json'), text('other')),
  get: (store) => readSmall(store, key('logs/own'), 100),
  list: (store) => collect(store.list('logs/')),
  remove: (store) => store.remove(key('logs/own')),
  listLeftovers: (store) => collect(store.listLeftovers()),
} as const satisfies Record<string, (store: S3TestStore) => Promise<unknown>>;
type Call = keyof typeof CALLS;

const MAY: Readonly<Record<string, readonly Call[]>> = {
  writer: ['putLog', 'putFeed'],
  reader: ['get', 'list'],
  namer: ['putFact', 'get', 'list'],
  pruner: ['putLog', 'putFeed', 'putFact', 'get', 'list', 'remove', 'listLeftovers'],
};

test('every policy is tried', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(
    Object.keys(MAY)
      .map((name) => `${name}.json`)
      .sort(),
  );
});

describe.skipIf(server === undefined)('on a server', async () => {
  if (server === undefined) return;
  const { credentials } = server;
  const { bucket, newPrefix, open } = await makeS3Places(server);

  test.each(Object.entries(MAY))('the %s may do what it needs, and nothing else', async (name, may) => {
    const user = await makeUser(server, `${name}${process.pid}`);
    const prefix = newPrefix();
    const policy = JSON.parse(
      readFileSync(join(FOLDER, `${name}.json`), 'utf8')
        .replaceAll('BUCKET', bucket)
        .replaceAll('PREFIX', prefix),
    );
    const principal = (id: string) => ({ AWS: [`arn:aws:iam:::user/${id}`] });
    for (const statement of policy.Statement) statement.Principal = principal(user.accessKeyId);
    const all = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
    policy.Statement.push({
      ...{ Effect: 'Allow', Principal: principal(credentials.accessKeyId), Action: ['s3:*'], Resource: all },
    });
    const owner = await open({ prefix });
    await owner.putOnce(key('logs/own'), text('bytes'));
    await owner.putOnce(key('firstred.json'), text('format'));
    await sendToServer(server, 'PUT', `/${bucket}?policy`, JSON.stringify(policy));
    onTestFinished(async () => void (await sendToServer(server, 'DELETE', `/${bucket}?policy`)));
    const store = await open({ prefix, credentials: user });
    const done: string[] = [];
    for (const [call, run] of Object.entries(CALLS)) {
      const error: unknown = await run(store).then(
        () => undefined,
        (e: unknown) => e,
      );
      if (error === undefined) done.push(call);
      else if (!(error instanceof AppError && ['REFUSED', 'STORE_DAMAGED'].includes(error.code))) throw error;
    }
    expect(done).toEqual(Object.keys(CALLS).filter((call) => may.includes(call as Call)));
    expect(Buffer.from(await readSmall(owner, key('firstred.json'), 100)).toString()).toBe('format');
  });
});
