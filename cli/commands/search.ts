// `firstred search`: finds lines in every kept log and says how often they occur, in red and in green attempts.

import type { Query, QueryFlags, SearchOptions, SearchSummary } from '../../indexer/log-index.ts';
import { parseQuery } from '../../indexer/query.ts';
import { AppError } from '../../store/errors.ts';
import { showText } from '../../store/visible-text.ts';
import { paintFor } from '../colours.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { FILTER_OPTIONS, readFilter, readLimit } from '../filters.ts';
import { parseCount } from '../identity.ts';
import { matchRow, summaryRow } from '../search-json.ts';
import { openSearch } from '../search-source.ts';
import { explainText, matchPrinter, summaryText } from '../search-text.ts';
import { openSession, type Session } from '../session.ts';
import { parseDurationMs } from '../times.ts';

/** chosen: what a person can read; said when it cuts. */
const LINES_FOR_PEOPLE = 200;
/** DESIGN: counting goes on this long after the last line. */
const DEFAULT_BUDGET = '500ms';

export const search: Command = {
  name: 'search',
  summary: 'Finds lines in every kept log: a literal with smart case, or a regular expression.',
  arguments: '<query>',
  group: 'daily',
  options: [
    { flags: '-F, --fixed', summary: 'the query is a literal (so it is without --regex)' },
    { flags: '-r, --regex', summary: 'the query is a regular expression in RE2 syntax' },
    { flags: '-w, --word', summary: 'only whole words' },
    { flags: '-i, --ignore-case', summary: 'upper and lower case are the same' },
    { flags: '-s, --case-sensitive', summary: 'upper and lower case differ' },
    { flags: '--visible', summary: 'also what only the text without colour codes has' },
    { flags: '--fuzzy', summary: 'the nearest known error headlines instead of lines' },
    { flags: '-C, --context <lines>', summary: 'lines before and after' },
    { flags: '--count', summary: 'only the counts' },
    { flags: '--files', summary: 'only the ids of logs with a match' },
    { flags: '--sort <order>', summary: 'newest or oldest first', choices: ['new', 'old'] },
    { flags: '--budget <duration>', summary: `time for counting after the last line (default ${DEFAULT_BUDGET})` },
    { flags: '--explain', summary: 'plan, candidates and times, on stderr' },
    ...FILTER_OPTIONS,
  ],
  examples: [
    { line: 'firstred search "connection reset by peer" --since 30d', summary: 'have we seen this before?' },
    {
      line: 'firstred search --regex "timed out after [0-9]+ ?s" --conclusion red --job "e2e*"',
      summary: 'a pattern, in red attempts of some jobs',
    },
  ],
  exitCodes: {
    [EXIT.done]: 'found',
    [EXIT.no]: 'nothing found',
    [EXIT.partly]: 'found what could be read; some logs could not',
  },
  run: runSearch,
};

async function runSearch(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const startedMs = performance.now();
  const session = openSession(await io.config());
  try {
    const text = input.arguments[0] ?? '';
    if (input.flag('fuzzy')) return await searchHeadlines(text, session, input, io);
    return await printMatches(parseQuery(text, queryFlags(input)), { session, input, io, startedMs });
  } finally {
    await session.close();
  }
}

function queryFlags(input: CommandInput): QueryFlags {
  if (input.flag('regex') && input.flag('fixed'))
    throw new AppError('USAGE', '--regex and --fixed contradict each other', { hint: 'give one of them' });
  if (input.flag('ignoreCase') && input.flag('caseSensitive'))
    throw new AppError('USAGE', '--ignore-case and --case-sensitive contradict each other', {
      hint: 'give one of them',
    });
  const letterCase = input.flag('ignoreCase') ? 'insensitive' : input.flag('caseSensitive') ? 'sensitive' : 'smart';
  return { regex: input.flag('regex'), word: input.flag('word'), letterCase, visible: input.flag('visible') };
}

interface Asked {
  readonly session: Session;
  readonly input: CommandInput;
  readonly io: CommandIo;
  readonly startedMs: number;
}

