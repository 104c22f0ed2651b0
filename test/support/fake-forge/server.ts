// A fake Gitea, Forgejo or GitHub on loopback, with faults on demand and a check of every request against the real
// server's API document.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { Faults } from './faults.ts';
import { forgejoRoutes } from './forgejo-routes.ts';
import { giteaRoutes } from './gitea-routes.ts';
import { blobRoutes, githubRoutes } from './github-routes.ts';
import { OpenApi } from './openapi.ts';
import { newSocial, type Social } from './social-routes.ts';
import { type Mode, World } from './world.ts';

/** A request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly authorization: string | undefined;
}

export interface FakeForge {
  readonly world: World;
  readonly social: Social;
  readonly faults: Faults;
  /** Address of the pages: `http://127.0.0.1:40001`. */
  readonly serverUrl: string;
  readonly apiUrl: string;
  readonly requests: SeenRequest[];
  /** What requests and answers did that the API document does not know; a test ends with this empty. */
  readonly apiFaults: string[];
  close(): Promise<void>;
}

const OPENAPI = {
  gitea: 'gitea/openapi.excerpt.json',
  github: 'github/openapi.excerpt.json',
  forgejo: undefined,
} as const;

/** Starts a server in `mode`; its repository is `acme/widgets`, empty. */
export async function startFakeForge(mode: Mode): Promise<FakeForge> {
  const world = new World(mode);
  const social = newSocial(world);
  const faults = new Faults();
  const requests: SeenRequest[] = [];
  const apiFaults: string[] = [];
  const app = new Hono();
  const main = await listen(app);
  // Only GitHub keeps its logs on another host; 127.0.0.1 and localhost are two hosts to a client.
  const blobs = mode === 'github' ? await listen(blobRoutes(world)) : undefined;
  const serverUrl = `http://127.0.0.1:${main.port}`;
  const prefix = world.family === 'github' ? '/api/v3' : '/api/v1';
  const apiUrl = serverUrl + prefix;
  const fixture = OPENAPI[world.family];
  const openApi = fixture === undefined ? undefined : new OpenApi(fixture);
  app.use('*', async (c, next) => {
    requests.push({
      method: c.req.method,
      path: c.req.path,
      query: new URL(c.req.url).search,
      authorization: c.req.header('authorization'),
    });
    const fault = faults.take(c.req.path);
    if (fault !== undefined && fault.kind !== 'cut') return faultAnswer(c, fault);
    const path = c.req.path.startsWith(`${prefix}/`) ? c.req.path.slice(prefix.length) : undefined;
    if (openApi !== undefined && path !== undefined) apiFaults.push(...(await requestFaults(c, openApi, path)));
    await next();
    if (openApi !== undefined && path !== undefined) apiFaults.push(...(await answerFaults(c, openApi, path)));
    if (fault?.kind === 'cut') c.res = await cutAnswer(c, fault.afterBytes);
    return undefined;
  });
  const places = { base: apiUrl, site: serverUrl, blobs: () => `http://localhost:${blobs?.port ?? 0}` };
  const routes =
    world.family === 'github'
      ? githubRoutes(world, places, social)
      : world.family === 'gitea'
        ? giteaRoutes(world, apiUrl, social)
        : forgejoRoutes(world, apiUrl, social);
  app.route(prefix, routes);
  app.notFound((c) => c.html('<!DOCTYPE html><title>404</title>', 404));
  const close = async (): Promise<void> => {
    await Promise.all([main.close(), blobs?.close()]);
  };
  return { world, social, faults, serverUrl, apiUrl, requests, apiFaults, close };
}

interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

async function listen(app: Hono): Promise<Listening> {
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', overrideGlobalObjects: false });
  if (!server.listening) await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

function faultAnswer(c: Context, fault: Exclude<ReturnType<Faults['take']>, undefined | { kind: 'cut' }>): Response {
  switch (fault.kind) {
    case 'status':
      return c.body(fault.body ?? '', fault.status as ContentfulStatusCode, fault.headers ?? {});
    case 'redirect':
      return c.body(null, (fault.status ?? 302) as ContentfulStatusCode, { location: fault.to });
    case 'drop':
      (c.env as { incoming: { socket: { destroy(): void } } }).incoming.socket.destroy();
      return c.body(null);
    default:
      return fault satisfies never;
  }
}

/** Writes past hono, which would turn an error in a body into a 500. */
async function cutAnswer(c: Context, afterBytes: number): Promise<Response> {
  const bytes = new Uint8Array(await c.res.arrayBuffer());
  const { outgoing } = c.env as { outgoing: ServerResponse };
  outgoing.writeHead(c.res.status, { ...Object.fromEntries(c.res.headers), 'content-length': bytes.byteLength });
  outgoing.write(bytes.subarray(0, afterBytes), () => outgoing.destroy());
  return new Response(null, { headers: { 'x-hono-already-sent': 'true' } });
}

async function requestFaults(c: Context, openApi: OpenApi, path: string): Promise<string[]> {
  const isJson = c.req.header('content-type')?.startsWith('application/json') === true;
  const body: unknown = isJson ? await c.req.json() : undefined;
  return openApi.requestFaults(c.req.method, path, new URL(c.req.url).searchParams, body);
}

async function answerFaults(c: Context, openApi: OpenApi, path: string): Promise<string[]> {
  const isJson = c.res.headers.get('content-type')?.includes('json') === true;
  if (!isJson) return [];
  return openApi.responseFaults(c.req.method, path, c.res.status, await c.res.clone().json());
}
