// `firstred watch`: the sidecar. Follows a server's own log storage, is told by webhooks and pings, and asks by itself.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Forge } from '../../forge/forge.ts';
import { AppError, reasonOf } from '../../store/errors.ts';
import { showText } from '../../store/visible-text.ts';
import { type Archiver, openArchiver } from '../archiver.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import type { Config } from '../config.ts';
import { EXIT, type ExitCode, exitOfSignal } from '../exit-codes.ts';
import { FORGE_OPTIONS, isServerKnown, openCommandForge, serverHost } from '../forge-access.ts';
import { type LogStorage, openLogStorage } from '../log-storage.ts';
import { MASK_OPTIONS, readMasking } from '../masking.ts';
import { pause } from '../pause.ts';
import { isTeamIndex, openSession, type Session } from '../session.ts';
import { WITHOUT_LIMITS } from '../storage-looks.ts';
import { parseDurationMs, parseTimeMs } from '../times.ts';
import { toolName } from '../version.ts';
import { answerAttempt } from '../watch-answers.ts';
import { type LookPlace, startListening } from '../watch-listener.ts';
import { openWatchState } from '../watch-state.ts';
import { Watcher } from '../watcher.ts';
import { WorkQueue } from '../work-queue.ts';

export const watch: Command = {
  name: 'watch',
  summary: 'The sidecar beside a CI server: keeps the log of every finished attempt, and needs no change in any job.',
  group: 'more',
  options: [
    { flags: '--gitea-logs <place>', summary: 'follow the server’s own log storage: a folder or s3://bucket/prefix' },
    { flags: '--repo <repo...>', summary: 'ask the server for these owner/name; webhooks of others are refused' },
    { flags: '--interval <duration>', summary: 'time between two looks (default 2s for a folder, else 30s)' },
    { flags: '--since <time>', summary: 'how far back the first look at a repository goes (default 1d)' },
    { flags: '--host <address>', summary: 'where to listen (default 127.0.0.1)' },
    { flags: '--port <number>', summary: 'port for webhooks, pings, /healthz, /metrics (default 9330; 0: any)' },
    { flags: '--post-status', summary: 'write the gate’s verdict as commit status firstred/gate' },
    { flags: '--policy <file>', summary: 'the gate’s policy' },
    { flags: '--comment', summary: 'one comment a pull request: for a flake, or an error never seen before' },
    { flags: '--once', summary: 'look once, without listening, and end' },
    { flags: '--state <file>', summary: 'what is remembered over a restart (default beside the spool)' },
    ...FORGE_OPTIONS,
    ...MASK_OPTIONS,
    { flags: '--no-index', summary: 'keep only; do not index here' },
  ],
  examples: [
    {
      line: 'firstred watch --gitea-logs /var/lib/gitea/data/actions_log',
      summary: 'every repository of a Gitea server, without a line of YAML',
    },
    { line: 'firstred watch --repo acme/app --repo acme/lib --post-status', summary: 'by webhooks and asking' },
  ],
  exitCodes: {
    [EXIT.done]: 'it was asked to look once, and did',
    [EXIT.partly]: 'with --once: some logs could not be kept',
    [EXIT.refused]: 'no right to read, or the server is too old for it',
    [EXIT.interrupted]: 'stopped; what was under way is kept or waits in the spool',
  },
  run: runWatch,
};

/** chosen: between two of these an interrupt is seen. */
const INDEX_MS = 1000;
/** chosen: a log is found within this time after it was kept, where there is time. */
const INDEX_PAUSE_MS = 100;
/** chosen: merging what many ingests left behind takes this thread for up to a second (measured on a busy machine). */
const SETTLE_MS = 60_000;

interface Sidecar {
  readonly input: CommandInput;
  readonly io: CommandIo;
  readonly session: Session;
  readonly archiver: Archiver;
  readonly forge: Forge | undefined;
  readonly storage: LogStorage | undefined;
  readonly watcher: Watcher;
  readonly queue: WorkQueue;
  readonly repos: readonly string[];
  readonly note: (line: string) => void;
}

