// A real S3 server for tests: Ceph's radosgw on loopback, one for each run of vitest, started when a test file asks.
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type S3Credentials, signRequest } from './s3-signature.ts';

export interface S3Server {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: S3Credentials;
  /** Of the cluster: its configuration, data and logs. */
  readonly folder: string;
  /** Process ids of its three daemons. */
  readonly pids: readonly number[];
  /** Where its programs and their libraries are found. */
  readonly environment: Readonly<Record<string, string>>;
}

const SCRIPTS = resolve(import.meta.dirname, 'ceph');
const PROGRAMS = ['ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'ceph'];
/** Installing Ceph by apt took 50 s on a busy machine, a start up to 7 s. */
const START_LIMIT_MS = 300_000;
const run = promisify(execFile);

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/**
 * The server of this run, which ends with vitest. undefined, after a notice, where neither Ceph nor apt can be had;
 * with `CI` set that is an error, since a skipped test proves nothing.
 */
export async function findS3Server(): Promise<S3Server | undefined> {
  try {
    return await sharedServer();
  } catch (error) {
    if (process.env['CI']) throw error;
    console.warn(`S3 tests are skipped, as Ceph cannot be started: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

export interface ServerOptions {
  /** The cluster ends, and its folder goes, when this process does. */
  readonly ownerPid: number;
  /** One that a cluster was stopped or killed in brings its objects back. */
  readonly folder: string;
  /** In memory, or on disk, where objects outlive a kill. */
  readonly store: 'memstore' | 'bluestore';
  /** Default: a free one. */
  readonly port?: number;
}

/** Starts a cluster, or starts one again. */
export async function startServer(options: ServerOptions): Promise<S3Server> {
  const environment = { ...process.env, CEPH_OWNER: String(options.ownerPid), CEPH_DIR: options.folder };
  const env: NodeJS.ProcessEnv = { ...environment, CEPH_STORE: options.store };
  if (options.port !== undefined) env['S3_PORT'] = String(options.port);
  if (env['CEPH_ROOT'] === undefined && !PROGRAMS.every(has)) {
    if (process.getuid?.() === 0) env['CEPH_INSTALL'] = '1';
    else env['CEPH_ROOT'] = resolve('node_modules/.cache/ceph');
  }
  const root = env['CEPH_ROOT'];
  if (root !== undefined && !existsSync(join(root, '.done')))
    await run(join(SCRIPTS, 'unpack.sh'), [root], { timeout: START_LIMIT_MS });
  const { stdout } = await run(join(SCRIPTS, 'start.sh'), { env, timeout: START_LIMIT_MS });
  return parseServer(stdout);
}

/** Ends a cluster and removes its folder. */
export async function stopServer(server: S3Server): Promise<void> {
  await run(join(SCRIPTS, 'stop.sh'), [server.folder], { timeout: 60_000 });
}

function parseServer(text: string): S3Server {
  const said = new Map([...text.matchAll(/^export (\w+)=(.*)$/gm)].map((m) => [m[1], m[2] ?? '']));
  const get = (name: string): string => said.get(name) ?? '';
  return {
    endpoint: get('S3_ENDPOINT'),
    region: get('S3_REGION'),
    credentials: { accessKeyId: get('S3_ACCESS_KEY'), secretAccessKey: get('S3_SECRET_KEY') },
    folder: get('CEPH_DIR'),
    pids: get('PROBE_PIDS').split(',').map(Number),
    environment: { PATH: get('CEPH_PATH'), LD_LIBRARY_PATH: get('CEPH_LIBRARIES') },
  };
}

/** Test files run in processes of their own: the first that comes starts the server, the others wait for its answer. */
async function sharedServer(): Promise<S3Server> {
  const ownerPid = process.send === undefined ? process.pid : process.ppid;
  const place = join(tmpdir(), `firstred-s3-${ownerPid}-${startOf(ownerPid)}`);
  const answer = join(place, 'answer');
  let isFirst = true;
  try {
    mkdirSync(place, { mode: 0o700 });
  } catch {
    isFirst = false;
  }
  if (isFirst) {
    const store = process.env['FIRSTRED_TEST_S3'] === 'bluestore' ? 'bluestore' : 'memstore';
    const said = await startServer({ ownerPid, folder: place, store }).then(
      (server) => ({ server }),
      (error: unknown) => ({ failure: String(error) }),
    );
    writeFileSync(`${answer}.new`, JSON.stringify(said), { mode: 0o600 });
    renameSync(`${answer}.new`, answer);
  }
  for (let waitedMs = 0; !existsSync(answer); waitedMs += 50) {
    if (waitedMs > START_LIMIT_MS) throw new Error('another test file never got its S3 server');
    await new Promise((wake) => setTimeout(wake, 50));
  }
  const { server, failure } = JSON.parse(readFileSync(answer, 'utf8'));
  if (failure !== undefined) throw new Error(failure);
  return server;
}

/** A process id may be used again; with its start it names one process. */
const startOf = (pid: number): string => {
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? ''
    );
  } catch {
    return '';
  }
};

let made = 0;

/** Makes an empty bucket and gives its name. */
export async function makeBucket(server: S3Server, name = `t${process.pid}-${Date.now()}-${made++}`): Promise<string> {
  await sendToServer(server, 'PUT', `/${name}`);
  return name;
}

/** One signed request, for what the store itself never does. Throws unless it succeeds. */
export async function sendToServer(
  server: S3Server,
  method: string,
  url: string,
  body?: string,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const target = new URL(url, server.endpoint);
  const headers: Record<string, string> = { host: target.host, ...more };
  if (body !== undefined) headers['x-amz-content-sha256'] = createHash('sha256').update(body).digest('hex');
  const { host: _, ...signed } = signRequest({ method, url, headers }, server.credentials, Date.now());
  const response = await fetch(target, { method, headers: signed, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return text;
}

/** Makes another user of the server, who may nothing until a bucket's policy says so. */
export async function makeUser(server: S3Server, name: string): Promise<S3Credentials> {
  const credentials = { accessKeyId: name, secretAccessKey: `${name}secret` };
  await run(
    'radosgw-admin',
    [
      ...['-c', join(server.folder, 'ceph.conf'), '-n', 'client.rgw', 'user', 'create', `--uid=${name}`],
      ...[`--display-name=${name}`, `--access-key=${name}`, `--secret-key=${credentials.secretAccessKey}`],
    ],
    { timeout: 60_000, env: { ...process.env, ...server.environment } },
  );
  return credentials;
}
