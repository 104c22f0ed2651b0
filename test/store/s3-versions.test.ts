// Buckets that keep what is removed or overwritten: versioning, and Object Lock. The recipe of docs/operating.md.
import { describe, expect, test } from 'vitest';
import type { ObjectKey } from '../../store/keys.ts';
import { bodyOf, readSmall } from '../../store/object-store.ts';
import { openS3Store } from '../../store/s3-store.ts';
import { collect } from '../support/collect.ts';
import { findS3Server, makeBucket, type S3Server, sendToServer } from '../support/s3-server.ts';

const server = await findS3Server();
const key = (text: string): ObjectKey => text as ObjectKey;
const text = (content: string) => bodyOf(Buffer.from(content));
let made = 0;

const openIn = (s3: S3Server, bucket: string) => {
  const { endpoint, region, credentials } = s3;
  return openS3Store({ bucket, prefix: 'p', endpoint, region, credentials });
};

/** Versions and delete markers, as the server lists them. */
const versionsIn = async (s3: S3Server, bucket: string): Promise<{ versions: number; markers: number; id: string }> => {
  const listing = await sendToServer(s3, 'GET', `/${bucket}?versions`);
  const [, id = ''] = /<Version>[\s\S]*?<VersionId>([^<]+)<\/VersionId>/.exec(listing) ?? [];
  return {
    versions: listing.split('<Version>').length - 1,
    markers: listing.split('<DeleteMarker>').length - 1,
    id,
  };
};

describe.skipIf(server === undefined)('a bucket that keeps versions', () => {
  const s3 = server as S3Server;

  test('works as any other, and what prune removes can be brought back until the bucket lets it go', async () => {
    const bucket = await makeBucket(s3);
    await sendToServer(
      s3,
      'PUT',
      `/${bucket}?versioning`,
      '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>',
    );
    const store = await openIn(s3, bucket);
    expect((await store.putOnce(key('logs/a'), text('bytes'))).state).toBe('created');
    expect((await store.putOnce(key('logs/a'), text('bytes'))).state).toBe('unchanged');
    await store.remove(key('logs/a'));
    expect(await store.stat(key('logs/a'))).toBeUndefined();
    expect(await collect(store.list(''))).toEqual([]);
    const kept = await versionsIn(s3, bucket);
    expect([kept.versions, kept.markers]).toEqual([1, 1]);
    expect(await sendToServer(s3, 'GET', `/${bucket}/p/logs/a?versionId=${kept.id}`)).toBe('bytes');
    expect((await store.putOnce(key('logs/a'), text('again'))).state).toBe('created');
    expect(Buffer.from(await readSmall(store, key('logs/a'), 100)).toString()).toBe('again');
    await store.close();
  });

  test('Object Lock by default takes our logs, and nobody removes a version before its time', async () => {
    const bucket = `lock-${process.pid}-${made++}`;
    await sendToServer(s3, 'PUT', `/${bucket}`, undefined, { 'x-amz-bucket-object-lock-enabled': 'true' });
    await sendToServer(
      s3,
      'PUT',
      `/${bucket}?object-lock`,
      '<ObjectLockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ObjectLockEnabled>Enabled</ObjectLockEnabled>' +
        '<Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>',
    );
    const store = await openIn(s3, bucket);
    expect((await store.putOnce(key('logs/a'), text('bytes'))).state).toBe('created');
    const { id } = await versionsIn(s3, bucket);
    await expect(sendToServer(s3, 'DELETE', `/${bucket}/p/logs/a?versionId=${id}`)).rejects.toThrow('403');
    await store.remove(key('logs/a')); // only hides it
    expect(await collect(store.list(''))).toEqual([]);
    expect(await sendToServer(s3, 'GET', `/${bucket}/p/logs/a?versionId=${id}`)).toBe('bytes');
    await store.close();
  });
});
