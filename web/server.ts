// The HTTP server: guards first, then data, then the page. What it answers with is handed in.
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { type AccessOptions, createAccess } from './access.ts';
import { addCommandRoutes } from './command-routes.ts';
import type { Endpoint, WithLog, WriteName } from './endpoint.ts';
import { failureResponse, jsonResponse } from './failure.ts';
import { type Answer, startListener } from './listener.ts';
import { addLogRoutes } from './log-routes.ts';
import { openApiDocument } from './openapi.ts';
import { addPageRoutes } from './page-routes.ts';
import { addSessionRoutes, addTokenRoute } from './session-routes.ts';

/** What the server answers with. */
export interface SiteContent {
  readonly endpoints: readonly Endpoint[];
  readonly withLog: WithLog;
  readonly writeName: WriteName;
  readonly mechanisms: readonly string[];
  readonly version: string;
  /** Folder of the built page. */
  readonly pageFolder: string;
}

/** SECURITY, section 5. `style-src 'self'` lets scripts set single properties, which is not inline style. */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
} as const;

const MAX_BODY_BYTES = 1_048_576;
const MAX_URL_LENGTH = 8_192;

/** The application, without a port: tests ask it directly. */
function createSite(content: SiteContent, accessOptions: AccessOptions): Hono {
  const app = new Hono();
  const access = createAccess(accessOptions);
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
    // The page's own code may be kept by a browser; nothing else may, whatever an answer says of itself.
    if (context.res.status !== 200 || !context.req.path.startsWith('/assets/'))
      context.res.headers.set('Cache-Control', 'no-store');
  });
  app.use(async (context, next) =>
    context.req.url.length > MAX_URL_LENGTH
      ? jsonResponse({ code: 'USAGE', message: 'the address is too long', hint: 'ask for less at once' }, 414)
      : next(),
  );
  app.use(access.checkOrigin);
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () =>
        jsonResponse({ code: 'USAGE', message: 'the body is too large', hint: 'send less than 1 MB' }, 413),
    }),
  );
  addPageRoutes(app, content.pageFolder);
  addTokenRoute(app, access);
  app.use('/api/*', access.checkToken);
  app.use('/openapi.json', access.checkToken);
  addSessionRoutes(app, access, content);
  addCommandRoutes(app, content.endpoints);
  addLogRoutes(app, content.withLog);
  app.get('/openapi.json', () => jsonResponse(openApiDocument(content.endpoints, content.version)));
  app.notFound(() =>
    jsonResponse({ code: 'NOT_FOUND', message: 'there is nothing here', hint: 'see /openapi.json' }, 404),
  );
  app.onError((error) => failureResponse(error));
  return app;
}

/** Where and for whom to listen. */
export interface ListenOptions extends Omit<AccessOptions, 'port' | 'peerOf'> {
  /** 0 takes a free one. */
  readonly port: number;
}

/** A server that listens. */
export interface RunningSite {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on loopback (both families, where the machine has both), or on `host`. */
export async function listen(content: SiteContent, options: ListenOptions): Promise<RunningSite> {
  const peers = new WeakMap<Request, string>();
  let app: Hono | undefined;
  const answer: Answer = (request, env) => {
    const peer = env.incoming.socket.remoteAddress;
    if (peer !== undefined) peers.set(request, peer);
    return app === undefined ? new Response(null, { status: 503 }) : app.fetch(request);
  };
  const first = await startListener(answer, { host: options.host ?? '127.0.0.1', port: options.port });
  const { port } = first;
  const servers = [first];
  if (options.host === undefined)
    servers.push(
      ...(await startListener(answer, { host: '::1', port }).then(
        (s) => [s],
        () => [],
      )),
    );
  app = createSite(content, { ...options, port, peerOf: (request) => peers.get(request) });
  return { port, close: () => Promise.all(servers.map((server) => server.close(0))).then(() => undefined) };
}
