// Reading of single environment variables. A job writes its own environment: every value is data, none is trusted.

/** An environment as `process.env` gives it. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** The first of `names` that holds more than white space; CI systems set variables that they cannot fill to ''. */
export function findVariable(env: EnvironmentVariables, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = env[name];
    if (value !== undefined && value.trim() !== '') return value;
  }
  return undefined;
}

/** Whether `name` is set to a word for yes. */
export const isOn = (env: EnvironmentVariables, name: string): boolean =>
  /^(true|1|yes)$/i.test(env[name]?.trim() ?? '');

/** A commit id of 7 to 64 hex digits (abbreviated, SHA-1 or SHA-256), lower case; undefined for anything else. */
export function findSha(text: string | undefined): string | undefined {
  const sha = text?.trim().toLowerCase();
  return sha !== undefined && /^[0-9a-f]{7,64}$/.test(sha) ? sha : undefined;
}

/** A whole number from 1. 0, '', words and numbers too big to be counted are undefined, never 1. */
export function findPositive(text: string | undefined): number | undefined {
  const digits = text?.trim();
  // chosen: nine digits hold every issue number and attempt and stay far below 2^53.
  return digits !== undefined && /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : undefined;
}

/** Epoch ms of an ISO 8601 time or of seconds since 1970; undefined otherwise. Servers write 1970 for "not set". */
export function findTimeMs(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  const ms = /^\d{9,11}$/.test(trimmed) ? Number(trimmed) * 1000 : isoTimeMs(trimmed);
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}

/** `Date.parse` reads much more than ISO 8601, "1" and "May" among it. */
const isoTimeMs = (text: string): number => (/^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN);

/** An http(s) address as an object; undefined for anything else. */
export function findHttpUrl(text: string | undefined): URL | undefined {
  const url = text !== undefined && URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}

/** `host/owner/name` of a server's address and `owner/name`; without the host where the address tells none. */
export function repoOf(serverUrl: string | undefined, fullName: string | undefined): string | undefined {
  const path = fullName
    ?.split('/')
    .filter((part) => part !== '')
    .join('/');
  if (path === undefined || path === '') return undefined;
  const host = findHttpUrl(serverUrl)?.host;
  return host === undefined || host === '' ? path : `${host}/${path}`;
}

/** `host/owner/name` of an address to clone from: `https://…/a/b.git`, `ssh://git@h:22/a/b`, `git@h:a/b.git`. */
export function repoOfCloneUrl(cloneUrl: string | undefined): string | undefined {
  const text = cloneUrl?.trim() ?? '';
  const scp = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/)(.+)$/.exec(text);
  const url = text.includes('://') && URL.canParse(text) ? new URL(text) : undefined;
  const host = url === undefined ? scp?.[1] : url.protocol === 'ssh:' ? url.hostname : url.host;
  const path = (url === undefined ? scp?.[2] : safeDecode(url.pathname))?.replace(/^\/+|\/+$|\.git\/*$/g, '');
  return host === undefined || host === '' || path === undefined || path === '' ? undefined : `${host}/${path}`;
}

/** A path with its percent signs undone, or as it is when they are none. */
function safeDecode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
