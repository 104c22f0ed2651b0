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
  const failures: unknown[] = [];
  for (const apiUrl of candidates) {
    const http = new ForgeHttp({ apiUrl, token: address.token, tokenVariable: address.tokenVariable }, tools);
    const found = await probe(http, { now: tools.now, failures }, signal);
    if (found !== undefined) return found;
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
      : [`${bare(server)}/api/v1`, `${server.protocol}//api.${server.host}`, `${bare(server)}/api/v3`];
  return [...new Set([...(told === undefined ? [] : [bare(told)]), ...beside])];
}

interface ProbeContext {
  readonly now: () => number;
  readonly failures: unknown[];
}

/** Both questions are asked of the address, unless it shows by its end whose it is. */
async function probe(
  http: ForgeHttp,
  { now, failures }: ProbeContext,
  signal: AbortSignal,
): Promise<Forge | undefined> {
  const { apiUrl } = http.access;
  const note = { what: 'version of the server', scope: 'read:misc' };
  try {
    const found = await http.findJson({ ...note, path: '/version' }, versionSchema, signal);
    if (found !== undefined) return byVersion(http, found.version, now);
  } catch (error) {
    failures.push(error);
    if (!isOtherServer(error)) throw error;
  }
  if (apiUrl.endsWith('/api/v1')) return undefined;
  try {
    const meta = await http.findJson({ ...note, path: '/meta' }, metaSchema, signal);
    return meta === undefined ? undefined : openGithub(http, meta.installed_version ?? 'current', now);
  } catch (error) {
    failures.push(error);
    if (!isOtherServer(error)) throw error;
    return undefined;
  }
}

/** `16.0.0+gitea-1.22.0` is Forgejo 16; the number behind says nothing about Actions. */
function byVersion(http: ForgeHttp, version: string, now: () => number): Forge {
  const own = /^(.*?)\+gitea-/.exec(version)?.[1];
  return own === undefined ? openGitea(http, version, now) : openForgejo(http, own, now);
}

/** What an address says that is no API of this kind; a refused token or an interruption ends the search. */
const isOtherServer = (error: unknown): boolean => error instanceof AppError && error.code === 'PROVIDER_UNAVAILABLE';

function detectionFailure(candidates: readonly string[], failures: readonly unknown[]): AppError {
  const first = failures.find((error) => error instanceof AppError);
  const reason = first instanceof AppError ? `: ${first.message}` : '';
  return new AppError('PROVIDER_UNAVAILABLE', `no Gitea, Forgejo or GitHub answers at ${candidates[0]}${reason}`, {
    hint: 'check FIRSTRED_SERVER_URL; FIRSTRED_API_URL names the API itself where it stands elsewhere',
    cause: first,
  });
}
