// Whose log it is: flags win over the CI's environment, that over the working folder's git.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { type Attempt, CONCLUSIONS, findConclusion, UNKNOWN_ATTEMPT } from '../store/attempt.ts';
import { AppError } from '../store/errors.ts';
import type { CommandInput, CommandOption } from './command.ts';
import type { Config } from './config.ts';
import { parseDurationMs, parseTimeMs } from './times.ts';

export const IDENTITY_OPTIONS: readonly CommandOption[] = [
  { flags: '--repo <repo>', summary: 'host/owner/name' },
  { flags: '--sha <sha>', summary: 'head of the change' },
  { flags: '--tested-sha <sha>', summary: 'what was checked out, where it differs' },
  { flags: '--workflow <name>', summary: 'the workflow' },
  { flags: '--job <name>', summary: 'the job, with its matrix values' },
  { flags: '--run <id>', summary: "the provider's id of the run" },
  { flags: '--attempt <number>', summary: 'which attempt of the run; leave it out when it is not known' },
  { flags: '--provider-id <id>', summary: "the provider's id of the task or job" },
  { flags: '--conclusion <word>', summary: `how it ended: ${CONCLUSIONS.join(' ')}, red or green` },
  { flags: '--started-at <time>', summary: 'when the job started' },
  { flags: '--finished-at <time>', summary: 'when the job ended' },
  { flags: '--branch <name>', summary: 'the branch' },
  { flags: '--pr <number>', summary: 'the pull request' },
  { flags: '--event <name>', summary: 'what triggered the run' },
  { flags: '--url <url>', summary: 'page of the job on its server' },
  { flags: '--label <key=value...>', summary: 'any label; repeatable' },
  { flags: '--time-limit <duration>', summary: "the job's time limit" },
];

/** Raw fields of an identity, from flags or from a line of `--batch`. */
export type IdentityFields = Readonly<Record<string, string | undefined>> & { readonly labels?: never };

/** Identity of the log that this process is to keep. Runs git only where repository or SHA are still unknown. */
export async function readIdentity(input: CommandInput, config: Config, nowMs: number): Promise<Attempt> {
  const { identityFromEnvironment } = await import('../forge/env.ts');
  const found = identityFromEnvironment(config.env, findFileText);
  const flagged = attemptWithFlags(found, input, nowMs);
  const withRepo = { ...flagged, repo: flagged.repo ?? config.repo };
  return withRepo.repo === undefined && withRepo.sha === undefined && (config.env['CI'] ?? '') === ''
    ? { ...withRepo, ...(await askGit()) }
    : withRepo;
}

/** `attempt` with what the flags say in place of its own. */
export const attemptWithFlags = (attempt: Attempt, input: CommandInput, nowMs: number): Attempt =>
  withFields(attempt, flagFields(input), labelsOf(input.list('label')), nowMs);

/** The identity that flags alone give, for lines of `--batch` that leave a field out. */
export const identityFromFlags = (input: CommandInput, nowMs: number): Attempt =>
  attemptWithFlags(UNKNOWN_ATTEMPT, input, nowMs);

function findFileText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // the event file is a help, not a condition
  }
}

const FIELD_NAMES = [
  'repo',
  'sha',
  'testedSha',
  'workflow',
  'job',
  'run',
  'attempt',
  'providerId',
  'conclusion',
  'startedAt',
  'finishedAt',
  'branch',
  'pr',
  'event',
  'url',
  'timeLimit',
] as const;
type FieldName = (typeof FIELD_NAMES)[number];
export type Fields = Readonly<Partial<Record<FieldName, string | undefined>>>;

const flagFields = (input: CommandInput): Fields =>
  Object.fromEntries(FIELD_NAMES.map((name) => [name, input.text(name)]));

