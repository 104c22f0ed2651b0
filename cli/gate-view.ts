// What the gate looks at: the kept attempts of a SHA as the index tells them, and the CI server's word on them.
import type { Forge, ForgeAttempt } from '../forge/forge.ts';
import type { GateAttempt } from '../indexer/gate.ts';
import type { KeptAttempt, ServerView } from '../indexer/gate-server.ts';
import type { AttemptFilter, LogIndexReader, LogRow } from '../indexer/log-index.ts';
import { type Attempt, forkOf, isGreen, isRed } from '../store/attempt.ts';
import { AppError } from '../store/errors.ts';

/** A SHA on its server. */
export interface GateSubject {
  readonly repo: string;
  readonly sha: string;
}

/** Kept attempts that the filter lets through, with their names, and whether their conclusion is the server's. */
export async function keptAttempts(
  index: LogIndexReader,
  filter: AttemptFilter,
  { nowMs, trustsClaims }: { readonly nowMs: number; readonly trustsClaims: boolean },
): Promise<readonly KeptAttempt[]> {
  const [{ listAttempts }, { headlineOfLog }, { listActiveNames }, { findName }] = await Promise.all([
    import('../indexer/attempts.ts'),
    import('../indexer/signature-report.ts'),
    import('../indexer/name-facts.ts'),
    import('../indexer/names.ts'),
  ]);
  const names = listActiveNames(index, nowMs);
  const confirmed = await confirmedAttempts(index);
  const isConfirmed = (row: LogRow): boolean => row.how === 'pull' || row.how === 'rescue' || confirmed(row.attempt);
  const rows = listAttempts(index, filter, { limit: undefined });
  const greensSince = (red: LogRow): readonly LogRow[] =>
    listAttempts(
      index,
      { ...sameLine(red.attempt), conclusion: 'green', sinceMs: red.attempt.timeMs },
      { limit: 1000 },
    );
  return rows.map((row) => {
    const red = isRed(row.attempt.conclusion);
    const headline = red ? headlineOfLog(index, row.logKey) : undefined;
    const signature = headline?.signature;
    const name = signature === undefined ? undefined : findName(names, signature, row.attempt);
    const fix = red ? findLaterGreen(rows, row, greensSince) : undefined;
    return {
      logId: row.logId,
      attempt: row.attempt,
      signature,
      headline: headline?.headline,
      name,
      doubt: red && name === undefined && forkOf(row.attempt) !== undefined ? forkDoubt(row.attempt) : undefined,
      fixedBy: fix !== undefined && (trustsClaims || isConfirmed(fix)) ? fix.logId : undefined,
      confirmed: isConfirmed(row),
    };
  });
}

const sameLine = ({ repo, branch, pr }: Attempt): AttemptFilter => (pr === undefined ? { repo, branch } : { repo, pr });

/** Facts of a conclusion come from these alone; a job that may write facts at all is a hole in the store's rights. */
const FETCHERS: readonly string[] = ['pull', 'watch', 'rerun', 'rescue'];

/** Whether a fetched fact states the attempt's conclusion. */
async function confirmedAttempts(index: LogIndexReader): Promise<(attempt: Attempt) => boolean> {
  const { FACTS_OF_KIND } = await import('../indexer/statements-facts.ts');
  const keys = new Set<string>();
  const keyOf = (subject: Partial<Attempt>): string =>
    subject.providerId === undefined
      ? JSON.stringify([subject.repo, subject.sha, subject.workflow, subject.job, subject.run, subject.attempt])
      : JSON.stringify([subject.repo, subject.providerId]);
  for (const row of index.db.all(FACTS_OF_KIND, { kind: 'conclusion' })) {
    if (!FETCHERS.includes(row.author)) continue;
    const { subject } = JSON.parse(row.content) as { readonly subject: Partial<Attempt> };
    keys.add(keyOf(subject));
  }
  return (attempt) => keys.has(keyOf(attempt));
}

/**
 * A regression that a later commit fixed: every attempt of this job at this SHA is red, and a later SHA of the same
 * branch or pull request is green. A green at the same SHA is no fix: that is the flake that the gate is for.
 */
function findLaterGreen(
  rows: readonly LogRow[],
  red: LogRow,
  greensSince: (red: LogRow) => readonly LogRow[],
): LogRow | undefined {
  const { attempt } = red;
  if (attempt.partial || attempt.repo === undefined || attempt.job === undefined || attempt.sha === undefined)
    return undefined;
  if (attempt.branch === undefined && attempt.pr === undefined) return undefined;
  const sameJob = (row: LogRow): boolean =>
    row.attempt.repo === attempt.repo && row.attempt.workflow === attempt.workflow && row.attempt.job === attempt.job;
  if (rows.some((row) => sameJob(row) && isGreen(row.attempt.conclusion))) return undefined;
  return greensSince(red).find((row) => sameJob(row) && row.attempt.sha !== attempt.sha);
}

