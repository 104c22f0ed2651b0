// `firstred coverage`: what the CI server ran against what is kept, the lost ones by name.
import type { Forge, ForgeAttempt } from '../../forge/forge.ts';
import { isGreen, isRed } from '../../store/attempt.ts';
import { showText } from '../../store/visible-text.ts';
import { attemptWords } from '../archiver.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { FORGE_OPTIONS, openCommandForge, repoToAsk } from '../forge-access.ts';
import { type KeptCaptures, openKeptCaptures } from '../kept-captures.ts';
import { tableText } from '../output.ts';
import { openProgress } from '../progress.ts';
import { openSession } from '../session.ts';
import { parseTimeMs } from '../times.ts';

export const coverage: Command = {
  name: 'coverage',
  summary: 'What the CI server ran against what is kept; the lost attempts by name.',
  group: 'more',
  options: [
    { flags: '--since <time>', summary: 'attempts that started since then (default 7d)' },
    { flags: '--repo <repo...>', summary: 'owner/name on the server; repeatable' },
    ...FORGE_OPTIONS,
  ],
  examples: [
    { line: 'firstred coverage --since 7d --repo acme/app', summary: 'did anything get lost this week?' },
    { line: 'firstred coverage --repo acme/app --repo acme/lib --json', summary: 'for a dashboard' },
  ],
  exitCodes: {
    [EXIT.done]: 'every attempt that had a log is kept',
    [EXIT.no]: 'some are not kept',
    [EXIT.refused]: 'no right to read, or the server is too old for it',
    [EXIT.notYet]: 'the server or the store does not answer',
  },
  run: cover,
};

/** Counts of one repository. */
interface Coverage {
  readonly repo: string;
  readonly attempts: number;
  readonly kept: number;
  /** Kept, but only as a copy that is known to be cut. */
  readonly cut: number;
  readonly red: number;
  readonly redKept: number;
  readonly green: number;
  readonly greenKept: number;
  readonly unfinished: number;
  readonly lost: readonly LostAttempt[];
}

interface LostAttempt {
  readonly found: ForgeAttempt;
  /** Whether `pull` can still fetch it. */
  readonly onServer: boolean;
}

async function cover(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const config = await io.config();
  const sinceMs = parseTimeMs(input.text('since') ?? '7d', io.now());
  const named = input.list('repo');
  const repos = named.length > 0 ? named : [await repoToAsk(input, config)];
  const forge = await openCommandForge(input, io);
  const session = openSession(config);
  try {
    const captures = openKeptCaptures(await session.store());
    const rows: Coverage[] = [];
    const progress = await openProgress(input, io);
    let done = 0;
    const onLook = (): void => progress.show({ what: 'looked at', done: ++done, things: 'attempts' });
    for (const repo of repos) rows.push(await coverRepo({ forge, captures, repo, sinceMs, onLook }, io.signal));
    progress.clear();
    await io.stdout.write(input.flag('json') ? jsonText(rows, sinceMs) : rowsText(rows));
    for (const row of rows) for (const lost of row.lost) await io.stderr.write(lostText(lost));
    return rows.some((row) => row.lost.length > 0) ? EXIT.no : EXIT.done;
  } finally {
    await session.close();
  }
}

interface RepoQuestion {
  readonly forge: Forge;
  readonly captures: KeptCaptures;
  readonly repo: string;
  readonly sinceMs: number;
  readonly onLook: () => void;
}

async function coverRepo(
  { forge, captures, repo, sinceMs, onLook }: RepoQuestion,
  signal: AbortSignal,
): Promise<Coverage> {
  const { missingAbility } = await import('../../forge/forge.ts');
  if (forge.attempts === undefined) throw missingAbility(forge, 'attempts');
  const counts = { attempts: 0, kept: 0, cut: 0, red: 0, redKept: 0, green: 0, greenKept: 0, unfinished: 0 };
  const lost: LostAttempt[] = [];
  for await (const found of forge.attempts({ repo, by: 'since', sinceMs }, signal)) {
    onLook();
    if (found.log.kind === 'passed-through') continue;
    if (found.state !== 'finished') counts.unfinished += 1;
    // What never started has nothing to keep.
    if (found.state !== 'finished' || found.attempt.startedAtMs === undefined) continue;
    if (found.attempt.conclusion === 'skipped') continue;
    const copies = await captures.of(found.attempt);
    const isKept = copies.length > 0;
    const red = isRed(found.attempt.conclusion);
    const green = isGreen(found.attempt.conclusion);
    counts.attempts += 1;
    counts.kept += Number(isKept);
    counts.cut += Number(isKept && copies.every(({ capture }) => !capture.complete));
    counts.red += Number(red);
    counts.redKept += Number(red && isKept);
    counts.green += Number(green);
    counts.greenKept += Number(green && isKept);
    if (!isKept) lost.push({ found, onServer: found.log.kind === 'here' });
  }
  return { repo, ...counts, lost };
}

const share = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${part}/${whole} (${Math.floor((part / whole) * 100)} %)`;

const rowsText = (rows: readonly Coverage[]): string =>
  tableText(
    rows,
    [
      { title: 'repository', cell: (row) => showText(row.repo) },
      { title: 'kept', cell: (row) => share(row.kept, row.attempts) },
      { title: 'red', cell: (row) => share(row.redKept, row.red) },
      { title: 'green', cell: (row) => share(row.greenKept, row.green) },
      { title: 'cut', cell: (row) => String(row.cut) },
      { title: 'running', cell: (row) => String(row.unfinished) },
    ],
    undefined,
  );

function lostText({ found, onServer }: LostAttempt): string {
  const what = `firstred: not kept: ${showText(attemptWords(found.attempt))} ${found.attempt.conclusion}`;
  return `${what}, ${onServer ? '`firstred pull` can fetch it' : 'gone from the server: try `firstred rescue`'}\n`;
}

function jsonText(rows: readonly Coverage[], sinceMs: number): string {
  const repositories = rows.map(({ lost, ...counts }) => ({ ...counts, lost: lost.map(lostRow) }));
  return `${JSON.stringify({ since: new Date(sinceMs).toISOString(), repositories }, null, 1)}\n`;
}

function lostRow({ found, onServer }: LostAttempt): Record<string, unknown> {
  const { sha, workflow, job, run, attempt, providerId, conclusion, startedAtMs, url } = found.attempt;
  return {
    sha: sha ?? null,
    workflow: workflow ?? null,
    job: job ?? null,
    run: run ?? null,
    attempt: attempt ?? null,
    providerId: providerId ?? null,
    conclusion,
    startedAt: startedAtMs === undefined ? null : new Date(startedAtMs).toISOString(),
    url: url ?? null,
    onServer,
  };
}
