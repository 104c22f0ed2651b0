// Real processes on one store, killed with -9 at random moments, against the same tiny model: what ended well must be
// there, what waits must be deliverable, and nothing else may be seen.
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CRASH_POINTS } from '../../store/crash-points.ts';
import { type CommandResult, endOf, startCommand, type TestHome } from './command.ts';
import { expectCleared, expectWhole, listedLogs, runHere } from './crash-checks.ts';
import type { Random } from './random.ts';

export interface TortureCounts {
  commands: number;
  kills: number;
  checks: number;
}

export interface TortureOptions {
  readonly random: Random;
  readonly kills: number;
  /** How many commands run between two checks of everything. */
  readonly commandsBetweenChecks: number;
  readonly onProgress?: (counts: TortureCounts) => void;
}

interface KeptModel {
  readonly attempted: Set<string>;
  readonly owed: Set<string>;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Runs commands, kills them, checks. Throws at the first thing that is not as it must be. */
export async function torture(home: TestHome, options: TortureOptions): Promise<TortureCounts> {
  const counts: TortureCounts = { commands: 0, kills: 0, checks: 0 };
  const model: KeptModel = { attempted: new Set(), owed: new Set() };
  while (counts.kills < options.kills) {
    for (let n = 0; n < options.commandsBetweenChecks && counts.kills < options.kills; n += 2)
      await Promise.all([runAndMaybeKill(home, model, counts, options), runAndMaybeKill(home, model, counts, options)]);
    await checkModel(home, model);
    counts.checks += 1;
    options.onProgress?.({ ...counts });
  }
  await expectCleared(home);
  return counts;
}

async function runAndMaybeKill(
  home: TestHome,
  model: KeptModel,
  counts: TortureCounts,
  { random }: TortureOptions,
): Promise<void> {
  counts.commands += 1;
  const number = counts.commands;
  const text = `log ${number}\n${'some line of it\n'.repeat(random.below(40_000))}`;
  const kind = random.pick([
    'archive',
    'archive',
    'archive',
    'run',
    'run',
    'flush',
    'sync',
    'reindex',
    'verify',
    'prune',
  ]);
  const args = await argsOf(kind, home, { number, text });
  if (kind === 'archive' || kind === 'run') model.attempted.add(digest(text));
  // Half of them die at a named step, which may be none of theirs; the rest at any moment.
  const point =
    random.below(2) === 0 ? `${random.pick([...CRASH_POINTS] as [string, ...string[]])}#${1 + random.below(3)}` : '';
  const child = startCommand(home, args, { env: point === '' ? {} : { FIRSTRED_TEST_KILL_AT: point } });
  const timer = point === '' ? setTimeout(() => child.kill('SIGKILL'), random.below(1500)) : undefined;
  const result = await endOf(child);
  clearTimeout(timer);
  if (result.signal === 'SIGKILL') counts.kills += 1;
  else expectEnd(kind, result, model, text);
}

async function argsOf(
  kind: string,
  home: TestHome,
  { number, text }: { readonly number: number; readonly text: string },
): Promise<readonly string[]> {
  const identity = ['--repo', 'h/o/n', '--sha', 'abcdef0123', '--job', `j${number % 5}`, '--run', '1'];
  const attempt = ['--attempt', String(1 + (number % 40))];
  if (kind === 'flush' || kind === 'sync' || kind === 'reindex') return [kind, '--quiet'];
  if (kind === 'verify') return [kind, '--repair', '--json'];
  if (kind === 'prune') return [kind, '--leftovers', '--apply', '--json'];
  const file = join(home.folder, `${number}.log`);
  await writeFile(file, text);
  return kind === 'archive'
    ? ['archive', file, ...identity, ...attempt]
    : ['run', ...identity, ...attempt, '--', 'cat', file];
}

function expectEnd(kind: string, result: CommandResult, model: KeptModel, text: string): void {
  expect(result.stderr, kind).not.toMatch(/unexpected|NOT KEPT|SQLITE|busy/i);
  // 21: a store whose every writer was killed before its first put does not exist yet.
  const ends = kind === 'archive' || kind === 'run' ? [0, 24] : [0, 21, 24];
  expect(ends, `${kind}: ${result.stderr}`).toContain(result.code);
  if (kind === 'archive' || kind === 'run') model.owed.add(digest(text));
}

async function checkModel(home: TestHome, model: KeptModel): Promise<void> {
  const flushed = await runHere(home, ['flush']);
  expect(flushed.code, flushed.stderr).toBe(0);
  const { texts } = await expectWhole(home);
  const visible = new Set(texts.map(digest));
  expect([...model.owed].filter((each) => !visible.has(each))).toEqual([]);
  expect([...visible].filter((each) => !model.attempted.has(each))).toEqual([]);
  const listed = await listedLogs(home);
  expect(new Set(listed).size).toBe(listed.length);
  expect(listed).toHaveLength(visible.size);
}
