// The running job's own log, for `archive` without a file: identity completed by the server, and what it has so far.
import { readFileSync } from 'node:fs';
import type { Attempt } from '../store/attempt.ts';
import { AppError } from '../store/errors.ts';
import type { CommandInput, CommandIo } from './command.ts';
import { openCommandForge } from './forge-access.ts';
import { keepWhatCame } from './keep-what-came.ts';

/** What a post-step can keep. */
export interface OwnLog {
  readonly attempt: Attempt;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Why it is not whole. The job still runs, so rows are missing at the least. Asked when `chunks` have ended. */
  readonly cutReason: () => string;
  /** Set when it broke off on its way, after its first bytes. */
  readonly brokeOff: () => string | undefined;
}

/**
 * The log of the job that this process runs in, by its server's API (Gitea 1.24, Forgejo 16 and later).
 * PROVIDER_UNSUPPORTED with the way out where the server cannot give it; USAGE outside of a job.
 */
export async function openOwnLog(input: CommandInput, io: CommandIo): Promise<OwnLog> {
  const { env } = await io.config();
  const [{ missingAbility }, { ownIdentity }] = await Promise.all([
    import('../forge/forge.ts'),
    import('../forge/own-identity.ts'),
  ]);
  const forge = await openCommandForge(input, io);
  if (forge.ownLog === undefined) throw missingAbility(forge, 'ownLog');
  const { attempt, own } = await ownIdentity({ env, readText: findFileText, forge }, io.signal);
  if (own === undefined) {
    throw new AppError('USAGE', `${forge.title} cannot tell which job this is`, {
      hint: 'run this as a step of the job (it needs ACTIONS_RUNTIME_TOKEN), or use `firstred run -- CMD`',
    });
  }
  // There is no second try after the job's end, and a cancelled job has no time: what came is kept.
  const log = keepWhatCame(forge.ownLog(own, io.signal), ['PROVIDER_UNAVAILABLE', 'INTERRUPTED']);
  const cutReason = (): string => log.reason() ?? 'the job was still running: its last rows are missing';
  return { attempt, chunks: log.chunks, cutReason, brokeOff: log.reason };
}

function findFileText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // the event file is a help, not a condition
  }
}
