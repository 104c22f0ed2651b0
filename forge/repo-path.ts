// Where a repository stands in an API's paths, and what an address of the server's pages tells of it.
import { repoParts } from '../store/attempt.ts';
import { AppError } from '../store/errors.ts';

/** `/repos/<owner>/<name>` of `host/owner/name`, encoded; USAGE when the owner or the name is missing. */
export function repoPath(repo: string): string {
  const { owner, name } = repoParts(repo);
  if (owner === undefined || name === undefined || /^\.\.?$/.test(owner) || /^\.\.?$/.test(name)) {
    throw new AppError('USAGE', `"${repo}" names no repository`, { hint: 'write it as owner/name or host/owner/name' });
  }
  return `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`;
}

/** `host/owner/name` of a page of the repository's Actions: `https://h/o/n/actions/runs/5`. */
export function repoOfPage(pageUrl: string | undefined): string | undefined {
  const url = pageUrl !== undefined && URL.canParse(pageUrl) ? new URL(pageUrl) : undefined;
  const parts = /\/([^/]+)\/([^/]+)\/actions\/runs\//.exec(url?.pathname ?? '');
  if (url === undefined || parts === null) return undefined;
  return `${url.host}/${decoded(parts[1])}/${decoded(parts[2])}`;
}

/** The issue or pull request of a page `https://h/o/n/issues/7`; undefined when it is none. */
export function issueOfPage(
  pageUrl: string,
): { readonly origin: string; readonly repo: string; readonly number: number } | undefined {
  const url = URL.canParse(pageUrl) ? new URL(pageUrl) : undefined;
  const parts = /^(?:\/.*)?\/([^/]+)\/([^/]+)\/(?:issues|pulls?)\/(\d{1,9})(?:\/.*)?$/.exec(url?.pathname ?? '');
  if (url === undefined || parts === null || !/^https?:$/.test(url.protocol)) return undefined;
  return {
    origin: url.origin,
    repo: `${url.host}/${decoded(parts[1])}/${decoded(parts[2])}`,
    number: Number(parts[3]),
  };
}

function decoded(segment: string | undefined): string {
  try {
    return decodeURIComponent(segment ?? '');
  } catch {
    return segment ?? '';
  }
}

/** An id as a path segment; USAGE unless it is all digits, so that no name leaves its place in a path. */
export function idSegment(id: string, what: string): string {
  if (/^\d{1,19}$/.test(id)) return id;
  throw new AppError('USAGE', `"${id}" is no ${what} of this server`, {
    hint: 'it is a number: see the address of its page',
  });
}
