// Which of the comments that carry our marker is our own: the marker is plain to read, and anybody may write it.
import { z } from 'zod';
import { AppError } from '../store/errors.ts';
import type { ForgeHttp } from './http.ts';

/** Who wrote a comment, as far as the server says. */
export const authorSchema = z.object({ id: z.int(), type: z.string().optional() }).nullish().catch(undefined);

interface Authored {
  readonly user?: z.infer<typeof authorSchema>;
}

/** The server's own user for jobs on Gitea and Forgejo: no person can be it. */
const ACTIONS_USER_ID = -2;

/**
 * The one of `marked` that the token's own user wrote; undefined when all are of others. REFUSED when the server does not
 * say who that is: a stranger's comment must not be written over, and a new one each time would be noise.
 */
export async function findOwnComment<T extends Authored>(
  http: ForgeHttp,
  marked: readonly T[],
  signal: AbortSignal,
): Promise<T | undefined> {
  if (marked.length === 0) return undefined;
  const own = await findOwnUserId(http, signal);
  if (own !== undefined) return marked.find(({ user }) => user?.id === own);
  // Tokens of jobs and apps may not ask who they are; what they write is a machine's, and no stranger has one there.
  const machine = marked.find(({ user }) => user?.id === ACTIONS_USER_ID || user?.type === 'Bot');
  if (machine !== undefined) return machine;
  throw new AppError('REFUSED', 'a comment with our marker is there, and this token may not ask whether it is ours', {
    hint: 'give the token the right to read its own user (read:user), or delete that comment',
  });
}

async function findOwnUserId(http: ForgeHttp, signal: AbortSignal): Promise<number | undefined> {
  const request = { path: '/user', what: 'the user of the token', scope: 'read:user' };
  try {
    return (await http.findJson(request, z.object({ id: z.int() }), signal))?.id;
  } catch (error) {
    if (error instanceof AppError && error.code === 'REFUSED') return undefined;
    throw error;
  }
}
