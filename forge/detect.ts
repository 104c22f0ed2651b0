// Which server this is: asked of the server itself, never read off its name.
import { z } from 'zod';
import { AppError } from '../store/errors.ts';
import type { ForgeAddress } from './access.ts';
import { findHttpUrl } from './environments/variables.ts';
import type { Forge } from './forge.ts';
import { openForgejo } from './forgejo.ts';
import { openGitea } from './gitea.ts';
import { versionSchema } from './gitea-json.ts';
import { openGithub } from './github.ts';
import { ForgeHttp, type HttpTools } from './http.ts';
import { statusOf } from './http-failure.ts';

/** GitHub's `/meta` has this, and an Enterprise server its version beside it. */
const metaSchema = z.object({
  verifiable_password_authentication: z.boolean(),
  installed_version: z.string().optional(),
});

/** The server at an address. USAGE without an address; PROVIDER_UNAVAILABLE when none of its places answers as an API. */
export async function openForge(address: ForgeAddress, tools: HttpTools, signal: AbortSignal): Promise<Forge> {
  const candidates = apiCandidates(address);
  if (candidates.length === 0) {
    throw new AppError('USAGE', 'no CI server is known here', {
      hint: 'set FIRSTRED_SERVER_URL to its address, such as https://gitea.example.com, and FIRSTRED_TOKEN',
    });
  }
  const { token, tokenVariable } = address;
  const told = [address.apiUrl, address.serverUrl].map((url) => findHttpUrl(url)?.origin);
  const failures: unknown[] = [];
  for (const apiUrl of candidates) {
    // A place that nobody named must first show what it is before it gets the token.
    const isTold = told.includes(new URL(apiUrl).origin);
    const http = new ForgeHttp({ apiUrl, token: isTold ? token : undefined, tokenVariable }, tools);
    const kind = await probe(http, failures, signal).catch((error: unknown) => {
      // The silence of a place that was only guessed says nothing.
      if (isTold || signal.aborted) throw error;
      failures.push(error);
      return undefined;
    });
    if (kind !== undefined) return kind(new ForgeHttp({ apiUrl, token, tokenVariable }, tools), tools.now);
  }
  throw detectionFailure(candidates, failures);
}

/** Where APIs stand, likeliest first: the one that is told, Gitea's and Forgejo's, GitHub's, an Enterprise server's. */
function apiCandidates({ serverUrl, apiUrl }: ForgeAddress): readonly string[] {
  const bare = (url: URL): string => url.origin + url.pathname.replace(/\/+$/, '');
  const told = findHttpUrl(apiUrl);
  const server = findHttpUrl(serverUrl);
  const beside =
    server === undefined
      ? []
      : [`${bare(server)}/api/v1`, `${bare(server)}/api/v3`, `${server.protocol}//api.${server.host}`];
  const all = [...(told === undefined ? [] : [bare(told)]), ...beside];
  return [...new Set(all)].filter((url) => URL.canParse(url));
}

type OpenKind = (http: ForgeHttp, now: () => number) => Forge;

/** Both questions are asked of the address, unless it shows by its end whose it is. */
async function probe(http: ForgeHttp, failures: unknown[], signal: AbortSignal): Promise<OpenKind | undefined> {
  // Nothing but a bad token is refused here, and what the next one must be able to do is read logs.
  const note = { what: 'version of the server', scope: 'read:repository (on GitHub actions: read)' };
  try {
    const found = await http.findJson({ ...note, path: '/version' }, versionSchema, signal);
    if (found !== undefined) return byVersion(found.version);
  } catch (error) {
    failures.push(error);
    if (!isOtherServer(error)) throw error;
  }
  if (http.access.apiUrl.endsWith('/api/v1')) return undefined;
  try {
    const meta = await http.findJson({ ...note, path: '/meta' }, metaSchema, signal);
    if (meta === undefined) return undefined;
    return (known, now) => openGithub(known, meta.installed_version ?? 'current', now);
  } catch (error) {
    failures.push(error);
    if (!isOtherServer(error)) throw error;
    return undefined;
  }
}

/** `16.0.0+gitea-1.22.0` is Forgejo 16; the number behind says nothing about Actions. */
function byVersion(version: string): OpenKind {
  const own = /^(.*?)\+gitea-/.exec(version)?.[1];
  return (http) => (own === undefined ? openGitea(http, version) : openForgejo(http, own));
}

/** An answer, but not of this API. A refused token, silence or an interruption ends the search instead. */
const isOtherServer = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'PROVIDER_UNAVAILABLE' && statusOf(error) !== undefined;

function detectionFailure(candidates: readonly string[], failures: readonly unknown[]): AppError {
  const first = failures.find((error) => error instanceof AppError);
  const reason = first instanceof AppError ? `: ${first.message}` : '';
  return new AppError('PROVIDER_UNAVAILABLE', `no Gitea, Forgejo or GitHub answers at ${candidates[0]}${reason}`, {
    hint: 'check FIRSTRED_SERVER_URL; FIRSTRED_API_URL names the API itself where it stands elsewhere',
    cause: first,
  });
}
