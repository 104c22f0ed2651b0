// One HTTP listener: what the page's server and the sidecar's have in common.
import type { Server } from 'node:http';
import { type HttpBindings, serve } from '@hono/node-server';
import { AppError, reasonOf, systemErrorCode } from '../store/errors.ts';

/** What an answer may know of its request's socket. */
export type Bindings = HttpBindings;

/** Answers a request. */
export type Answer = (request: Request, env: HttpBindings) => Response | Promise<Response>;

export interface ListenerPlace {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** How long a request may take to arrive. */
  readonly requestTimeoutMs?: number;
}

export interface Listening {
  readonly port: number;
  /** Ends it; requests that are under way get so long. */
  close(graceMs: number): Promise<void>;
}

/** SECURITY, section 5. */
const HEADERS_TIMEOUT_MS = 10_000;

/** Listens. USAGE when the port is taken, REFUSED when the place is not ours. */
export function startListener(answer: Answer, { host, port, requestTimeoutMs }: ListenerPlace): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: (request, env) => answer(request, env as HttpBindings),
        hostname: host.replace(/^\[|\]$/g, ''),
        port,
        overrideGlobalObjects: false,
        serverOptions: {
          headersTimeout: HEADERS_TIMEOUT_MS,
          ...(requestTimeoutMs === undefined ? {} : { requestTimeout: requestTimeoutMs }),
        },
      },
      () => resolve({ port: portOf(server, port), close: (graceMs) => closeServer(server, graceMs) }),
    ) as Server;
    server.once('error', (cause) => reject(cannotListen(cause, host, port)));
  });
}

function portOf(server: Server, asked: number): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : asked;
}

function cannotListen(cause: Error, host: string, port: number): AppError {
  const taken = systemErrorCode(cause) === 'EADDRINUSE';
  return new AppError(taken ? 'USAGE' : 'REFUSED', `cannot listen on ${host} port ${port}: ${reasonOf(cause)}`, {
    hint: taken
      ? 'another program has that port: give another --port, or 0 for a free one'
      : 'give another --host or --port',
    cause,
  });
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if (graceMs === 0) return server.closeAllConnections();
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), graceMs).unref();
  });
}
