// Routes of the endpoints that cli/ hands in: parameters are checked against the endpoint's list, answers are streamed.
import type { Context, Hono } from 'hono';
import { AppError } from '../store/errors.ts';
import type { Asked, Endpoint } from './endpoint.ts';
import { failureJson, failureResponse, jsonResponse } from './failure.ts';

/** SECURITY: so many questions are answered at once; the next one is told to come again. */
const MAX_AT_ONCE = 16;

/** Adds a GET route for every endpoint. */
export function addCommandRoutes(app: Hono, endpoints: readonly Endpoint[]): void {
  let running = 0;
  for (const endpoint of endpoints)
    app.get(endpoint.path, async (context) => {
      if (running >= MAX_AT_ONCE)
        return jsonResponse(
          {
            code: 'BUSY',
            message: `${MAX_AT_ONCE} questions are being answered already`,
            hint: 'ask again in a moment',
          },
          503,
        );
      running += 1;
      return answer(endpoint, context, () => (running -= 1));
    });
}

async function answer(endpoint: Endpoint, context: Context, done: () => void): Promise<Response> {
  const aborted = new AbortController();
  const { signal } = context.req.raw;
  const abort = (): void => aborted.abort('the reader has gone');
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  let isDone = false;
  const finish = (): void => {
    if (isDone) return;
    isDone = true;
    signal.removeEventListener('abort', abort);
    done();
  };
  try {
    const asked = askedOf(endpoint, new URL(context.req.url).searchParams, context.req.param());
    const pieces = endpoint.answer(asked, aborted.signal)[Symbol.asyncIterator]();
    const first = await pieces.next(); // an error before the first piece still has a status code of its own
    const type = endpoint.type === 'json' ? 'application/json' : 'application/x-ndjson';
    const body = streamOf(first, pieces, { endpoint, finish, abort });
    return new Response(body, { headers: { 'Content-Type': `${type}; charset=utf-8` } });
  } catch (error) {
    finish();
    return failureResponse(error);
  }
}

interface StreamEnd {
  readonly endpoint: Endpoint;
  finish(): void;
  abort(): void;
}

function streamOf(
  first: IteratorResult<string>,
  pieces: AsyncIterator<string>,
  { endpoint, finish, abort }: StreamEnd,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next: IteratorResult<string> | undefined = first;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = next ?? (await pieces.next());
        next = undefined;
        if (done !== true) {
          controller.enqueue(encoder.encode(value));
          return;
        }
      } catch (error) {
        // Half a JSON document must not look whole; a line of NDJSON can say what went wrong.
        if (endpoint.type === 'json') controller.error(error);
        else controller.enqueue(encoder.encode(`${JSON.stringify({ error: failureJson(error) })}\n`));
        finish();
        if (endpoint.type === 'json') return;
      }
      finish();
      controller.close();
    },
    cancel() {
      abort();
      finish();
      return pieces.return?.().then(() => undefined);
    },
  });
}

/** The parameters, all known and of their kind. USAGE otherwise. */
function askedOf(
  endpoint: Pick<Endpoint, 'parameters'>,
  query: URLSearchParams,
  path: Readonly<Record<string, string>>,
): Asked {
  const values = new Map<string, readonly string[]>(Object.entries(path).map(([name, value]) => [name, [value]]));
  for (const name of new Set(query.keys())) {
    const parameter = endpoint.parameters.find((each) => each.name === name);
    const given = query.getAll(name);
    if (parameter === undefined || values.has(name))
      throw new AppError('USAGE', `there is no parameter '${name.slice(0, 80)}' here`, {
        hint: '/openapi.json lists what there is',
      });
    if (parameter.kind !== 'list' && given.length > 1)
      throw new AppError('USAGE', `the parameter '${name}' is given twice`, { hint: 'give it once' });
    if (parameter.choices !== undefined && !given.every((each) => parameter.choices?.includes(each)))
      throw new AppError('USAGE', `'${name}' must be one of ${parameter.choices.join(', ')}`, { hint: 'choose one' });
    values.set(name, given);
  }
  return {
    text: (name) => values.get(name)?.[0],
    flag: (name) => ['1', 'true'].includes(values.get(name)?.[0] ?? ''),
    list: (name) => values.get(name) ?? [],
  };
}