/** `base` with the given fields in place of its own. USAGE when one has no meaning. */
export function withFields(
  base: Attempt,
  fields: Fields,
  labels: Readonly<Record<string, string>>,
  nowMs: number,
): Attempt {
  const text = (name: FieldName): string | undefined => (fields[name] === '' ? undefined : fields[name]);
  const time = (name: FieldName): number | undefined => mapText(text(name), (v) => parseTimeMs(v, nowMs));
  return {
    ...base,
    repo: mapText(text('repo'), parseRepo) ?? base.repo,
    sha: mapText(text('sha'), parseSha) ?? base.sha,
    testedSha: mapText(text('testedSha'), parseSha) ?? base.testedSha,
    workflow: text('workflow') ?? base.workflow,
    job: text('job') ?? base.job,
    run: text('run') ?? base.run,
    attempt: mapText(text('attempt'), (v) => parseCount(v, 'attempt')) ?? base.attempt,
    providerId: text('providerId') ?? base.providerId,
    conclusion: mapText(text('conclusion'), parseConclusion) ?? base.conclusion,
    startedAtMs: time('startedAt') ?? base.startedAtMs,
    finishedAtMs: time('finishedAt') ?? base.finishedAtMs,
    branch: text('branch') ?? base.branch,
    pr: mapText(text('pr'), (v) => parseCount(v, 'pr')) ?? base.pr,
    event: text('event') ?? base.event,
    url: text('url') ?? base.url,
    labels: { ...base.labels, ...labels },
    limitMs: mapText(text('timeLimit'), parseDurationMs) ?? base.limitMs,
    partial: text('job') === undefined ? base.partial : false,
  };
}

const mapText = <T>(text: string | undefined, parse: (text: string) => T): T | undefined =>
  text === undefined ? undefined : parse(text);

function parseRepo(text: string): string {
  const parts = text
    .replace(/^https?:\/\//i, '')
    .replace(/\.git$/, '')
    .split('/')
    .filter((p) => p !== '');
  if (parts.length === 0) throw new AppError('USAGE', `'${text}' is no repository`, { hint: 'write host/owner/name' });
  return parts.join('/');
}

function parseSha(text: string): string {
  if (/^[0-9a-f]{7,64}$/i.test(text)) return text.toLowerCase();
  throw new AppError('USAGE', `'${text.slice(0, 80)}' is no commit SHA`, {
    hint: 'give 7 to 64 hexadecimal digits, best all of them',
  });
}

/** A whole number from 1. Zero means unknown on some servers and is refused: leave it out instead. */
export function parseCount(text: string, what: string): number {
  const number = Number(text);
  if (/^\d{1,15}$/.test(text) && number >= 1) return number;
  throw new AppError('USAGE', `--${what} '${text.slice(0, 80)}' is no number from 1`, {
    hint: `leave --${what} out when it is not known`,
  });
}

/** A provider's word, or red or green. USAGE for any other. */
export function parseConclusion(text: string): Attempt['conclusion'] {
  const found = findConclusion(text);
  if (found !== undefined) return found;
  throw new AppError('USAGE', `'${text.slice(0, 80)}' is no conclusion`, {
    hint: `give one of ${CONCLUSIONS.join(' ')}, red or green`,
  });
}

/** `k=v` pairs. USAGE for anything else. */
export function labelsOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1)
        throw new AppError('USAGE', `'${pair.slice(0, 80)}' is no label`, { hint: 'write --label key=value' });
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

async function askGit(): Promise<Partial<Attempt>> {
  const git = async (...args: readonly string[]): Promise<string | undefined> => {
    try {
      const { stdout } = await promisify(execFile)('git', [...args], { timeout: 5000 });
      return stdout.trim() === '' ? undefined : stdout.trim();
    } catch {
      return undefined; // no git, no repository: then it is not known
    }
  };
  const [sha, remote, branch] = await Promise.all([
    git('rev-parse', 'HEAD'),
    git('remote', 'get-url', 'origin'),
    git('symbolic-ref', '--short', 'HEAD'),
  ]);
  return { sha, branch, repo: remote === undefined ? undefined : repoOfRemote(remote) };
}

/** `host/owner/name` of a git remote's address, without user, port and password. */
function repoOfRemote(remote: string): string | undefined {
  const scp = /^(?:[^@/]+@)?([^:/]+):(?!\/\/)(.+)$/.exec(remote);
  const url = /^[a-z+]+:\/\/(?:[^@/]+@)?([^/:]+)(?::\d+)?\/(.+)$/i.exec(remote);
  const [, host, path] = url ?? scp ?? [];
  return host === undefined || path === undefined
    ? undefined
    : `${host}/${path.replace(/\.git$/, '').replace(/\/+$/, '')}`;
}