/** Which repositories and whole SHA the server is asked about: as given, else as the kept attempts tell. */
export function subjectsOf(
  sha: string,
  repo: string | undefined,
  attempts: readonly GateAttempt[],
): readonly GateSubject[] {
  const told = attempts.map(({ attempt }) => attempt);
  const whole = /^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(sha);
  const shas = whole ? [sha.toLowerCase()] : told.flatMap((attempt) => attempt.sha ?? []);
  const repos = repo?.includes('/') === true ? [repo] : told.flatMap((attempt) => attempt.repo ?? []);
  return [...new Set(repos)].flatMap((each) => [...new Set(shas)].map((one) => ({ repo: each, sha: one })));
}

/** The server's attempts and statuses of all subjects together. */
export async function askServer(
  forge: Forge,
  subjects: readonly GateSubject[],
  signal: AbortSignal,
): Promise<ServerView> {
  const views: ServerView[] = [];
  for (const subject of subjects) views.push(await viewOf(forge, subject, signal));
  const lists = views.flatMap((view) => (view.attempts === undefined ? [] : [view.attempts]));
  const attempts = lists.length === 0 ? undefined : lists.flat();
  return { attempts, statuses: views.flatMap((view) => view.statuses) };
}

async function viewOf(forge: Forge, { repo, sha }: GateSubject, signal: AbortSignal): Promise<ServerView> {
  const statuses: ServerView['statuses'][number][] = [];
  for await (const { context, state } of forge.statuses(repo, sha, signal)) statuses.push({ context, state });
  if (forge.attempts === undefined) return { attempts: undefined, statuses };
  const found: ForgeAttempt[] = [];
  for await (const each of forge.attempts({ repo, by: 'sha', sha }, signal)) found.push(each);
  const attempts = found
    .filter(({ log, attempt }) => log.kind !== 'passed-through' && attempt.conclusion !== 'skipped')
    .map(({ attempt, state, log }) => ({ attempt, state, hasLog: log.kind === 'here' }));
  return { attempts, statuses };
}

/** Names whose issue is closed have lapsed: they explained something that was said to be mended. */
export async function withoutClosedIssues(
  attempts: readonly KeptAttempt[],
  forge: Forge,
  signal: AbortSignal,
): Promise<readonly KeptAttempt[]> {
  const { issueOfPage } = await import('../forge/repo-path.ts');
  const isClosed = new Map<string, boolean>();
  for (const { name, attempt } of attempts) {
    const issue = issueOfPage(name?.issue ?? '');
    // An issue of another server cannot be asked for here.
    if (name?.issue === undefined || issue === undefined || isClosed.has(name.issue)) continue;
    if (hostOf(issue.repo) !== hostOf(attempt.repo ?? '')) continue;
    isClosed.set(name.issue, (await forge.issueState(issue, signal))?.open === false);
  }
  return attempts.map((each) =>
    isClosed.get(each.name?.issue ?? '') === true
      ? { ...each, name: undefined, doubt: `its name has lapsed: ${each.name?.issue} is closed` }
      : each,
  );
}

const forkDoubt = ({ sha }: Attempt): string =>
  `it is of a fork's pull request, whose author writes the log: only a name of this commit counts, \`firstred name … --sha ${sha?.slice(0, 10) ?? ''}\``;

/**
 * Names that do not hold for one commit alone, taken from the attempts of forks. What a job says of itself is no proof
 * that it is none: the server's word counts, by its list of attempts or by the pull request.
 */
export async function withoutForkNames(
  attempts: readonly KeptAttempt[],
  { forge, server, signal }: { readonly forge: Forge; readonly server: ServerView; readonly signal: AbortSignal },
): Promise<readonly KeptAttempt[]> {
  const asked = new Map<string, Promise<string | undefined>>();
  const doubtOf = async ({ attempt }: KeptAttempt): Promise<string | undefined> => {
    const told = server.attempts?.find((each) => isSameRun(each.attempt, attempt))?.attempt;
    if (told !== undefined && forkOf(told) !== undefined) return forkDoubt(attempt);
    const number = told?.pr ?? attempt.pr;
    if (number === undefined || attempt.repo === undefined) return undefined;
    const key = `${attempt.repo} ${number}`;
    const fork = asked.get(key) ?? forge.forkOfPull({ repo: attempt.repo, number }, signal);
    asked.set(key, fork);
    try {
      return (await fork) === undefined ? undefined : forkDoubt(attempt);
    } catch (error) {
      if (!(error instanceof AppError) || !['NOT_FOUND', 'REFUSED'].includes(error.code)) throw error;
      return `its name does not count: whether #${number} comes from a fork could not be asked (${error.message})`;
    }
  };
  return Promise.all(
    attempts.map(async (each) => {
      if (each.name === undefined || each.name.scope.sha !== undefined) return each;
      const doubt = await doubtOf(each);
      return doubt === undefined ? each : { ...each, name: undefined, doubt };
    }),
  );
}

const isSameRun = (a: Attempt, b: Attempt): boolean =>
  (a.providerId !== undefined && a.providerId === b.providerId) || (a.run !== undefined && a.run === b.run);

const hostOf = (repo: string): string | undefined => repo.split('/')[0];
