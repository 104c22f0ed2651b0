// Swapping the token for a cookie, and the one change that the page can make: a name for a signature.
import type { Hono } from 'hono';
import { z } from 'zod';
import { AppError } from '../store/errors.ts';
import type { Access } from './access.ts';
import type { NameRequest, WriteName } from './endpoint.ts';
import { failureResponse, jsonResponse } from './failure.ts';

const tokenBody = z.strictObject({ token: z.string().min(1).max(500) });
const text = z.string().max(2_000).optional();
const nameBody = z.strictObject({
  signature: z.string().max(100),
  mechanism: z.string().max(100),
  issue: text,
  note: text,
  until: text,
});

/** The swap stands before the check of the token. */
export function addTokenRoute(app: Hono, access: Access): void {
  app.post('/api/session', async (context) => {
    const body = tokenBody.safeParse(await readJson(context.req.raw));
    if (!body.success || !access.isToken(body.data.token))
      return jsonResponse(
        {
          code: 'REFUSED',
          message: 'this is not the token',
          hint: 'a new start of `firstred serve` prints a new address',
        },
        401,
      );
    return new Response(null, { status: 204, headers: { 'Set-Cookie': access.cookie() } });
  });
}

/** What needs the token. `mechanisms`: what a signature can be named. */
export function addSessionRoutes(
  app: Hono,
  access: Access,
  {
    writeName,
    mechanisms,
    version,
  }: { readonly writeName: WriteName; readonly mechanisms: readonly string[]; readonly version: string },
): void {
  app.get('/api/session', (context) =>
    jsonResponse({
      user: access.userOf(context.req.raw) ?? null,
      changeToken: access.changeToken(),
      mechanisms,
      version,
    }),
  );
  app.post('/api/names', access.checkChange, async (context) => {
    try {
      const request = parseName(await readJson(context.req.raw));
      const fact = await writeName(request, access.userOf(context.req.raw), context.req.raw.signal);
      return new Response(fact, { status: 201, headers: { 'Content-Type': 'application/json; charset=utf-8' } });
    } catch (error) {
      return failureResponse(error);
    }
  });
}

function parseName(body: unknown): NameRequest {
  const parsed = nameBody.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new AppError('USAGE', 'the body is no name of a signature', {
    hint: 'send {signature, mechanism, issue?, note?, until?}',
  });
}

/** The body as JSON; undefined when it is none. Its size is bounded by the server. */
async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    return undefined;
  }
}
