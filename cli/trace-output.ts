// `--debug`: what is read, which requests are made, with status and time, and by which plan a search goes, line by line on
// stderr. Headers, bodies and what a query's parameters hold are left out, and so are users and passwords in addresses and
// every value that the environment tells to be a secret.
import { subscribe } from 'node:diagnostics_channel';
import { toldValuesOf } from '../store/told-values.ts';
import { showText } from '../store/visible-text.ts';
import type { Sink } from './command.ts';
import { type Environment, withoutUserInfo } from './config.ts';

/** Writes notes and requests to `stderr` from now on. */
export function traceTo(stderr: Sink, env: Environment): void {
  const startedMs = performance.now();
  // The longest first: one may be a part of another.
  const secrets = toldValuesOf(env)
    .map(({ value }) => value)
    .filter((value) => value.length >= MIN_SECRET)
    .sort((a, b) => b.length - a.length);
  const write = (text: string): void => {
    const shown = secrets.reduce((line, secret) => line.replaceAll(secret, '***'), withoutUserInfo(text));
    const at = `+${(performance.now() - startedMs).toFixed(0)} ms`;
    void stderr.write(`debug ${at}  ${showText(shown).replaceAll('\n', ' ')}\n`).catch(() => undefined);
  };
  subscribe('firstred:note', (words) => write(String(words)));
  traceFetch(write);
  traceHttp(write);
}

/** chosen: shorter ones are in every other word. */
const MIN_SECRET = 4;

/** A path with the names of its parameters alone: some servers take tokens there. */
const withoutValues = (path: string): string => path.replace(/([?&][^=&#]*)=[^&#]*/g, '$1=…');

const millis = (sinceMs: number): string => `${(performance.now() - sinceMs).toFixed(0)} ms`;

type Write = (text: string) => void;

/** Requests of `fetch`: CI servers. */
function traceFetch(write: Write): void {
  const started = new WeakMap<object, number>();
  const of = (message: unknown): FetchNote => message as FetchNote;
  subscribe('undici:request:create', (message) => started.set(of(message).request, performance.now()));
  const end = (message: unknown, what: string): void => {
    const { method, origin, path } = of(message).request;
    const since = started.get(of(message).request) ?? performance.now();
    write(`request ${method} ${String(origin)}${withoutValues(path)}: ${what}, ${millis(since)}`);
  };
  subscribe('undici:request:headers', (message) => end(message, `status ${of(message).response?.statusCode ?? '?'}`));
  subscribe('undici:request:error', (message) => end(message, `failed (${of(message).error?.code ?? 'no answer'})`));
}

interface FetchNote {
  readonly request: { readonly method: string; readonly origin: unknown; readonly path: string };
  readonly response?: { readonly statusCode: number };
  readonly error?: { readonly code?: string };
}

/** Requests of `node:http`: S3. */
function traceHttp(write: Write): void {
  const started = new WeakMap<object, number>();
  const of = (message: unknown): HttpNote => message as HttpNote;
  subscribe('http.client.request.start', (message) => started.set(of(message).request, performance.now()));
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = of(message);
    const since = started.get(request) ?? performance.now();
    const status = `status ${response?.statusCode ?? '?'}`;
    write(`request ${request.method} ${request.host}${withoutValues(request.path)}: ${status}, ${millis(since)}`);
  });
}

interface HttpNote {
  readonly request: { readonly method: string; readonly host: string; readonly path: string };
  readonly response?: { readonly statusCode: number };
}
