// Requests to one server's API: time-outs, retries, redirects by hand, bounded bodies, errors that name the remedy.
// Knows no provider; what an answer means is for the provider's file.
import type { z } from 'zod';
import { AppError, reasonOf } from '../store/errors.ts';
import { type BodyContext, bodyChunks, interrupted, readBounded, readUpTo, Watchdog } from './http-body.ts';
import { type AnswerSource, failureOf, notJson, type RequestNote, wrongShape } from './http-failure.ts';
import { askedWaitMs, type Clock, isPassing, PassingFailure, rateLimited, withRetries } from './http-retry.ts';

/** Where and as whom to ask. */
export interface ApiAccess {
  /** Start of every path, without a slash at its end: `https://gitea.example.com/api/v1`. */
  readonly apiUrl: string;
  readonly token: string | undefined;
  readonly tokenVariable: string;
}

/** How the outside is reached; tests put their own in. */
export interface HttpTools extends Clock {
  readonly fetch: typeof fetch;
}

/** One request. A path is relative to the API and already encoded; only GET is repeated after a lost answer. */
export interface ApiRequest extends RequestNote {
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly json?: unknown;
  readonly form?: FormData;
  readonly headers?: Readonly<Record<string, string>>;
  /** A status that will pass for this object: a log that is written a moment after its job's end. */
  readonly passingStatus?: number;
}

/** chosen: no list of 100 entries is near 32 MiB, and one that is would fill memory. */
const MAX_JSON_BYTES = 32 * 1024 * 1024;
/** chosen: only its first sentence is used. */
const MAX_ERROR_BYTES = 64 * 1024;
/** chosen: a list of 100 runs takes a busy server seconds, not half a minute. */
const HEADERS_TIMEOUT_MS = 30_000;
/** Required by the fetch standard's spirit (20) and cut to what real servers do (1 or 2). */
const MAX_REDIRECTS = 5;

/** An answer of status 200 to 299 whose body was not read yet. */
export interface OpenAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body in pieces; PROVIDER_UNAVAILABLE when it is cut or stands still. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Gives up a body that nobody wants to read. */
  close(): Promise<void>;
}

/** A server's API. */
export class ForgeHttp {
  readonly access: ApiAccess;
  readonly source: AnswerSource;
  readonly #tools: HttpTools;
  readonly #origin: string;

  constructor(access: ApiAccess, tools: HttpTools) {
    const { origin, host } = new URL(access.apiUrl);
    this.access = access;
    this.source = { host, token: access.token, tokenVariable: access.tokenVariable };
    this.#tools = tools;
    this.#origin = origin;
  }

  /** The JSON answer, checked by `schema`, and its headers. */
  async json<T>(
    request: ApiRequest,
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<{ readonly value: T; readonly headers: Headers }> {
    const answer = await this.open(request, signal);
    const text = new TextDecoder().decode(await readBounded(answer.chunks, MAX_JSON_BYTES, request));
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      throw notJson(request, this.source, /^\s*</.test(text));
    }
    const parsed = schema.safeParse(json);
    if (!parsed.success) throw wrongShape(request, this.source, parsed.error.issues[0]?.path.join('.') ?? '');
    return { value: parsed.data, headers: answer.headers };
  }

  /** As `json`, but undefined when the server has no such object (404, 410) or refuses to show it with NOT_FOUND. */
  async findJson<T>(request: ApiRequest, schema: z.ZodType<T>, signal: AbortSignal): Promise<T | undefined> {
    try {
      return (await this.json(request, schema, signal)).value;
    } catch (error) {
      if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }

  /** Sends and reads the answer away: for requests of which only the success counts. */
  async send(request: ApiRequest, signal: AbortSignal): Promise<void> {
    const answer = await this.open(request, signal);
    await readBounded(answer.chunks, MAX_JSON_BYTES, request);
  }

  /** The answer with its body still to be read. Failures become errors after the retries that make sense. */
  open(request: ApiRequest, signal: AbortSignal): Promise<OpenAnswer> {
    return withRetries(() => this.#ask(request, signal), { clock: this.#tools, signal }).catch((error: unknown) => {
      throw signal.aborted ? interrupted(request, error) : error;
    });
  }