async function printMatches(query: Query, { session, input, io, startedMs }: Asked): Promise<ExitCode> {
  const json = input.flag('json');
  const options = searchOptions(query, { session, input, io, startedMs });
  const run = await openSearch(query, options, session);
  const paint = await paintFor(input, io);
  const printer = matchPrinter({ paint, nowMs: io.now(), context: options.contextLines > 0 });
  let pending = '';
  const flush = async (): Promise<void> => {
    const text = pending;
    pending = '';
    if (text !== '') await io.stdout.write(text);
  };
  for await (const match of run.matches) {
    if (json) pending += `${JSON.stringify(matchRow(match, options.contextLines > 0))}\n`;
    else if (options.mode === 'files') pending += `${match.log.logId}\n`;
    else pending += printer.print(match);
    if (pending.length > 65_536) await flush();
  }
  await flush();
  const summary = await run.summary();
  if (json) await io.stdout.write(`${JSON.stringify(summaryRow(summary, performance.now() - startedMs))}\n`);
  else await io.stdout.write(summaryText(summary, { paint, nowMs: io.now(), mode: options.mode }));
  await printNotes(summary, { session, input, io, startedMs }, options.limit);
  if (summary.unreadable.length > 0) return EXIT.partly;
  return summary.matched.attempts > 0 || summary.lines > 0 ? EXIT.done : EXIT.no;
}

function searchOptions(_query: Query, { session, input, io }: Asked): SearchOptions {
  const mode = input.flag('count') ? 'count' : input.flag('files') ? 'files' : 'lines';
  const context = input.text('context');
  const people = !input.flag('json') && mode === 'lines';
  return {
    filter: readFilter(input, io.now()),
    sort: input.text('sort') === 'old' ? 'old' : 'new',
    limit: readLimit(input) ?? (people ? LINES_FOR_PEOPLE : undefined),
    mode,
    contextLines: context === undefined ? 0 : context === '0' ? 0 : parseCount(context, 'context'),
    budgetMs: mode === 'count' ? undefined : parseDurationMs(input.text('budget') ?? DEFAULT_BUDGET),
    frameCacheDir: session.config.store.startsWith('s3://') ? session.config.cache : undefined,
    signal: io.signal,
    onScan: (reason) => {
      if (!input.flag('quiet'))
        void io.stderr.write(`firstred: this reads every log that the filters let through: ${showText(reason)}\n`);
    },
  };
}

async function printNotes(
  summary: SearchSummary,
  { input, io, session }: Asked,
  limit: number | undefined,
): Promise<void> {
  if (input.flag('explain')) await io.stderr.write(explainText(summary));
  for (const { logId, reason } of summary.unreadable)
    await io.stderr.write(`firstred: ${logId} could not be read: ${showText(reason)}\n`);
  if (input.flag('quiet')) return;
  for (const note of summary.notes) await io.stderr.write(`firstred: ${showText(note)}\n`);
  if (!summary.linesComplete && input.text('limit') === undefined && limit !== undefined)
    await io.stderr.write(`firstred: these are the first ${limit} lines; --limit N shows more\n`);
  if (summary.lines === 0 && summary.matched.attempts === 0 && !input.flag('json'))
    await suggestHeadlines(input, io, session);
}

async function suggestHeadlines(input: CommandInput, io: CommandIo, session: Session): Promise<void> {
  const near = await nearestHeadlines(input.arguments[0] ?? '', session, 3);
  if (near.length === 0) return;
  await io.stderr.write('firstred: nothing has exactly this; the nearest known errors are\n');
  for (const { headline } of near) await io.stderr.write(`  ${showText(headline)}\n`);
}

async function nearestHeadlines(text: string, session: Session, limit: number) {
  const index = await session.findIndex();
  if (index === undefined) return [];
  const { findNearestHeadlines } = await import('../../indexer/fuzzy.ts');
  return findNearestHeadlines(index, text, limit);
}

async function searchHeadlines(text: string, session: Session, input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const near = await nearestHeadlines(text, session, readLimit(input) ?? 20);
  if (input.flag('json')) for (const row of near) await io.stdout.write(`${JSON.stringify(row)}\n`);
  else
    for (const { score, signature, headline, attempts } of near)
      await io.stdout.write(`${score.toFixed(2)}  ${signature}  ${attempts} attempts  ${showText(headline)}\n`);
  return near.length > 0 ? EXIT.done : EXIT.no;
}
