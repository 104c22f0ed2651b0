// The sidecar's own listener: webhooks, capture pings, health and metrics. What is done with them is handed in; nothing of
// the page is served here, as whoever may ping must not read.
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AppError } from '../store/errors.ts';
import { type Bindings, startListener } from './listener.ts';

/** A webhook's delivery as it came. */
export interface ReceivedHook {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** A ping: ids only, checked for their form. */
export interface CapturePing {
  /** `owner/name`. */
  readonly repo: string;
  readonly task: string;
  readonly run: string | undefined;
}

export interface SidecarContent {
  /** REFUSED for a wrong signature, USAGE for a body that cannot be read. undefined: no secret is set here. */
  readonly onHook: ((hook: ReceivedHook) => void) | undefined;
  /** Gives lines of plain text. */
  readonly onPing: (ping: CapturePing) => Promise<{ readonly status: 200 | 202 | 404 | 503; readonly text: string }>;
  /** False: too many, from this sender or in all. */
  readonly mayPing: (sender: string, ping: CapturePing) => boolean;
  /** Why it is not well; undefined when it is. */
  readonly illness: () => string | undefined;
  readonly metrics: () => string;
}

/** SECURITY, section 8: a delivery of a large run has some hundred KB. */
const MAX_HOOK_BYTES = 5 * 1_048_576;
const MAX_URL_LENGTH = 2_048;
/** chosen: a sender that is slower than this is no CI server. */
const REQUEST_TIMEOUT_MS = 30_000;
/** chosen: what a ping takes that has begun. */
const GRACE_MS = 2000;

const textResponse = (text: string, status = 200, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(text, {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      ...headers,
    },
  });

/** The application, without a port. */
export function createSidecar(content: SidecarContent): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>();
  app.use(async (c, next) =>
    c.req.url.length > MAX_URL_LENGTH ? textResponse('the address is too long\n', 414) : next(),
  );
  app.use(bodyLimit({ maxSize: MAX_HOOK_BYTES, onError: () => textResponse('the body is too large\n', 413) }));
  app.get('/healthz', () => {
    const illness = content.illness();
    return illness === undefined ? textResponse('ok\n') : textResponse(`${illness}\n`, 503);
  });
  app.get('/metrics', () =>
    textResponse(content.metrics(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  app.post('/webhook', (c) => takeHook(c, content));
  // Two segments of a repository, or three with its host before them.
  app.post('/capture/:owner/:name/:task', (c) => takePing(c, content));
  app.post('/capture/:host/:owner/:name/:task', (c) => takePing(c, content));
  app.notFound(() => textResponse('there is nothing here\n', 404));
  app.onError(() => textResponse('that failed\n', 500));
  return app;
}

async function takeHook(c: Context<{ Bindings: Bindings }>, { onHook }: SidecarContent): Promise<Response> {
  if (onHook === undefined)
    return textResponse('no webhooks are taken here: FIRSTRED_WEBHOOK_SECRET is not set\n', 403);
  try {
    onHook({ headers: c.req.header(), body: new Uint8Array(await c.req.arrayBuffer()) });
    return textResponse('taken\n', 202);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return textResponse(`${error.message}\n`, error.code === 'REFUSED' ? 401 : 400);
  }
}

async function takePing(c: Context<{ Bindings: Bindings }>, content: SidecarContent): Promise<Response> {
  const ping = pingOf(c);
  if (ping === undefined)
    return textResponse('ask for /capture/OWNER/NAME/TASK: names of a repository, and the digits of a task\n', 400);
  if (!content.mayPing(c.env.incoming.socket.remoteAddress ?? 'unknown', ping))
    return textResponse('too many pings: the log is kept all the same when the job has ended\n', 429, {
      'retry-after': '10',
    });
  const { status, text } = await content.onPing(ping);
  return textResponse(text, status);
}

/** Only what may be a name or an id: they become part of paths and keys. */
function pingOf(c: Context): CapturePing | undefined {
  const { owner = '', name = '', task = '' } = c.req.param() as Readonly<Record<string, string>>;
  const run = c.req.query('run');
  const isName = (text: string): boolean => /^[\w.-]{1,100}$/.test(text) && !/^\.+$/.test(text);
  const isId = (text: string): boolean => /^[1-9]\d{0,18}$/.test(text);
  if (!isName(owner) || !isName(name) || !isId(task)) return undefined;
  return { repo: `${owner}/${name}`, task, run: run !== undefined && isId(run) ? run : undefined };
}

/** Listens; `url` has the port that was given. USAGE when the place is taken or not ours. */
export async function listenSidecar(
  app: Hono<{ Bindings: Bindings }>,
  place: { readonly host: string; readonly port: number },
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { host } = place;
  const listening = await startListener(app.fetch, { ...place, requestTimeoutMs: REQUEST_TIMEOUT_MS });
  return {
    url: `http://${host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host}:${listening.port}`,
    close: () => listening.close(GRACE_MS),
  };
}
