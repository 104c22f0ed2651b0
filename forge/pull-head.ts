// Whether a pull request comes from a fork: then a stranger wrote what its jobs print.
import { z } from 'zod';
import { AppError } from '../store/errors.ts';
import type { IssueRef } from './forge.ts';
import { forkName } from './fork-name.ts';
import type { ForgeHttp } from './http.ts';
import { idSegment, repoPath } from './repo-path.ts';

const repository = z.object({ full_name: z.string().min(1) });
const pullSchema = z.object({
  head: z.object({ repo: repository.nullish() }),
  base: z.object({ repo: repository }),
});

/** Asks the server; all three answer alike. NOT_FOUND when there is no such pull request. */
export async function findFork(
  http: ForgeHttp,
  { repo, number }: IssueRef,
  { scope, signal }: { readonly scope: string; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const path = `${repoPath(repo)}/pulls/${idSegment(String(number), 'pull request')}`;
  const request = { path, what: `pull request #${number} of ${repo}`, scope };
  const { head, base } = (await http.json(request, pullSchema, signal)).value;
  return forkName(head.repo?.full_name, base.repo.full_name);
}

/** Asks once a pull request; what is gone or not for this token is not known, and whoever must know asks again. */
export function startAskingForks(
  http: ForgeHttp,
  signal: AbortSignal,
): (repo: string, pr: number | undefined) => Promise<string | undefined> {
  const known = new Map<string, Promise<string | undefined>>();
  const ask = async (repo: string, number: number): Promise<string | undefined> => {
    try {
      return await findFork(http, { repo, number }, { scope: 'read:repository', signal });
    } catch (error) {
      if (error instanceof AppError && (error.code === 'NOT_FOUND' || error.code === 'REFUSED')) return undefined;
      throw error;
    }
  };
  return (repo, pr) => {
    if (pr === undefined) return Promise.resolve(undefined);
    const asked = known.get(`${repo} ${pr}`) ?? ask(repo, pr);
    known.set(`${repo} ${pr}`, asked);
    return asked;
  };
}
