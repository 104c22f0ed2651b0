// What keeping a log adds to a job: a log of 1 MB into a folder, into an S3 server, and with a store that is away.
// usage: eval "$(test/support/ceph/start.sh)"; node scripts/bench.mjs latency [--size 1] [--rounds 15]; test/support/ceph/stop.sh
// Without S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY the S3 part is left out, and says so.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { signRequest } from '../test/support/s3-signature.ts';
import { writeInput } from './input.ts';
import { machineText, measure, spreadText } from './measure.ts';

const argOf = (name: string, usual: number): number => {
  const at = process.argv.indexOf(name);
  return at < 0 ? usual : Number(process.argv[at + 1]);
};
const rounds = argOf('--rounds', 15);
/** The built command line. The bench itself runs bundled, two folders below the project's (scripts/bench.mjs). */
const main = process.env['FIRSTRED_BENCH_MAIN'] ?? path.resolve(import.meta.dirname, '../../dist/cli/main.js');
const home = mkdtempSync(path.join(tmpdir(), 'firstred-bench-'));
const log = path.join(home, 'job.log');
const base = {
  PATH: process.env['PATH'],
  HOME: home,
  FIRSTRED_INDEX: path.join(home, 'index.db'),
  FIRSTRED_SPOOL: path.join(home, 'spool'),
  FIRSTRED_STORE: path.join(home, 'store'),
};
let attempt = 0;
/** Each log is another attempt, so that nothing is skipped as kept already. */
const identity = (): string[] => ['--sha', '4f2a91c', '--job', 'bench', '--attempt', String(++attempt)];

async function times(name: string, env: NodeJS.ProcessEnv, args: () => readonly string[]): Promise<void> {
  const wallMs: number[] = [];
  for (let n = 0; n < rounds; n++) wallMs.push((await measure(process.execPath, args(), env)).wallMs);
  console.log(`${name.padEnd(44)} ${spreadText(wallMs, 0)} ms`);
}

const CAT = 'require("fs").createReadStream(process.argv[1]).pipe(process.stdout)';

async function timesOfStore(name: string, env: NodeJS.ProcessEnv): Promise<void> {
  await times(`archive into ${name}`, env, () => [main, 'archive', log, ...identity()]);
  await times(`archive --no-index into ${name}`, env, () => [main, 'archive', log, ...identity(), '--no-index']);
  await times(`run -- CMD into ${name}`, env, () => [
    main,
    'run',
    ...identity(),
    '--',
    process.execPath,
    '-e',
    CAT,
    log,
  ]);
}

/** An empty bucket on the server that the environment names; undefined where it names none. */
async function s3Env(): Promise<NodeJS.ProcessEnv | undefined> {
  const { S3_ENDPOINT: endpoint, S3_ACCESS_KEY: accessKeyId, S3_SECRET_KEY: secretAccessKey } = process.env;
  if (endpoint === undefined || accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  const url = `/bench-${Date.now()}`;
  const { host: _, ...headers } = signRequest(
    { method: 'PUT', url, headers: { host: new URL(endpoint).host } },
    { accessKeyId, secretAccessKey },
    Date.now(),
  );
  const answer = await fetch(new URL(url, endpoint), { method: 'PUT', headers });
  if (!answer.ok) throw new Error(`no bucket can be made: ${answer.status} ${await answer.text()}`);
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  return { ...base, ...keys, FIRSTRED_STORE: `s3:/${url}/p`, FIRSTRED_S3_ENDPOINT: endpoint };
}

/** A port where nobody listens, and a server that takes connections and never says a word. */
async function timesWithoutStore(): Promise<void> {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const keys = { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'nobody-nobody' };
  for (const [name, endpoint] of [
    ['a closed port', 'http://127.0.0.1:9'],
    ['a server that never answers', `http://127.0.0.1:${port}`],
  ] as const) {
    const env = { ...base, ...keys, FIRSTRED_STORE: 's3://logs/p', FIRSTRED_S3_ENDPOINT: endpoint };
    const { wallMs } = await measure(process.execPath, [main, 'archive', log, ...identity(), '--quiet'], env, [24]);
    console.log(`${`archive, ${name}, until it is spooled`.padEnd(44)} ${(wallMs / 1000).toFixed(1)} s`);
  }
  silent.close();
}

try {
  writeInput(log, argOf('--size', 1) * 1_000_000, []);
  console.log(`machine  ${machineText()}`);
  await times('node -e 0', base, () => ['-e', '0']);
  await times('CMD alone', base, () => ['-e', CAT, log]);
  await timesOfStore('a folder', base);
  const s3 = await s3Env();
  if (s3 === undefined) console.log('S3 is left out: S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY name no server');
  else await timesOfStore('S3 on loopback', s3);
  await timesWithoutStore();
} finally {
  rmSync(home, { recursive: true, force: true });
}
