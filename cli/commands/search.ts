// `firstred search`: finds lines in every kept log and says how often they occur, in red and in green attempts.

import type { NearHeadline } from '../../indexer/fuzzy.ts';
import type { Query, QueryFlags, SearchOptions, SearchRun, SearchSummary } from '../../indexer/log-index.ts';
import { parseQuery } from '../../indexer/query.ts';
import { countText } from '../../store/count-text.ts';
import { AppError } from '../../store/errors.ts';
import { showText } from '../../store/visible-text.ts';
import { type Paint, paintFor } from '../colours.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import type { Config } from '../config.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { FILTER_OPTIONS, readFilter, readLimit } from '../filters.ts';
import { linkFor } from '../hyperlinks.ts';
import { parseCount } from '../identity.ts';
import { PAGER_OPTION } from '../pager.ts';
import { openProgress, type Progress } from '../progress.ts';
import { openAlert } from '../search-alert.ts';
import { matchRow, summaryRow } from '../search-json.ts';
import { type OpenedSearch, openSearch } from '../search-source.ts';
import { explainText, matchPrinter, summaryText } from '../search-text.ts';
import { frameCacheDirOf, openSession, type Session } from '../session.ts';
import { bytesText } from '../sizes.ts';
import { parseDurationMs } from '../times.ts';
import { note } from '../trace.ts';

/** chosen: what a person can read; said when it cuts. */
const LINES_FOR_PEOPLE = 200;
/** chosen: counting goes on this long after the last line. */
const DEFAULT_BUDGET = '500ms';
/** SECURITY: bounds the time of --fuzzy. */
const MAX_HEADLINES = 50_000;
/** chosen: compared in some hundredths of a second by a search that found nothing. */
const SUGGESTED_AMONG = 5000;

export const search: Command = {
  name: 'search',
  summary: 'Finds lines in every kept log: a literal with smart case, or a regular expression.',
  arguments: '<query>',
  group: 'daily',
  paged: true,
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
    { flags: '--since-last <name>', summary: 'only logs that no earlier call with this name gave; for cron' },
    { flags: '--no-index', summary: 'read the whole store instead: slow, and the same answer' },
    { flags: '--explain', summary: 'plan, candidates, blocks and times; with --json in the summary' },
    PAGER_OPTION,
    ...FILTER_OPTIONS,
  ],
  examples: [
    { line: 'firstred search "connection reset by peer" --since 30d', summary: 'have we seen this before?' },
    {
      line: 'firstred search --regex "timed out after [0-9]+ ?s" --conclusion red --job "e2e*"',
      summary: 'a pattern, in red attempts of some jobs',
    },
    {
      line: 'firstred search "out of memory" --conclusion red --since-last oom --files',
      summary: 'an alert for cron, after `firstred sync`: exits 1 when nothing is new',
    },
  ],
  exitCodes: {
    [EXIT.done]: 'found',
    [EXIT.no]: 'nothing found; with --since-last: nothing new',
    [EXIT.partly]: 'found what could be read; some logs could not',
  },
  run: runSearch,
};

