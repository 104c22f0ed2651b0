// A running `firstred serve` over a few kept logs, and questions to it, with or without a browser's headers.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { endOf, makeHome, startCommand, type TestHome } from './command.ts';
import { makeKeptFolder } from './temp-folder.ts';

const DEMO = resolve(import.meta.dirname, '../../demo/logs');

/** What a name from outside tries; each would set `pwned` if it ran. */
export const XSS = `"><img src=x onerror=window.pwned=5><script>window.pwned=6</script>`;

/** One answer, its body as bytes. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  json<T = Record<string, unknown>>(): T;
  /** Lines of JSON. */
  rows(): Record<string, unknown>[];
}

/** A server under test. */
export interface Served {
  readonly home: TestHome;
  readonly url: string;
  readonly port: number;
  readonly pid: number | undefined;
  readonly token: string;
  /** With the token, unless `headers` has an `authorization` of its own; `''` leaves a header out. */
  ask(path: string, options?: AskOptions): Promise<Answer>;
  close(): Promise<number | null>;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface LogToKeep {
  readonly file: string;
  readonly job: string;
  readonly conclusion: 'success' | 'failure';
  readonly [field: string]: unknown;
}

/** Removes what `keepLogs` made. */
export const dropLogs = (home: TestHome): Promise<void> => rm(home.folder, { recursive: true, force: true });

/** Logs in a home of their own, which the caller drops: a red and a green attempt of one commit, and others that the caller adds. */
export async function keepLogs(
  more: readonly (LogToKeep & { readonly text?: string | Uint8Array })[],
): Promise<TestHome> {
  const home = await makeHome({ FIRSTRED_AUTHOR: 'tester' }, await makeKeptFolder());
  const docker = {
    repo: 'git.example.test/acme/app',
    sha: '5fb206a32a'.padEnd(40, '0'),
    workflow: 'build.yml',
    job: 'docker',
    run: '312',
    branch: 'main',
  };
  const folder = join(home.folder, 'logs');
  mkdirSync(folder);
  const rows = [
    {
      ...docker,
      file: join(DEMO, 'docker.attempt-1.red.log'),
      attempt: 1,
      conclusion: 'failure',
      startedAt: '2026-04-27T19:35:18Z',
      finishedAt: '2026-04-27T19:45:18Z',
    },
    {
      ...docker,
      file: join(DEMO, 'docker.attempt-2.green.log'),
      attempt: 2,
      conclusion: 'success',
      startedAt: '2026-04-27T20:01:40Z',
      finishedAt: '2026-04-27T20:09:00Z',
    },
    ...more.map(({ text, ...row }) => {
      const file = text === undefined ? row.file : join(folder, row.file);
      if (text !== undefined) writeFileSync(file, text);
      return {
        repo: 'git.example.test/acme/app',
        workflow: 'ci.yml',
        run: '9',
        attempt: 1,
        startedAt: '2026-05-01T10:00:00Z',
        finishedAt: '2026-05-01T10:20:00Z',
        ...row,
        file,
      };
    }),
  ];
  const batch = join(folder, 'batch.jsonl');
  writeFileSync(batch, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const { code, stderr } = await endOf(startCommand(home, ['archive', '--batch', batch]));
  if (code !== 0) throw new Error(`the logs were not kept: ${stderr}`);
  return home;
}

/** Starts the server on a free port and waits for the address that it prints. */
export async function serveLogs(home: TestHome, args: readonly string[] = []): Promise<Served> {
  const child = startCommand(home, ['serve', '--json', ...args]);
  const { url, port } = await addressOf(child);
  const token = decodeURIComponent(new URL(url).hash.slice('#token='.length));
  return {
    home,
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid,
    token,
    ask: (path, options = {}) =>
      ask(port, path, { ...options, headers: { authorization: `Bearer ${token}`, ...options.headers } }),
    async close() {
      const ended = once(child, 'close') as Promise<[number | null]>;
      child.kill('SIGTERM');
      return (await ended)[0];
    },
  };
}

async function addressOf(child: ChildProcess): Promise<{ readonly url: string; readonly port: number }> {
  let said = '';
  child.stderr?.on('data', (part: Buffer) => (said += part.toString()));
  if (child.stdout === null) throw new Error('the server has no stdout');
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error(`the server did not start: ${said}`);
}

/** One request, any header. */
function ask(port: number, path: string, { method = 'GET', headers = {}, body }: AskOptions = {}): Promise<Answer> {
  const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers: sent, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(parts);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: bytes,
          json: () => JSON.parse(bytes.toString()),
          rows: () =>
            bytes
              .toString()
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line)),
        });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
