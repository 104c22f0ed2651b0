// What only S3 has: rights, clocks, uploads in parts, broken connections. All against a real server, through a proxy
// where the server would not do it on demand.
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { AppError } from '../../store/errors.ts';
import type { ObjectKey } from '../../store/keys.ts';
import { bodyOf, type ObjectReader, readSmall } from '../../store/object-store.ts';
import { openStore } from '../../store/open-store.ts';
import { openS3Store } from '../../store/s3-store.ts';
import { collect } from '../support/collect.ts';
import { atNth } from '../support/fault-proxy.ts';
import { makeS3Places } from '../support/s3-place.ts';
import { findS3Server, makeBucket, makeUser, sendToServer } from '../support/s3-server.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const DAY_MS = 86_400_000;
const key = (text: string): ObjectKey => text as ObjectKey;
const text = (content: string) => bodyOf(Buffer.from(content));
const readText = async (store: ObjectReader, name: string): Promise<string> =>
  Buffer.from(await readSmall(store, key(name), 10_000_000)).toString();
const failed = async (promise: Promise<unknown>): Promise<AppError> => {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof AppError)) throw new Error(`no AppError but ${error}`);
  return error;
};

describe('an endpoint', () => {
  const open = (endpoint: string, allowHttp?: boolean) =>
    openS3Store({ bucket: 'logs', prefix: '', endpoint, allowHttp });

  test.each(['http://127.0.0.1:9000', 'http://localhost:9000', 'http://[::1]:9000', 'https://s3.example.com/base'])(
    '%s is taken',
    async (endpoint) => {
      const store = await open(endpoint);
      expect(store.url).toBe('s3://logs');
      await store.close();
    },
  );

  test('plain http to another machine has to be allowed', async () => {
    expect(await failed(open('http://minio.example.com:9000'))).toMatchObject({ code: 'USAGE' });
    expect(await failed(open('http://127.0.0.1.example.com'))).toMatchObject({ code: 'USAGE' });
    await (await open('http://minio.example.com:9000', true)).close();
  });

  test.each([
    'https://AKIA1:hunter2secret@s3.example.com',
    'https://s3.example.com/?token=hunter2secret',
    'hunter2secret',
    'ftp://x',
  ])('%s is a mistake of the call, and is not repeated', async (endpoint) => {
    const error = await failed(open(endpoint));
    expect(error.code).toBe('USAGE');
    expect(error.message + error.hint).not.toContain('hunter2secret');
  });
});

describe('without a server', () => {
  const nobody = { bucket: 'logs', prefix: 'p', endpoint: 'http://127.0.0.1:9', giveUpMs: 300 };
  const credentials = { accessKeyId: 'AKIDNOBODY', secretAccessKey: 'hunter2secret' };

  test('every call gives up with STORE_UNAVAILABLE and names the server', async () => {
    const store = await openS3Store({ ...nobody, credentials });
    for (const call of [
      () => store.putOnce(key('a'), text('x')),
      () => store.stat(key('a')),
      () => readText(store, 'a'),
      () => collect(store.list('')),
      () => store.clockMs(),
      () => collect(store.listLeftovers()),
      () => store.remove(key('a')),
    ]) {
      const error = await failed(call());
      expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('127.0.0.1:9') });
      expect(error.message + error.hint).not.toContain('hunter2secret');
    }
    await store.close();
  });

  test('missing credentials are refused, and the secrets are named', async () => {
    const home = await makeTempFolder();
    const unset = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_PROFILE: undefined };
    const nowhere = { HOME: home, AWS_CONFIG_FILE: `${home}/c`, AWS_SHARED_CREDENTIALS_FILE: `${home}/s` };
    for (const [name, value] of Object.entries({ ...unset, ...nowhere, AWS_EC2_METADATA_DISABLED: 'true' }))
      vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const store = await openStore('s3://logs/p', { endpoint: nobody.endpoint, timeoutMs: 5_000 });
    const error = await failed(store.putOnce(key('a'), text('x')));
    expect(error).toMatchObject({ code: 'REFUSED', hint: expect.stringContaining('AWS_SECRET_ACCESS_KEY') });
  });
});