  async #ask(request: ApiRequest, signal: AbortSignal): Promise<OpenAnswer> {
    const isRead = (request.method ?? 'GET') === 'GET';
    const watchdog = new Watchdog(signal);
    let response: Response;
    try {
      response = await this.#follow(request, watchdog);
    } catch (error) {
      watchdog.stop();
      if (error instanceof AppError || signal.aborted) throw error;
      const final = unreachable(request, this.source, error, watchdog.rang);
      if (isRead) throw new PassingFailure(final, undefined);
      throw final;
    }
    watchdog.stop();
    const { status, headers } = response;
    const context: BodyContext = { note: request, source: this.source, signal };
    const chunks = bodyChunks(response, watchdog, context);
    const close = async (): Promise<void> => response.body?.cancel();
    if (status >= 200 && status < 300) return { status, headers, chunks, close };
    const body = new TextDecoder().decode(await readUpTo(chunks, MAX_ERROR_BYTES));
    const failure = failureOf(status, body, request, this.source);
    // A 429 was turned away before anything was done, so even a POST may come again.
    const passes = isPassing(status, headers) || status === request.passingStatus;
    if (!passes || !(isRead || status === 429)) throw failure;
    const waitMs = askedWaitMs(headers, this.#tools.now());
    throw new PassingFailure(rateLimited(failure, waitMs), waitMs);
  }

  /** Redirects are followed by hand: the token goes to its own origin only, and https never becomes http. */
  async #follow(request: ApiRequest, watchdog: Watchdog): Promise<Response> {
    let url = this.#url(request);
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      watchdog.restart(HEADERS_TIMEOUT_MS);
      const response = await this.#tools.fetch(url, this.#init(request, url, watchdog.signal));
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || location === null) return response;
      await response.body?.cancel();
      url = redirectTarget(url, location, { request, status: response.status, source: this.source });
    }
    throw new AppError('PROVIDER_UNAVAILABLE', `${this.source.host} redirects in circles for the ${request.what}`, {
      hint: 'check the address of the server: FIRSTRED_API_URL',
    });
  }

  /** Its own origin, or the same host once it asks for https: the token went there in the clear already. */
  #isHome(url: URL): boolean {
    const home = new URL(this.#origin);
    return (
      url.origin === home.origin ||
      (home.protocol === 'http:' && url.protocol === 'https:' && url.hostname === home.hostname)
    );
  }

  #url({ path, query = {} }: ApiRequest): URL {
    const url = new URL(this.access.apiUrl + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }

  #init(request: ApiRequest, url: URL, signal: AbortSignal): RequestInit {
    const headers = new Headers({ accept: 'application/json', 'user-agent': 'firstred', ...request.headers });
    const { token } = this.access;
    // `Bearer` is the one scheme that all three servers take, for job tokens too.
    if (token !== undefined && token !== '' && this.#isHome(url)) {
      headers.set('authorization', `Bearer ${token}`);
    }
    if (request.json !== undefined) headers.set('content-type', 'application/json');
    const body = request.json === undefined ? request.form : JSON.stringify(request.json);
    return {
      method: request.method ?? 'GET',
      headers,
      redirect: 'manual',
      signal,
      ...(body === undefined ? {} : { body }),
    };
  }
}

interface RedirectContext {
  readonly request: ApiRequest;
  readonly status: number;
  readonly source: AnswerSource;
}

/** 307 and 308 keep the method; of the others only a read may be followed, since a POST would become a GET. */
function redirectTarget(from: URL, location: string, { request, status, source }: RedirectContext): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  const isRead = (request.method ?? 'GET') === 'GET';
  const sameOrigin = target?.origin === from.origin;
  const methodKept = isRead || (sameOrigin && (status === 307 || status === 308));
  const safe = target?.protocol === 'https:' || (target?.protocol === 'http:' && from.protocol === 'http:');
  if (target === undefined || !safe || !methodKept) {
    throw new AppError('PROVIDER_UNAVAILABLE', `${source.host} redirects the ${request.what} where we do not follow`, {
      hint: `it answers ${status}: set FIRSTRED_API_URL to the address that it redirects to`,
    });
  }
  return target;
}

function unreachable(note: RequestNote, source: AnswerSource, error: unknown, timedOut: boolean): AppError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const why = timedOut ? 'gave no answer in time' : `cannot be reached (${reasonOf(cause)})`;
  return new AppError('PROVIDER_UNAVAILABLE', `${source.host} ${why} for the ${note.what}`, {
    hint: 'check the address (FIRSTRED_API_URL), the network and the certificate, then try again',
    cause: error,
  });
}