async function runWatch(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const config = await io.config();
  const newMasker = readMasking(input, config.env);
  const place = input.text('giteaLogs');
  const storage = place === undefined ? undefined : await openLogStorage(place, config);
  const forge = (await isServerKnown(input, io)) ? await openCommandForge(input, io) : undefined;
  const named = input.list('repo').map((repo) => repo.replace(/^https?:\/\//i, '').replace(/\.git$/, ''));
  const repos = named.length > 0 ? named : config.repo === undefined ? [] : [config.repo];
  await refuseNothingToDo({ input, config, storage, forge, repos });
  const session = openSession(config);
  const note = (line: string): void => void io.stderr.write(`firstred: ${showText(line).replace(/\s+/g, ' ')}\n`);
  const archiver = await openArchiver(session, {
    // A team's index is filled by its own workers.
    index: !input.isOff('index') && !isTeamIndex(session.config),
    onIndexFailure: async (reason) => note(`kept but not indexed here: ${reason}`),
    now: io.now,
    signal: io.signal,
  });
  const onFailure = (name: string, error: unknown): void => note(`${name}: ${reasonOf(error)}: tried again later`);
  const queue = new WorkQueue({ width: 4, tries: 8, pause, signal: io.signal, onFailure });
  try {
    const watcher = new Watcher({
      forge,
      storage,
      archiver,
      store: await session.store(),
      facts: { by: 'watch', tool: toolName() },
      newMasker,
      state: openWatchState(statePath(input, config)),
      host: await serverHost(input, io),
      now: io.now,
      signal: io.signal,
      onKept: (attempt, manifest) => {
        note(`${manifest.logId} ${attempt.conclusion} ${attempt.repo ?? ''} ${attempt.job ?? ''}`);
        if (forge !== undefined)
          answerAttempt(attempt, manifest.logId, { forge, session, io, input, queue, newMasker, note });
      },
      note,
    });
    return await watchOn({ input, io, session, archiver, forge, storage, watcher, queue, repos, note }, newMasker);
  } finally {
    await queue.idle();
    await archiver.close();
    await session.close();
    await storage?.close();
  }
}

interface Plan {
  readonly input: CommandInput;
  readonly config: Config;
  readonly storage: LogStorage | undefined;
  readonly forge: Forge | undefined;
  readonly repos: readonly string[];
}

async function refuseNothingToDo({ input, config, storage, forge, repos }: Plan): Promise<void> {
  const { missingAbility } = await import('../../forge/forge.ts');
  if (storage !== undefined) return;
  if (forge === undefined)
    throw new AppError('USAGE', 'there is nothing to watch', {
      hint: 'give --gitea-logs PLACE, or set FIRSTRED_SERVER_URL and FIRSTRED_TOKEN and give --repo',
    });
  if (forge.attempts === undefined) throw missingAbility(forge, 'attempts');
  if (forge.log === undefined) throw missingAbility(forge, 'log');
  const toldByHooks = (config.env['FIRSTRED_WEBHOOK_SECRET'] ?? '') !== '' && !input.flag('once');
  if (repos.length > 0 || toldByHooks) return;
  throw new AppError('USAGE', 'no repository is watched', {
    hint: 'give --repo owner/name, --gitea-logs PLACE, or set FIRSTRED_WEBHOOK_SECRET and a webhook',
  });
}

/** Beside the spool, one for each place and server, so that two sidecars of one machine do not share a cursor. */
function statePath(input: CommandInput, config: Config): string {
  const given = input.text('state');
  if (given !== undefined) return given;
  const of = [
    config.store,
    input.text('giteaLogs') ?? '',
    input.text('server') ?? config.env['FIRSTRED_SERVER_URL'] ?? '',
  ];
  const id = createHash('sha256').update(of.join('\n')).digest('hex').slice(0, 12);
  return join(dirname(config.spool), `watch-${id}.json`);
}

async function watchOn(sidecar: Sidecar, newMasker: ReturnType<typeof readMasking>): Promise<ExitCode> {
  const { input, io, watcher, storage, note } = sidecar;
  if (input.flag('once')) return lookOnce(sidecar);
  const listener = await startListening({ ...sidecar, newMasker });
  await io.stdout.write(`${listener.url}\n`);
  const everyMs = parseDurationMs(
    input.text('interval') ?? (storage !== undefined && !storage.place.startsWith('s3:') ? '2s' : '30s'),
  );
  /** Looks until stopped; at once again where a look left something. */
  async function lookOn(place: LookPlace, look: () => Promise<boolean>): Promise<void> {
    while (!io.signal.aborted) {
      let isMore = false;
      try {
        isMore = await look();
        listener.sawLook(place, undefined);
      } catch (error) {
        if (io.signal.aborted) break;
        listener.sawLook(place, reasonOf(error));
        note(`${reasonOf(error)}: tried again in ${everyMs / 1000} s`);
      }
      await pause(isMore ? 0 : everyMs, io.signal);
    }
  }
  // Side by side: neither a server that is slow nor the index holds up what a storage has new.
  await Promise.all([
    storage === undefined ? undefined : lookOn('storage', () => watcher.takeStorage()),
    lookOn('server', () => lookAtServer(sidecar)),
    indexOn(sidecar),
  ]);
  note('stopping');
  await listener.close();
  return exitOfSignal(io.signal);
}

async function lookOnce(sidecar: Sidecar): Promise<ExitCode> {
  const { archiver, io, queue, session, watcher } = sidecar;
  await watcher.takeStorage(WITHOUT_LIMITS);
  await lookAtServer(sidecar);
  await queue.idle();
  await archiver.indexBehind(Number.POSITIVE_INFINITY);
  await session.settle();
  const { kept, had, failed, lost, cut } = watcher.counts;
  await io.stdout.write(`${kept} kept, ${had} here already, ${lost} lost, ${failed} failed\n`);
  return failed + lost + cut > 0 ? EXIT.partly : EXIT.done;
}

/** What the server tells; then what waits in the spool is delivered. */
async function lookAtServer({ input, io, archiver, watcher, repos, note }: Sidecar): Promise<false> {
  const firstSinceMs = parseTimeMs(input.text('since') ?? '1d', io.now());
  for (const repo of repos) await watcher.poll(repo, firstSinceMs);
  await archiver.flush('left-behind', { onProblem: async (what) => note(what) });
  return false;
}

/** Indexes while nothing is being kept: a log that is kept late may be lost, one that is indexed late is found late. */
async function indexOn({ io, archiver, session, watcher, note }: Sidecar): Promise<void> {
  let settledMs = performance.now();
  while (!io.signal.aborted) {
    try {
      const isMore = await archiver.indexBehind(INDEX_MS, () => !watcher.isKeeping);
      if (!isMore && performance.now() - settledMs > SETTLE_MS) {
        await session.settle();
        settledMs = performance.now();
      }
    } catch (error) {
      note(`the index: ${reasonOf(error)}: tried again later`);
    }
    await pause(INDEX_PAUSE_MS, io.signal);
  }
}
