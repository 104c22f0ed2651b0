// The filters that list, search, flakes, signatures and sync share, and that choose among what a REF names.
import type { AttemptFilter } from '../indexer/log-index.ts';
import { findConclusion } from '../store/attempt.ts';
import { AppError } from '../store/errors.ts';
import type { CommandInput, CommandOption } from './command.ts';
import { labelsOf, parseConclusion, parseCount } from './identity.ts';
import { parseTimeMs } from './times.ts';

export const FILTER_OPTIONS: readonly CommandOption[] = [
  { flags: '--repo <repo>', summary: 'host/owner/name, or its last parts' },
  { flags: '--sha <sha>', summary: 'head or tested commit, or a start of it' },
  { flags: '--workflow <glob>', summary: 'the workflow' },
  { flags: '--job <glob>', summary: 'the job' },
  { flags: '--branch <name>', summary: 'the branch' },
  { flags: '--pr <number>', summary: 'the pull request' },
  { flags: '--run <id>', summary: 'the run' },
  { flags: '--attempt <number>', summary: 'the attempt' },
  { flags: '--conclusion <word>', summary: 'red, green, or the provider’s word' },
  { flags: '--since <time>', summary: 'from then on: 7d, 2026-11-01' },
  { flags: '--until <time>', summary: 'up to then' },
  { flags: '--label <key=value...>', summary: 'a label; repeatable' },
  { flags: '--limit <number>', summary: 'at most so many' },
];

/** The same for commands that take a REF: of what it names, or of everything for `last-red`, only what fits is meant. */
export const REF_FILTER_OPTIONS: readonly CommandOption[] = FILTER_OPTIONS.filter(
  ({ flags }) => !flags.startsWith('--limit'),
).map((option) => ({ ...option, heading: 'Filters, where a REF (last-red, a run, a SHA) names several logs:' }));

/** What the filter flags say. USAGE when one has no meaning. */
export function readFilter(input: CommandInput, nowMs: number): AttemptFilter {
  const map = <T>(name: string, parse: (text: string) => T): T | undefined => {
    const text = input.text(name);
    return text === undefined ? undefined : parse(text);
  };
  const labels = labelsOf(input.list('label'));
  return {
    repo: input.text('repo'),
    sha: map('sha', parseShaStart),
    workflow: input.text('workflow'),
    job: input.text('job'),
    branch: input.text('branch'),
    pr: map('pr', (text) => parseCount(text, 'pr')),
    run: input.text('run'),
    attempt: map('attempt', (text) => parseCount(text, 'attempt')),
    conclusion: map('conclusion', parseConclusionFilter),
    sinceMs: map('since', (text) => parseTimeMs(text, nowMs)),
    untilMs: map('until', (text) => parseTimeMs(text, nowMs)),
    labels: Object.keys(labels).length === 0 ? undefined : labels,
  };
}

/** `--limit`, any whole number from 1; undefined when it is not given. */
export const readLimit = (input: CommandInput): number | undefined => {
  const text = input.text('limit');
  return text === undefined ? undefined : parseCount(text, 'limit');
};

function parseShaStart(text: string): string {
  if (/^[0-9a-f]{4,64}$/i.test(text)) return text.toLowerCase();
  throw new AppError('USAGE', `--sha '${text.slice(0, 80)}' is no start of a commit SHA`, {
    hint: 'give at least 4 hexadecimal digits',
  });
}

/** `red` and `green` stand for several words of the provider; the rest for themselves. */
function parseConclusionFilter(text: string): NonNullable<AttemptFilter['conclusion']> {
  if (text === 'red' || text === 'green') return text;
  return findConclusion(text) ?? parseConclusion(text);
}