async function runSearch(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const startedMs = performance.now();
  const config = await io.config();
  const session = openSession(config);
  try {
    const text = input.arguments[0] ?? '';
    const asked: Asked = { session, input, io, startedMs, config, progress: await openProgress(input, io) };
    if (input.flag('fuzzy')) return await searchHeadlines(text, asked);
    return await printMatches(parseQuery(text, queryFlags(input)), asked);
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
  readonly config: Config;
  readonly progress: Progress;
}

async function printMatches(query: Query, asked: Asked): Promise<ExitCode> {
  const { session, input, io, startedMs, progress } = asked;
  const alert = await openAlert(query, asked);
  const options = searchOptions(asked);
  const opened = await openSearch(query, (index) => ({ ...options, ...alert?.options(index) }), {
    session,
    useIndex: !input.isOff('index'),
    onManifests: (count) => progress.show({ what: 'found', done: count, things: 'logs' }),
  });
  const withPlan = input.flag('explain');
  const paint = await paintFor(input, io);
  await writeMatches(opened.run, { ...asked, options, paint });
  const summary = await opened.run.summary();
  progress.clear();
  note(() => `plan ${explainText(summary).replace(/\s+/g, ' ')}`);
  const isPartial = summary.unreadable.length > 0 || opened.damage.length > 0;
  if (input.flag('json')) {
    const row = summaryRow(summary, { elapsedMs: performance.now() - startedMs, damage: opened.damage, withPlan });
    await io.stdout.write(`${JSON.stringify(row)}\n`);
  } else await io.stdout.write(summaryText(summary, { paint, nowMs: io.now(), mode: options.mode }));
  await printNotes(summary, opened, { ...asked, options });
  await alert?.save(summary, opened.index);
  if (isPartial) return EXIT.partly;
  return summary.matched.attempts > 0 || summary.lines > 0 ? EXIT.done : EXIT.no;
}

/** chosen: few writes, and results still show as they come. */
const WRITE_BYTES = 65_536;

async function writeMatches(
  run: SearchRun,
  asked: Asked & { readonly options: SearchOptions; readonly paint: Paint },
): Promise<void> {
  const { io, options, paint, progress, input } = asked;
  const json = input.flag('json');
  const withContext = options.contextLines > 0;
  const printer = matchPrinter({ paint, link: await linkFor(input, io), nowMs: io.now(), context: withContext });
  let pending = '';
  let writtenMs = performance.now();
  const flush = async (): Promise<void> => {
    const text = pending;
    pending = '';
    writtenMs = performance.now();
    if (text !== '') await io.stdout.write(text);
  };
  for await (const match of run.matches) {
    if (json) pending += `${JSON.stringify(matchRow(match, withContext))}\n`;
    else if (options.mode === 'files') pending += `${match.log.logId}\n`;
    else pending += printer.print(match);
    if (pending.length <= WRITE_BYTES && performance.now() - writtenMs < SHOWN_LATEST_MS) continue;
    progress.clear();
    await flush();
  }
  progress.clear();
  await flush();
}

/** chosen: in a long scan the first lines show at once. */
const SHOWN_LATEST_MS = 200;

function searchOptions({ session, input, io, progress }: Asked): SearchOptions {
  const mode = input.flag('count') ? 'count' : input.flag('files') ? 'files' : 'lines';
  const context = input.text('context');
  const isAlert = input.text('sinceLast') !== undefined;
  const people = !input.flag('json') && mode === 'lines' && !isAlert;
  const budget = mode === 'count' || isAlert ? input.text('budget') : (input.text('budget') ?? DEFAULT_BUDGET);
  let rawBytes = 0;
  let readBytes = 0;
  const tellReading = (findRawBytes: () => number, words: (bytes: string) => string): void => {
    rawBytes = findRawBytes();
    if (input.flag('quiet')) return;
    progress.clear();
    void io.stderr.write(`firstred: ${words(bytesText(rawBytes))}\n`);
  };
  return {
    filter: readFilter(input, io.now()),
    sort: input.text('sort') === 'old' ? 'old' : 'new',
    limit: readLimit(input) ?? (people ? LINES_FOR_PEOPLE : undefined),
    mode,
    contextLines: context === undefined ? 0 : context === '0' ? 0 : parseCount(context, 'context'),
    budgetMs: budget === undefined || mode === 'count' ? undefined : parseDurationMs(budget),
    frameCacheDir: frameCacheDirOf(session.config),
    signal: io.signal,
    explain: input.flag('explain'),
    onScan: (reason, findRawBytes) =>
      tellReading(
        findRawBytes,
        (bytes) => `this reads every log that the filters let through, ${bytes} of text: ${showText(reason)}`,
      ),
    onWide: (findRawBytes) =>
      tellReading(
        findRawBytes,
        (bytes) => `its words are in many logs: up to ${bytes} of text are read; a rarer word or a filter is quicker`,
      ),
    onProgress: (textBytes) => {
      readBytes += textBytes;
      if (rawBytes > 0) progress.show({ what: 'read', done: readBytes, total: rawBytes });
    },
  };
}

async function printNotes(
  summary: SearchSummary,
  opened: OpenedSearch,
  asked: Asked & { readonly options: SearchOptions },
): Promise<void> {
  const { input, io } = asked;
  if (input.flag('explain') && !input.flag('json')) await io.stderr.write(explainText(summary));
  for (const { logId, reason } of summary.unreadable)
    await io.stderr.write(`firstred: ${logId} could not be read: ${showText(reason)}\n`);
  for (const what of opened.damage) await io.stderr.write(`firstred: ${showText(what)}: left out\n`);
  if (input.flag('quiet')) return;
  for (const note of summary.notes) await io.stderr.write(`firstred: ${showText(note)}\n`);
  const { limit } = asked.options;
  if (!summary.linesComplete && input.text('limit') === undefined && limit !== undefined)
    await io.stderr.write(`firstred: these are the first ${limit} lines; --limit N shows more\n`);
  const isNothing = summary.lines === 0 && summary.matched.attempts === 0;
  if (isNothing && !input.flag('json') && !input.flag('regex') && input.text('sinceLast') === undefined)
    await suggestHeadlines(asked);
}

async function suggestHeadlines({ input, io, session }: Asked): Promise<void> {
  const near = await nearestHeadlines(input.arguments[0] ?? '', session, { limit: 3, among: SUGGESTED_AMONG });
  if (near.length === 0) return;
  await io.stderr.write('firstred: nothing has exactly this; the nearest known errors are\n');
  for (const { headline } of near) await io.stderr.write(`  ${showText(headline)}\n`);
}

async function nearestHeadlines(
  text: string,
  session: Session,
  options: { readonly limit: number; readonly among: number },
): Promise<readonly NearHeadline[]> {
  const { findNearestHeadlines } = await import('../../indexer/fuzzy.ts');
  try {
    return await session.ask((index) => findNearestHeadlines(index, text, options));
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return [];
    throw error;
  }
}

async function searchHeadlines(text: string, { session, input, io }: Asked): Promise<ExitCode> {
  if (input.isOff('index'))
    throw new AppError('USAGE', '--fuzzy and --no-index contradict each other: known errors are in the index', {
      hint: 'leave one of them out',
    });
  await session.ask(() => undefined);
  const near = await nearestHeadlines(text, session, { limit: readLimit(input) ?? 20, among: MAX_HEADLINES });
  if (input.flag('json')) for (const row of near) await io.stdout.write(`${JSON.stringify(row)}\n`);
  else
    for (const { score, signature, headline, attempts } of near)
      await io.stdout.write(
        `${score.toFixed(2)}  ${signature}  ${countText(attempts, 'attempt')}  ${showText(headline)}\n`,
      );
  return near.length > 0 ? EXIT.done : EXIT.no;
}
