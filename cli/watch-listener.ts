// What the sidecar's listener answers with: deliveries become work, pings a capture, counts metrics.

import type { Forge } from '../forge/forge.ts';
import type { Delivery } from '../forge/webhook.ts';
import { AppError } from '../store/errors.ts';
import type { Masker } from '../store/mask.ts';
import type { Archiver } from './archiver.ts';
import type { CommandInput, CommandIo } from './command.ts';
import { RateLimiter } from './rate-limit.ts';
import type { Session } from './session.ts';
import { captureTask } from './watch-capture.ts';
import type { Watcher } from './watcher.ts';
import type { WorkQueue } from './work-queue.ts';

export interface ListenerTools {
  readonly input: CommandInput;
  readonly io: CommandIo;
  readonly session: Session;
  readonly archiver: Archiver;
  readonly forge: Forge | undefined;
  readonly watcher: Watcher;
  readonly queue: WorkQueue;
  readonly repos: readonly string[];
  readonly newMasker: () => Masker;
  readonly note: (line: string) => void;
}

/** What is looked at, each at its own pace. */
export type LookPlace = 'storage' | 'server';

export interface Listener {
  readonly url: string;
  /** After each look at a `place`: undefined when it went well. */
  sawLook(place: LookPlace, problem: string | undefined): void;
  close(): Promise<void>;
}

/** SECURITY, section 8: a delivery is taken once a day at most. */
const REMEMBER_MS = 24 * 3_600_000;
/** chosen: a day of a busy server. */
const MAX_REMEMBERED = 100_000;
/** chosen: no look for so long and the sidecar is not well. */
const SILENT_MS = 10 * 60_000;
const DEFAULT_PORT = '9330';

/** Starts listening. USAGE when the port is taken. */
export async function startListening(tools: ListenerTools): Promise<Listener> {
  const { input, io } = tools;
  const secret = (await io.config()).env['FIRSTRED_WEBHOOK_SECRET'] ?? '';
  const [{ createSidecar, listenSidecar }, { parseDelivery }] = await Promise.all([
    import('../web/sidecar.ts'),
    import('../forge/webhook.ts'),
  ]);
  const health = new LookHealth(io.now);
  const counts = { hooks: 0, refusedHooks: 0, pings: 0, refusedPings: 0 };
  const seen = new Map<string, number>();
  const mayPing = pingLimits(io.now);
  const app = createSidecar({
    onHook:
      secret === ''
        ? undefined
        : (hook) => {
            counts.refusedHooks += 1; // until it is known to be good
            const delivery = parseDelivery(hook, secret);
            counts.refusedHooks -= 1;
            counts.hooks += 1;
            if (delivery !== undefined) takeDelivery(delivery, seen, tools);
          },
    mayPing: (sender, ping) => {
      const may = mayPing(sender, ping);
      if (may) counts.pings += 1;
      else counts.refusedPings += 1;
      return may;
    },
    onPing: (ping) => answerPing(ping, tools),
    illness: () => health.illness(),
    metrics: () =>
      metricsText({ ...tools.watcher.counts, ...counts, queued: tools.queue.size, lookedAtMs: health.lookedAtMs() }),
  });
  const listening = await listenSidecar(app, { host: input.text('host') ?? '127.0.0.1', port: portOf(input) });
  return {
    ...listening,
    sawLook: (place, problem) => health.saw(place, problem),
  };
}

/** When each place was last looked at with success. */
class LookHealth {
  readonly #now: () => number;
  readonly #startedMs: number;
  readonly #places = new Map<LookPlace, { readonly wellAtMs: number; readonly problem: string | undefined }>();

  constructor(now: () => number) {
    this.#now = now;
    this.#startedMs = now();
  }

  saw(place: LookPlace, problem: string | undefined): void {
    const wellAtMs = problem === undefined ? this.#now() : (this.#places.get(place)?.wellAtMs ?? this.#startedMs);
    this.#places.set(place, { wellAtMs, problem });
  }

  /** Of the place that was last looked at the longest ago. */
  lookedAtMs(): number {
    return Math.min(...this.#all().map(({ wellAtMs }) => wellAtMs));
  }

  illness(): string | undefined {
    const silent = this.#all().find(({ wellAtMs }) => this.#now() - wellAtMs > SILENT_MS);
    if (silent === undefined) return undefined;
    return `no look went well for ${SILENT_MS / 60_000} minutes: ${silent.problem ?? 'still looking'}`;
  }

  #all(): readonly { readonly wellAtMs: number; readonly problem: string | undefined }[] {
    return this.#places.size > 0 ? [...this.#places.values()] : [{ wellAtMs: this.#startedMs, problem: undefined }];
  }
}

