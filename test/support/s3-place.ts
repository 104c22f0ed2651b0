// Stores on the test server, each in a place of its own, directly or through a proxy that breaks requests.
import { afterAll } from 'vitest';
import type { ObjectRemover, ObjectStore } from '../../store/object-store.ts';
import { openS3Store, type S3StoreOptions } from '../../store/s3-store.ts';
import { type FaultProxy, type FaultProxyOptions, startFaultProxy } from './fault-proxy.ts';
import { makeBucket, type S3Server } from './s3-server.ts';

export type S3TestStore = ObjectStore & ObjectRemover;

export interface S3Places {
  readonly bucket: string;
  /** A prefix that nobody else uses. */
  newPrefix(): string;
  open(over?: Partial<S3StoreOptions>): Promise<S3TestStore>;
  /** `direct` is the same place without the proxy. */
  openFaulty(
    over?: Partial<S3StoreOptions>,
    proxied?: Partial<FaultProxyOptions>,
  ): Promise<{ store: S3TestStore; direct: S3TestStore; proxy: FaultProxy; prefix: string }>;
}

/** chosen: a stall ends after half of it, and a busy server can still answer. */
const GIVE_UP_MS = 4_000;

/** A bucket for the stores of one test file, which are closed at its end. Call it where hooks can be set. */
export async function makeS3Places(server: S3Server): Promise<S3Places> {
  const bucket = await makeBucket(server);
  const { endpoint, region, credentials } = server;
  const closing: (() => Promise<void>)[] = [];
  afterAll(async () => {
    await Promise.all(closing.map((close) => close()));
  });
  let places = 0;
  const newPrefix = (): string => `place-${places++}`;
  const open = async (over: Partial<S3StoreOptions> = {}): Promise<S3TestStore> => {
    const store = await openS3Store({ bucket, prefix: newPrefix(), endpoint, region, credentials, ...over });
    closing.push(() => store.close());
    return store;
  };
  return {
    bucket,
    newPrefix,
    open,
    async openFaulty(over = {}, proxied = {}) {
      const proxy = await startFaultProxy({ target: endpoint, credentials, ...proxied });
      closing.push(() => proxy.close());
      const prefix = over.prefix ?? newPrefix();
      const store = await open({ giveUpMs: GIVE_UP_MS, ...over, prefix, endpoint: proxy.url });
      return { store, proxy, prefix, direct: await open({ prefix }) };
    },
  };
}
