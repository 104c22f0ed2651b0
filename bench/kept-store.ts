// A store of many kept logs to measure with: every log under the given folders as an attempt of its own.
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { logFilesIn, madeLog } from './input.ts';
import { measure, type Run } from './measure.ts';

/** The built command line. The bench itself runs bundled, two folders below the project's (scripts/bench.mjs). */
const main = process.env['FIRSTRED_BENCH_MAIN'] ?? path.resolve(import.meta.dirname, '../../dist/cli/main.js');

export interface KeptStore {
  readonly folder: string;
  readonly rawBytes: number;
  readonly logs: number;
  /** Runs a command on this store and index; output is collected. */
  firstred(args: readonly string[]): Promise<Run>;
  /** The same as words, with the environment that it needs. */
  commandLine(args: readonly string[]): readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** chosen: enough made logs to see a difference where no real ones are given. */
const MADE_LOGS = 40;

/** Keeps the logs, without an index; `made`: so many logs of about 1 MB where no real ones are given. */
export async function makeKeptStore(paths: readonly string[], made = MADE_LOGS): Promise<KeptStore> {
  const folder = mkdtempSync(path.join(tmpdir(), 'firstred-bench-'));
  const found = logFilesIn(paths).filter((file) => statSync(file).size > 0);
  const files = found.length > 0 ? found : makeLogs(folder, made);
  const kept = keptStoreIn(folder, {
    logs: files.length,
    rawBytes: files.reduce((sum, file) => sum + statSync(file).size, 0),
  });
  await archiveBatch(kept, files, 0);
  return kept;
}

/** Keeps each file as an attempt of its own, without an index. `first`: the number of the first one. */
export async function archiveBatch(kept: KeptStore, files: readonly string[], first: number): Promise<void> {
  const batch = path.join(kept.folder, 'batch.jsonl');
  writeFileSync(batch, files.map((file, n) => `${JSON.stringify(attemptOf(file, first + n))}\n`).join(''));
  await kept.firstred(['archive', '--batch', batch, '--no-index', '--quiet']);
}

/** What is in a store that bench/made-store.ts makes: logs 0 to `logs` of `seed`. */
export interface MadeStore {
  readonly seed: number;
  readonly logs: number;
  readonly rawBytes: number;
}

const madeFile = (folder: string): string => path.join(folder, 'made.json');

/** undefined where nothing was made yet. */
export const readMadeStore = (folder: string): MadeStore | undefined =>
  existsSync(madeFile(folder)) ? (JSON.parse(readFileSync(madeFile(folder), 'utf8')) as MadeStore) : undefined;

/** Says that this much of it is whole. */
export const saveMadeStore = (folder: string, made: MadeStore): void =>
  writeFileSync(madeFile(folder), `${JSON.stringify(made)}\n`);

/** A home whose `store` has logs already, and whose `index.db` has all of them. */
export async function openKeptStore(folder: string): Promise<KeptStore> {
  const { stdout } = await keptStoreIn(folder, { logs: 0, rawBytes: 0 }).firstred(['list', '--json']);
  const logs = JSON.parse(stdout) as readonly { readonly rawBytes: number }[];
  return keptStoreIn(folder, { logs: logs.length, rawBytes: logs.reduce((sum, log) => sum + log.rawBytes, 0) });
}

/** The store and index of a home, whatever is in them. */
export function keptStoreIn(folder: string, holds: Pick<KeptStore, 'logs' | 'rawBytes'>): KeptStore {
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    FIRSTRED_STORE: path.join(folder, 'store'),
    FIRSTRED_SPOOL: path.join(folder, 'spool'),
    FIRSTRED_INDEX: path.join(folder, 'index.db'),
  };
  return {
    folder,
    ...holds,
    firstred: (args) => measure(process.execPath, [main, ...args], env),
    env,
    commandLine: (args) => [process.execPath, main, ...args],
  };
}

const attemptOf = (file: string, n: number): Record<string, unknown> => ({
  file,
  repo: 'git.example.test/bench/logs',
  sha: String(n).padStart(40, '0'),
  workflow: 'bench',
  job: `job ${n % 20}`,
  run: String(n + 1),
  attempt: 1,
  conclusion: n % 3 === 0 ? 'failure' : 'success',
  startedAt: new Date(1_777_000_000_000 + n * 60_000).toISOString(),
});

function makeLogs(folder: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => {
    const file = path.join(folder, `made-${n}.log`);
    writeFileSync(file, madeLog(n));
    return file;
  });
}
