// Who may ask: the Host header (DNS rebinding), the page that sent the request (other sites), and the token.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { jsonResponse } from './failure.ts';

export interface AccessOptions {
  /** What everybody who asks for anything but the page's own files must show. */
  readonly token: string;
  /** The port that is listened on. */
  readonly port: number;
  /** An address listened on besides loopback, as people type it: then it is a Host too. */
  readonly host: string | undefined;
  /** The address that people use, behind a proxy. */
  readonly publicUrl: URL | undefined;
  /** A proxy in front says by this header who is asking; believed only from `trustedProxies`. */
  readonly trustedHeader: string | undefined;
  readonly trustedProxies: readonly string[];
  /** Address of the other end of a request's connection. */
  peerOf(request: Request): string | undefined;
}

/** Token and checks of one server. */
export interface Access {
  /** First of all checks: 421 for a foreign Host, 403 for a request that another site's page sent. */
  readonly checkOrigin: MiddlewareHandler;
  /** 401 without cookie, header or a proxy's word. */
  readonly checkToken: MiddlewareHandler;
  /** 403 for a change without the page's own second token, which a foreign page cannot know. */
  readonly checkChange: MiddlewareHandler;
  isToken(text: string): boolean;
  /** `Set-Cookie` that stands for the token from now on. */
  cookie(): string;
  /** The header value that changes must carry. */
  changeToken(): string;
  /** Who is asking, where a trusted proxy says so. */
  userOf(request: Request): string | undefined;
}

/** SECURITY: 32 random bytes per start. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** The header that a change must carry. */
const CHANGE_HEADER = 'x-firstred-change';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
/** No name can be rebound to us that is no name. */
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/i;

/** Checks of one server. */
export function createAccess(options: AccessOptions): Access {
  const token = options.token;
  // The cookie is another value than the token: who reads a cookie jar can't hand on a URL, and a new start ends it.
  const cookieValue = derive(token, 'cookie');
  const cookieName = `firstred-${options.port}`;
  const changeToken = derive(token, 'change');
  const secure = options.publicUrl?.protocol === 'https:' ? '; Secure' : '';
  const userOf = (request: Request): string | undefined => trustedUser(request, options);
  return {
    isToken: (text) => sameText(text, token),
    cookie: () => `${cookieName}=${cookieValue}; HttpOnly; SameSite=Strict; Path=/; Max-Age=2592000${secure}`,
    changeToken: () => changeToken,
    userOf,
    checkOrigin: async (context, next) => {
      const { headers, method } = context.req.raw;
      if (!isOwnHost(headers.get('host') ?? '', options))
        return refuse(421, 'this is no address of this server', 'open the address that `firstred serve` printed');
      if (isForeign(headers, context.req.path, method, options))
        return refuse(403, 'another site asked for this', 'open the page itself');
      return next();
    },
    checkToken: async (context, next) => {
      const given = bearer(context.req.header('authorization'));
      const cookie = cookieOf(context.req.header('cookie'), cookieName);
      if (given !== undefined && sameText(given, token)) return next();
      if (cookie !== undefined && sameText(cookie, cookieValue)) return next();
      if (userOf(context.req.raw) !== undefined) return next();
      return refuse(401, 'this needs the token', 'open the address that `firstred serve` printed, with its token');
    },
    checkChange: async (context, next) => {
      const { headers } = context.req.raw;
      if (!/^application\/json\b/.test(headers.get('content-type') ?? ''))
        return refuse(415, 'a change must be JSON', 'send Content-Type: application/json');
      const given = headers.get(CHANGE_HEADER) ?? bearer(headers.get('authorization') ?? undefined) ?? '';
      if (sameText(given, changeToken) || sameText(given, token)) return next();
      return refuse(403, 'a change needs the token in a header', `send ${CHANGE_HEADER}, as /api/session tells it`);
    },
  };
}

const refuse = (status: number, message: string, hint: string): Response =>
  jsonResponse({ code: 'REFUSED', message, hint }, status);

const derive = (token: string, use: string): string => createHmac('sha256', token).update(use).digest('base64url');

/** Hashes have one length, so nothing of the token can be told from the time. */
function sameText(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

const bearer = (header: string | undefined): string | undefined => /^Bearer (.+)$/i.exec(header ?? '')?.[1];

function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}

function isOwnHost(host: string, { port, host: bound, publicUrl }: AccessOptions): boolean {
  if (publicUrl !== undefined && host.toLowerCase() === publicUrl.host) return true;
  const at = host.lastIndexOf(':');
  const [name, given] = at > host.lastIndexOf(']') ? [host.slice(0, at), host.slice(at + 1)] : [host, '80'];
  if (given !== String(port)) return false;
  if (LOOPBACK.includes(name.toLowerCase())) return true;
  if (bound === undefined) return false;
  return name.toLowerCase() === bound.toLowerCase() || ADDRESS.test(name);
}

/** Only a navigation to the page itself may come from elsewhere: links from issues must open. It shows nothing by itself. */
function isForeign(headers: Headers, path: string, method: string, options: AccessOptions): boolean {
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  const isOwnOrigin = origin === null || isOwn(origin, headers.get('host') ?? '', options);
  if (isOwnOrigin && (site === null || site === 'same-origin' || site === 'none')) return false;
  const isNavigation = headers.get('sec-fetch-mode') === 'navigate' && headers.get('sec-fetch-dest') === 'document';
  const isPage = !/^\/(api|assets)\/|^\/openapi\.json$/.test(path);
  return !(isNavigation && isPage && (method === 'GET' || method === 'HEAD') && origin === null);
}

function isOwn(origin: string, host: string, { publicUrl }: AccessOptions): boolean {
  if (publicUrl !== undefined && origin === publicUrl.origin) return true;
  return origin === `http://${host}`;
}

function trustedUser(request: Request, options: AccessOptions): string | undefined {
  const { trustedHeader, trustedProxies, peerOf } = options;
  if (trustedHeader === undefined) return undefined;
  const peer = peerOf(request)?.replace(/^::ffff:/, '');
  const user = request.headers.get(trustedHeader)?.trim();
  return peer !== undefined && trustedProxies.includes(peer) && user ? user.slice(0, 200) : undefined;
}
