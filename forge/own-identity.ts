// Identity of the running job out of both sources: its environment, and the server's word where it can be had.
import type { Attempt } from '../store/attempt.ts';
import { ownJob } from './access.ts';
import { identityFromEnvironment, overrideFromEnvironment, readEnvironment } from './env.ts';
import type { ReadText } from './environments/environment.ts';
import type { EnvironmentVariables } from './environments/variables.ts';
import type { Forge, ForgeAttempt } from './forge.ts';

/** The running job, and what the server says of it, if it could say. */
export interface OwnIdentity {
  readonly attempt: Attempt;
  /** What logs are asked by; undefined when the server could not tell which job this is. */
  readonly own: ForgeAttempt | undefined;
}

/** Where the identity is read from. */
export interface IdentitySources {
  readonly env: EnvironmentVariables;
  readonly readText: ReadText;
  /** Absent: the environment alone. */
  readonly forge?: Forge | undefined;
}

/**
 * The job's identity, the same that a later pull by API gives. FIRSTRED_* variables win over both sources. What a
 * server answers with an error is thrown; the caller may go on with the environment's identity alone.
 */
export async function ownIdentity(
  { env, readText, forge }: IdentitySources,
  signal: AbortSignal,
): Promise<OwnIdentity> {
  const told = readEnvironment(env, readText);
  const own = await forge?.ownAttempt(ownJob(env, told), signal);
  if (own === undefined) return { attempt: identityFromEnvironment(env, readText), own };
  return { attempt: overrideFromEnvironment(completeIdentity(told, own.attempt), env), own };
}

/**
 * What the job knows of itself, completed by what the server says. The job knows its head and what was checked out
 * (only the event tells them); the server knows its public name, the job's full name and its number.
 */
function completeIdentity(told: Attempt, server: Attempt): Attempt {
  return {
    ...told,
    repo: server.repo ?? told.repo,
    sha: told.sha ?? server.sha,
    testedSha: told.testedSha ?? server.testedSha,
    workflow: told.workflow ?? server.workflow,
    job: server.job ?? told.job,
    partial: server.job === undefined && told.partial,
    run: server.run ?? told.run,
    attempt: server.attempt ?? told.attempt,
    providerId: told.providerId ?? server.providerId,
    branch: told.branch ?? server.branch,
    pr: told.pr ?? server.pr,
    event: told.event ?? server.event,
    startedAtMs: server.startedAtMs ?? told.startedAtMs,
    url: server.url ?? told.url,
    labels: { ...server.labels, ...told.labels },
  };
}
