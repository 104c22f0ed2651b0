// Asking the server: JSON, lines of JSON as they come, and the token. Every question can be taken back.
import { takeEarly } from './early.ts';

/** What the server says when it can't answer. */
export class ApiError extends Error {
  readonly status: number;
  readonly hint: string;

  constructor(status: number, message: string, hint: string) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/** Query parameters; absent and empty ones are left out. */
export type Params = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A path with its query. */
export function urlOf(path: string, params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params))
    for (const each of value === undefined ? [] : typeof value === 'string' ? [value] : value)
      if (each !== '') query.append(name, each);
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  const response = await (takeEarly(url) ?? fetch(url, { credentials: 'same-origin', ...init }));
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}) as Record<string, unknown>);
  throw new ApiError(
    response.status,
    typeof said.message === 'string' ? said.message : `the server answered ${response.status}`,
    typeof said.hint === 'string' ? said.hint : '',
  );
}

/** One JSON document. The caller names the shape, which is a command's published one. */
export async function getJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  return (await ask(url, signal === undefined ? {} : { signal })).json() as Promise<T>;
}

/** Lines of JSON, each as it comes. A line `{error}` ends them. */
export async function* getLines<T extends object>(url: string, signal: AbortSignal): AsyncGenerator<T> {
  const response = await ask(url, { signal });
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = '';
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    held += value;
    const lines = held.split('\n');
    held = lines.pop() ?? '';
    for (const line of lines) {
      const row = JSON.parse(line) as T & { readonly error?: { readonly message: string; readonly hint: string } };
      if (row.error !== undefined) throw new ApiError(500, row.error.message, row.error.hint);
      yield row as Awaited<T>;
    }
  }
}

/** What this reader may do. */
export interface Session {
  readonly user: string | null;
  readonly changeToken: string;
  readonly mechanisms: readonly string[];
  readonly version: string;
}

/** Swaps a token for a cookie. ApiError 401 when it is not the token. */
export async function openSession(token: string): Promise<void> {
  await ask('/api/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
}

/** Writes a name for a signature. */
export async function postName(name: Params, session: Session): Promise<void> {
  await ask('/api/names', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-firstred-change': session.changeToken },
    body: JSON.stringify(Object.fromEntries(Object.entries(name).filter(([, value]) => value !== ''))),
  });
}

/** Whether a question was taken back rather than failed. */
export const isAborted = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';