function portOf(input: CommandInput): number {
  const text = input.text('port') ?? DEFAULT_PORT;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port < 65_536) return port;
  throw new AppError('USAGE', `--port '${text.slice(0, 20)}' is no port`, { hint: 'give a number from 0 to 65535' });
}

/** What it says is used as ids to ask the server with, and only for repositories that are watched. */
function takeDelivery(delivery: Delivery, seen: Map<string, number>, tools: ListenerTools): void {
  const { watcher, queue, repos, io, note } = tools;
  const { id, repo, run, news } = delivery;
  if (id !== undefined) {
    const nowMs = io.now();
    for (const [old, atMs] of seen) {
      if (nowMs - atMs < REMEMBER_MS && seen.size < MAX_REMEMBERED) break;
      seen.delete(old);
    }
    if (seen.has(id)) return;
    seen.set(id, nowMs);
  }
  const short = repo.split('/').slice(-2).join('/').toLowerCase();
  if (repos.length > 0 && !repos.some((each) => each.split('/').slice(-2).join('/').toLowerCase() === short)) {
    note(`a webhook of ${repo}, which is not watched, is passed over`);
    return;
  }
  if (news !== 'finished') return;
  queue.push('storage', async () => void (await watcher.takeStorage()));
  queue.push(`run ${short} ${run}`, () => watcher.takeRun(short, run));
}

/** chosen: a runner's host may start sixty jobs at once; one task has no reason to ask more than twice. */
function pingLimits(
  now: () => number,
): (sender: string, ping: { readonly repo: string; readonly task: string }) => boolean {
  const all = new RateLimiter({ burst: 200, perSecond: 20, now });
  const bySender = new RateLimiter({ burst: 60, perSecond: 2, now });
  const byTask = new RateLimiter({ burst: 2, perSecond: 0.1, now });
  return (sender, { repo, task }) => bySender.take(sender) && byTask.take(`${repo} ${task}`) && all.take('');
}

async function answerPing(
  ping: { readonly repo: string; readonly task: string; readonly run: string | undefined },
  { forge, archiver, session, newMasker, io, watcher, queue }: ListenerTools,
): Promise<{ readonly status: 200 | 202 | 404 | 503; readonly text: string }> {
  if (forge === undefined)
    return {
      status: 202,
      text: 'the log is kept when the job has ended\nno server is configured to ask\nnot named yet\n',
    };
  const answer = await captureTask(ping, { forge, archiver, session, newMasker, now: io.now, signal: io.signal });
  if (ping.run !== undefined) {
    const { repo, run } = ping;
    queue.push(`run ${repo} ${run}`, () => watcher.takeRun(repo, run));
  }
  return answer;
}

interface Measured extends Readonly<Record<string, number>> {
  readonly kept: number;
  readonly had: number;
  readonly lost: number;
  readonly lookedAtMs: number;
}

function metricsText(m: Measured): string {
  const counter = (name: string, help: string, values: readonly (readonly [string, number | undefined])[]): string =>
    `# HELP ${name} ${help}\n# TYPE ${name} counter\n${values.map(([label, value]) => `${name}${label} ${value ?? 0}\n`).join('')}`;
  const gauge = (name: string, help: string, value: number): string =>
    `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}\n`;
  const outcomes = ['kept', 'had', 'spooled', 'cut', 'failed', 'lost', 'notOnDisk'];
  const all = m.kept + m.had + m.lost + (m['notOnDisk'] ?? 0);
  return [
    counter(
      'firstred_attempts_total',
      'Finished attempts since the start, by what became of their logs.',
      outcomes.map((name) => [`{outcome="${name}"}`, m[name]] as const),
    ),
    gauge(
      'firstred_coverage_ratio',
      'Share of the finished attempts whose log is kept.',
      all === 0 ? 1 : (m.kept + m.had) / all,
    ),
    counter('firstred_webhooks_total', 'Deliveries, by whether they were taken.', [
      ['{outcome="taken"}', m['hooks']],
      ['{outcome="refused"}', m['refusedHooks']],
    ]),
    counter('firstred_pings_total', 'Capture pings, by whether they were answered.', [
      ['{outcome="answered"}', m['pings']],
      ['{outcome="refused"}', m['refusedPings']],
    ]),
    gauge('firstred_queue_length', 'Work that waits or runs.', m['queued'] ?? 0),
    gauge('firstred_last_look_timestamp_seconds', 'When a look at the server last went well.', m.lookedAtMs / 1000),
  ].join('');
}