const server = await findS3Server();

describe.skipIf(server === undefined)('on a server', async () => {
  if (server === undefined) return;
  const { endpoint, credentials } = server;
  const { bucket, newPrefix, open, openFaulty } = await makeS3Places(server);

  test('through openStore the format is written beside the logs, under the prefix', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
    onTestFinished(() => void vi.unstubAllEnvs());
    const store = await openStore(`s3://${bucket}/team/a/`, { endpoint });
    await store.putOnce(key('logs/a'), text('x'));
    expect(store.url).toBe(`s3://${bucket}/team/a`);
    const all = (await collect(store.list(''))).map((o) => o.key);
    expect(all).toEqual(['firstred.json', 'logs/a']);
    const listing = await sendToServer(server, 'GET', `/${bucket}?list-type=2&prefix=team%2Fa%2F`);
    expect(listing).toContain('<Key>team/a/firstred.json</Key>');
    await store.close();
  });

  describe('refuses', () => {
    test.each([
      ['a wrong secret', { ...credentials, secretAccessKey: 'hunter2secret' }],
      ['an unknown key', { accessKeyId: 'AKIDNOBODY', secretAccessKey: 'hunter2secret' }],
    ])('%s at every call, without repeating it', async (_name, wrong) => {
      const store = await open({ credentials: wrong });
      for (const call of [
        () => store.putOnce(key('a'), text('x')),
        () => store.stat(key('a')),
        () => readText(store, 'a'),
        () => collect(store.list('')),
        () => collect(store.listLeftovers()),
        () => store.remove(key('a')),
      ]) {
        const error = await failed(call());
        expect(error.code).toBe('REFUSED');
        expect(error.hint).toContain('AWS_SECRET_ACCESS_KEY');
        const told = error.message + error.hint + JSON.stringify(error.cause) + String(error.cause);
        expect(told).not.toMatch(/hunter2secret|AKIDNOBODY/);
      }
    });

    test('a missing bucket at every call, naming it', async () => {
      const store = await open({ bucket: 'no-such-bucket-here' });
      for (const call of [
        () => store.putOnce(key('a'), text('x')),
        () => store.stat(key('a')),
        () => readText(store, 'a'),
        () => collect(store.list('')),
        () => collect(store.listLeftovers()),
        () => store.remove(key('a')),
      ])
        expect(await failed(call())).toMatchObject({
          code: 'STORE_MISSING',
          message: expect.stringContaining('no-such-bucket-here'),
        });
    });
  });

  test('a put-only writer keeps logs and feed entries, and nothing else', async () => {
    const writer = await makeUser(server, `writer${process.pid}`);
    const prefix = newPrefix();
    const users = (name: string) => ({ AWS: [`arn:aws:iam:::user/${name}`] });
    const folders = ['logs', 'feed'].map((folder) => `arn:aws:s3:::${bucket}/${prefix}/${folder}/*`);
    const all = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
    const Statement = [
      { Effect: 'Allow', Principal: users(writer.accessKeyId), Action: ['s3:PutObject'], Resource: folders },
      // where objects have owners, who wrote one could read it all the same, and others could not
      {
        Effect: 'Deny',
        Principal: users(writer.accessKeyId),
        Action: ['s3:GetObject', 's3:DeleteObject'],
        Resource: all,
      },
      { Effect: 'Allow', Principal: users(credentials.accessKeyId), Action: ['s3:*'], Resource: all },
    ];
    const policy = { Version: '2012-10-17', Statement };
    await sendToServer(server, 'PUT', `/${bucket}?policy`, JSON.stringify(policy));
    onTestFinished(async () => void (await sendToServer(server, 'DELETE', `/${bucket}?policy`)));

    const { store, proxy } = await openFaulty({ credentials: writer, prefix });
    const owner = await open({ prefix });
    expect((await store.putOnce(key('logs/a'), text('bytes'))).state).toBe('created');
    expect((await store.putOnce(key('feed/a'), text('entry'))).state).toBe('created');
    expect((await store.putOnce(key('logs/a'), text('bytes'))).state).toBe('unchanged');
    proxy.setFaults(atNth('PutObject', 1, { kind: 'lost-response' }));
    const lost = await store.putOnce(key('logs/b'), text('bytes'));
    expect(lost.state).toBe('unchanged');
    expect(Math.abs(lost.storedAtMs - Date.now())).toBeLessThan(60_000);
    expect(Math.abs((await store.clockMs()) - Date.now())).toBeLessThan(60_000);
    for (const call of [
      () => store.putOnce(key('facts/a'), text('x')),
      () => store.putOnce(key('firstred.json'), text('x')),
      () => readText(store, 'logs/a'),
      () => store.stat(key('logs/a')),
      () => collect(store.list('')),
      () => store.remove(key('logs/a')),
    ])
      expect(await failed(call())).toMatchObject({ code: 'REFUSED' });
    expect((await collect(owner.list(''))).map((o) => o.key)).toEqual(['feed/a', 'logs/a', 'logs/b']);
    expect(await readText(owner, 'logs/a')).toBe('bytes');
  });

  describe('the time', () => {
    test.each([DAY_MS, -DAY_MS])('of a server that is %i ms off is taken for its own', async (clockShiftMs) => {
      const { store, direct } = await openFaulty({}, { clockShiftMs });
      const { storedAtMs } = await store.putOnce(key('a'), text('x'));
      expect(Math.abs(storedAtMs - (Date.now() + clockShiftMs))).toBeLessThan(60_000);
      expect(Math.abs((await store.clockMs()) - (Date.now() + clockShiftMs))).toBeLessThan(60_000);
      expect(await readText(store, 'a')).toBe('x');
      expect(await store.stat(key('a'))).toMatchObject({ sizeBytes: 1 });
      expect(await readText(direct, 'a')).toBe('x');
    });

    test('is the server’s when this machine’s clock is a day off', async () => {
      const realMs = Date.now();
      vi.useFakeTimers({ toFake: ['Date'], now: realMs + DAY_MS });
      onTestFinished(() => void vi.useRealTimers());
      const store = await open();
      const { storedAtMs } = await store.putOnce(key('a'), text('x'));
      expect(Math.abs(storedAtMs - realMs)).toBeLessThan(60_000);
      expect((await collect(store.list(''))).map((o) => o.key)).toEqual(['a']);
    });

    test.each([DAY_MS, -DAY_MS])('only of the answers being %i ms off changes no signature', async (dateShiftMs) => {
      const { store } = await openFaulty({}, { dateShiftMs });
      for (const name of ['a', 'b', 'c']) {
        const { storedAtMs } = await store.putOnce(key(name), text(name));
        expect(Math.abs(storedAtMs - (Date.now() + dateShiftMs))).toBeLessThan(60_000);
        expect(await readText(store, name)).toBe(name);
      }
    });
  });

  test('keys of strangers in the same place are passed over, whatever their names', async () => {
    const store = await open({ prefix: 'strangers' });
    await store.putOnce(key('m'), text('ours'));
    for (const name of ['a%20b', 'na%C3%AFve', '%01', 'z%26%3C', 'n/', '%2B', 'a//b'])
      await sendToServer(server, 'PUT', `/${bucket}/strangers/${name}`, 'theirs');
    expect((await collect(store.list(''))).map((o) => o.key)).toEqual(['m']);
  });

  test('a store of the whole bucket lists what has no prefix', async () => {
    const own = await makeBucket(server);
    const store = await open({ bucket: own, prefix: '' });
    await store.putOnce(key('logs/a'), text('x'));
    expect((await collect(store.list(''))).map((o) => o.key)).toEqual(['logs/a']);
    expect((await collect(store.list('logs/', 'logs/a'))).length).toBe(0);
  });
});
