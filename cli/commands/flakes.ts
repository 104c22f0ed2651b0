// `firstred flakes`: jobs that were red and green on one SHA, grouped by how they failed.

import { type Flake, type FlakeGroup, groupFlakes, listFlakes } from '../../indexer/flakes.ts';
import { listActiveNames } from '../../indexer/name-facts.ts';
import { type ActiveName, findName } from '../../indexer/names.ts';
import { UNKNOWN_ATTEMPT } from '../../store/attempt.ts';
import { isoTime } from '../../store/manifest-json.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { FILTER_OPTIONS, readFilter, readLimit } from '../filters.ts';
import { type Column, sayNone, tableText } from '../output.ts';
import { openSession } from '../session.ts';
import { ageOf, durationText } from '../times.ts';

export const flakes: Command = {
  name: 'flakes',
  summary: 'Jobs with red and green attempts of one SHA, grouped by how they failed, the dearest first.',
  group: 'more',
  options: FILTER_OPTIONS,
  examples: [
    { line: 'firstred flakes --since 30d', summary: 'what re-runs have cost in the last month' },
    { line: 'firstred flakes --job "e2e*" --json', summary: 'for a script' },
  ],
  exitCodes: { [EXIT.done]: 'there are some', [EXIT.no]: 'there are none', [EXIT.notFound]: 'there is no index yet' },
  run: runFlakes,
};

async function runFlakes(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const session = openSession(await io.config());
  try {
    const filter = readFilter(input, io.now());
    const limit = readLimit(input);
    const found = await session.ask((index) => listFlakes(index, filter, limit));
    const names = await session.ask((index) => listActiveNames(index, io.now()));
    if (input.flag('json'))
      await io.stdout.write(
        `${JSON.stringify(
          found.map((flake) => toJson(flake, names)),
          null,
          1,
        )}\n`,
      );
    else await io.stdout.write(tableText(groupFlakes(found), columns(names, io.now()), io.stdout.columns));
    if (found.length === 0) await sayNone(input, io, 'no job that fits was both red and green on one SHA');
    return found.length > 0 ? EXIT.done : EXIT.no;
  } finally {
    await session.close();
  }
}

const nameOf = (flake: Flake | undefined, names: readonly ActiveName[]): ActiveName | undefined =>
  flake?.signature === undefined
    ? undefined
    : findName(names, flake.signature, {
        ...UNKNOWN_ATTEMPT,
        repo: flake.repo,
        workflow: flake.workflow,
        job: flake.job,
      });

function toJson(flake: Flake, names: readonly ActiveName[]): Record<string, unknown> {
  const name = nameOf(flake, names);
  return {
    repo: flake.repo ?? null,
    sha: flake.sha,
    workflow: flake.workflow ?? null,
    job: flake.job ?? null,
    red: flake.red,
    green: flake.green,
    headline: flake.headline ?? null,
    signature: flake.signature ?? null,
    mechanism: name?.mechanism ?? null,
    issue: name?.issue ?? null,
    lostMs: flake.lostMs ?? null,
    lastSeen: isoTime(flake.lastMs),
  };
}

const columns = (names: readonly ActiveName[], nowMs: number): readonly Column<FlakeGroup>[] => [
  { title: 'TIMES', align: 'right', cell: (g) => String(g.flakes.length) },
  { title: 'LOST', align: 'right', cell: (g) => (g.lostMs === 0 ? '-' : durationText(g.lostMs)) },
  { title: 'LAST', cell: (g) => ageOf(g.lastMs, nowMs) },
  { title: 'JOB', maxWidth: 40, cell: (g) => jobsText(g) },
  { title: 'SIGNATURE', cell: (g) => g.signature ?? '-' },
  { title: 'MECHANISM', cell: (g) => nameOf(g.flakes[0], names)?.mechanism ?? 'not named' },
  { title: 'HEADLINE', maxWidth: 120, cell: (g) => g.headline ?? '' },
];

function jobsText(group: FlakeGroup): string {
  const jobs = [...new Set(group.flakes.map((flake) => flake.job ?? '-'))];
  return jobs.length === 1 ? (jobs[0] ?? '-') : `${jobs[0]} and ${jobs.length - 1} more`;
}
