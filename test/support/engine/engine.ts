// The engine of a team, started by the test that needs it: ClickHouse by chDB behind loopback HTTP. With ENGINE_URL set
// (http://user:password@host:8123/database) that server is used instead.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installEngine } from './install.ts';

/** chosen: four statements at once, as a small server would run them. */
const SESSIONS = 4;

export interface TestEngine {
  /** `clickhouse://…`, as --index takes it. */
  readonly address: string;
  readonly port: number;
  /** Of its process; 0 of a server of others. */
  readonly pid: number;
  /** A server of others: it can't be killed. */
  readonly isExternal: boolean;
  /** kill -9: what was acknowledged must be there after `restart`. */
  crash(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * An engine with an empty data folder; undefined, with a notice, where chDB can't be had. With CI set that is an error: the
 * suite must not pass there without it.
 */
export async function startEngine(): Promise<TestEngine | undefined> {
  const external = process.env['ENGINE_URL'];
  if (external !== undefined && external !== '') return externalEngine(external);
  const installed = await installEngine();
  if ('folder' in installed) return ownEngine(installed.folder);
  if ((process.env['CI'] ?? '') !== '') throw new Error(installed.missing);
  console.warn(`not run, as the engine is not there: ${installed.missing}`);
  return undefined;
}

function externalEngine(url: string): TestEngine {
  const address = url.replace(/^https:/, 'clickhouses:').replace(/^http:/, 'clickhouse:');
  const nothing = async (): Promise<void> => undefined;
  return {
    address,
    port: Number(new URL(url).port),
    pid: 0,
    isExternal: true,
    crash: nothing,
    restart: nothing,
    stop: nothing,
  };
}

async function ownEngine(modules: string): Promise<TestEngine> {
  const folder = mkdtempSync(path.join(tmpdir(), 'firstred-engine-'));
  let child: ChildProcess;
  let port = 0;
  const launch = async (): Promise<void> => {
    const launched = await spawnServer(modules, path.join(folder, 'data'), port);
    child = launched.child;
    port = launched.port;
  };
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  };
  await launch();
  return {
    address: `clickhouse://127.0.0.1:${port}`,
    port,
    get pid() {
      return child.pid ?? 0;
    },
    isExternal: false,
    crash: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGTERM');
      await launch();
    },
    stop: async () => {
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function spawnServer(
  modules: string,
  data: string,
  port: number,
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  // From the project's folder: a bench runs from a bundle elsewhere.
  const script = path.resolve('test/support/engine/server.mjs');
  const child = spawn(process.execPath, [script, data, String(port), String(SESSIONS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ENGINE_MODULES: modules,
      ENGINE_OWNER: String(process.pid),
      UV_THREADPOOL_SIZE: String(SESSIONS * 2),
    },
  });
  return new Promise((resolve, reject) => {
    let text = '';
    const died = (code: number | null): void => reject(new Error(`the engine ended with ${code} before it was ready`));
    child.once('exit', died);
    child.stdout.on('data', (data_: Buffer) => {
      text += data_.toString();
      if (!text.includes('\n')) return;
      child.off('exit', died);
      resolve({ child, port: Number(new URL((JSON.parse(text) as { url: string }).url).port) });
    });
  });
}
