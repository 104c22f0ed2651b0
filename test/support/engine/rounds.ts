// Rounds in which many workers fill a team's index at once while the engine is killed, connections are cut and workers die;
// afterwards one undisturbed sync must leave exactly what a local index has.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { endOf, expectCode, makeHome, runCommand, startCommand, type TestHome } from '../command.ts';
import { runBeside } from '../command-here.ts';
import { type Random, randomFrom } from '../random.ts';
import type { TestEngine } from './engine.ts';
import { type Fate, openFront } from './front.ts';

/** chosen: several batches for each of eight workers would be 1,600 logs; these are a batch or two in all, from every start. */
const LOGS = 72;

/** Kept logs, and what a local index answers of them. */
export interface CrowdedHome {
  readonly home: TestHome;
  readonly answers: readonly (readonly string[])[];
}

/** A home with kept logs and a local index of them: three captures in four belong to an attempt with another. */
export async function makeCrowdedHome(): Promise<CrowdedHome> {
  const home = await makeHome();
  const rows = Array.from({ length: LOGS }, (_, n) => ({
    file: join(home.folder, `work/${n}.log`),
    repo: 'git.example/acme/widgets',
    sha: `abcdef0${String(n % 8).padStart(33, '0')}`,
    workflow: 'ci',
    job: `job ${n % 3}`,
    run: String(n >> 2),
    attempt: n % 4 === 3 ? null : 1 + (n % 2),
    ...(n % 4 === 0 ? { providerId: String(1000 + n) } : {}),
    conclusion: n % 5 === 0 ? 'failure' : 'success',
    startedAt: new Date(Date.UTC(2026, n % 3, 1, n % 24, n >> 2)).toISOString(),
  }));
  for (const [n, { file }] of rows.entries())
    await writeFile(file, `needle_${n}_of_all\n${`line of ${n % 7}\n`.repeat(n)}Error: case ${n % 9} failed in all\n`);
  const batch = join(home.folder, 'work/batch.jsonl');
  await writeFile(batch, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  expectCode(await runCommand(home, ['archive', '--batch', batch]), 0);
  const answers = await answersOf(home, {});
  expect(answers[0]?.join('').match(/"logId"/g)).toHaveLength(LOGS);
  return { home, answers };
}

export interface RoundOptions {
  readonly seed: number;
  readonly writers: number;
}

/** One round from an empty index. */
export async function expectRound(
  { home, answers }: CrowdedHome,
  engine: TestEngine,
  { seed, writers }: RoundOptions,
): Promise<void> {
  const random = randomFrom(seed);
  const direct = { FIRSTRED_INDEX: engine.address };
  const empty = { ...direct, FIRSTRED_STORE: join(home.folder, 'none') };
  expectCode(await runBeside(home, ['reindex', '--quiet'], { env: empty }), 0);
  const trouble = makeTrouble(random, engine);
  const front = await openFront(engine.port, trouble.decide);
  try {
    const env = { FIRSTRED_INDEX: front.address };
    // A worker that is killed has to be a process. The others share nothing but this one's threads: each has its own session,
    // connections and claims, and no start to pay, which is what makes a hundred rounds affordable.
    const doomed = Array.from({ length: Math.max(1, writers >> 2) }, () =>
      startCommand(home, ['sync', '--quiet'], { env }),
    );
    trouble.victims.push(...doomed);
    const ends = doomed.map((child) => endOf(child));
    const lasting = Array.from({ length: writers - doomed.length }, () =>
      runBeside(home, ['sync', '--quiet'], { env }),
    );
    // A worker may give up on an engine that is away for too long; it never ends in any other way.
    for (const result of await Promise.all(lasting)) expect([0, 24], result.stderr).toContain(result.code);
    await Promise.all(ends);
    // A round in which nothing went wrong would prove nothing.
    expect(await trouble.crashes()).toBeGreaterThan(engine.isExternal ? -1 : 0);
  } finally {
    await front.close();
  }
  expectCode(await runBeside(home, ['sync', '--quiet'], { env: direct }), 0);
  expect(await answersOf(home, direct)).toEqual(answers);
}

/** What is asked after each round. */
const QUESTIONS = [
  ['list', '--json'],
  ['search', 'needle_', '--json'],
  ['signatures', '--json'],
] as const;

async function answersOf(
  home: TestHome,
  env: Readonly<Record<string, string>>,
): Promise<readonly (readonly string[])[]> {
  const answers: (readonly string[])[] = [];
  for (const args of QUESTIONS) answers.push(withoutTimes((await runBeside(home, args, { env })).stdout));
  return answers;
}

/** Lines of one search may be of attempts that began in the same second; how long it took differs. */
const withoutTimes = (json: Buffer): readonly string[] =>
  json
    .toString()
    .replace(/"(elapsedMs|blocksRead)":[0-9.]+/g, '"$1":0')
    .split('\n')
    .sort();

interface Trouble {
  readonly decide: Parameters<typeof openFront>[1];
  /** Workers to be killed on the way. */
  readonly victims: { kill(signal: 'SIGKILL'): boolean }[];
  /** How often the engine was killed; it is there again. */
  crashes(): Promise<number>;
}

/** Two ends of the engine, one for each victim, and a fault for every few requests. */
function makeTrouble(random: Random, engine: TestEngine): Trouble {
  const crashes = new Set([10 + random.below(40), 60 + random.below(80)]);
  const kills = new Set([20 + random.below(30), 50 + random.below(60)]);
  const victims: Trouble['victims'] = [];
  let restarted: Promise<void> = Promise.resolve();
  let crashed = 0;
  const decide = async ({ number }: { readonly number: number }): Promise<Fate> => {
    if (crashes.has(number) && !engine.isExternal) {
      crashed++;
      const before = restarted;
      restarted = before.then(() => engine.crash()).then(() => engine.restart());
      return { kind: 'cut-before' };
    }
    if (kills.has(number)) victims.shift()?.kill('SIGKILL');
    const chance = random.below(40);
    if (chance === 0) return { kind: 'cut-before' };
    if (chance === 1) return { kind: 'cut-after' };
    if (chance === 2) return { kind: 'slow', until: new Promise((resolve) => setImmediate(resolve)) };
    return { kind: 'pass' };
  };
  return { decide, victims, crashes: () => restarted.then(() => crashed) };
}
