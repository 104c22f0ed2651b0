// One kept log for the page: what the index knows of it, its lines by range, its bytes by range, and finding in it.
import { findLogs, listAttempts } from '../indexer/attempts.ts';
import type { LogIndexReader, LogRow, QueryFlags } from '../indexer/log-index.ts';
import { stepsOfLog } from '../indexer/log-steps.ts';
import { parseQuery } from '../indexer/query.ts';
import { signaturesOfLog } from '../indexer/signature-report.ts';
import { AppError } from '../store/errors.ts';
import type { FrameTable } from '../store/frame-table.ts';
import { frameOfLine, readFrames } from '../store/frames.ts';
import { isLogIdPrefix } from '../store/log-id.ts';
import { isoTime } from '../store/manifest-json.ts';
import type { ObjectReader } from '../store/object-store.ts';
import type { Asked, KeptLine, LineSpan, OpenedLog, WithLog } from '../web/endpoint.ts';
import { listRow } from './attempt-json.ts';
import type { Config } from './config.ts';
import { linesIn } from './log-lines.ts';
import { frameTableOf } from './log-source.ts';
import { chooseLog } from './refs.ts';
import { openFinder } from './search-source.ts';
import { frameCacheDirOf, openSession, type Session } from './session.ts';

/** Opens logs of the configured store and index, each request for itself, so that a sync in between is seen. */
export const openLogs =
  (config: Config): WithLog =>
  async (logId, use) => {
    const session = openSession(config);
    try {
      return await use(await openLog(session, (index) => findKept(index, logId)));
    } finally {
      await session.close();
    }
  };

/** Loads what the first question needs, so that nobody waits for it: half a second on a busy machine. */
export async function warmUp(config: Config): Promise<void> {
  const session = openSession(config);
  try {
    const [newest] = await session.ask((index) => listAttempts(index, {}, { limit: 1 }));
    if (newest === undefined) return;
    const opened = await openLog(session, () => newest);
    for await (const _ of opened.read({ first: 1, last: 1 }));
  } catch {
    // Whoever asks hears what is wrong.
  } finally {
    await session.close();
  }
}

/** A log by its id alone: a path or another REF must never reach a file of this machine. */
export function findKept(index: LogIndexReader, logId: string): LogRow {
  if (isLogIdPrefix(logId)) return chooseLog(findLogs(index, { logIdPrefix: logId }, {}), logId);
  throw new AppError('USAGE', `'${logId.slice(0, 80)}' is no log id`, {
    hint: 'it begins with L, as `firstred list` shows',
  });
}

async function openLog(session: Session, find: (index: LogIndexReader) => LogRow): Promise<OpenedLog> {
  const { log, facts } = await session.ask((index) => factsOf(index, find(index)));
  const table = await frameTableOf(session, log);
  const store = await session.store();
  return {
    logId: log.logId,
    lines: log.lines,
    sizeBytes: log.rawBytes,
    facts,
    read: (span) => readSpan({ log, table, store }, span),
    bytes: (start, end) => readBytes({ log, table, store }, start, end),
  };
}

const factsOf = (index: LogIndexReader, log: LogRow): { readonly log: LogRow; readonly facts: OpenedLog['facts'] } => ({
  log,
  facts: {
    ...listRow(log),
    lines: log.lines,
    capturedAt: isoTime(log.capturedAtMs),
    how: log.how,
    steps: stepsOfLog(index, log.logKey),
    signatures: signaturesOfLog(index, log.logKey).slice(0, 50),
  },
});

interface Readable {
  readonly log: LogRow;
  readonly table: FrameTable;
  readonly store: ObjectReader;
}

/** Only the frames that hold the lines are read. */
async function* readSpan({ log, table, store }: Readable, span: LineSpan): AsyncGenerator<KeptLine> {
  if (table.count === 0 || span.first > log.lines) return;
  const from = frameOfLine(table, span.first);
  const to = Math.min(table.count, frameOfLine(table, Math.min(span.last, log.lines) + 1) + 1);
  const text = readFrames(store, log.objectKey, table, { from, to });
  // A frame that begins inside a line begins with the rest of that line, which has its number but not its start.
  yield* linesIn(text, { range: span, firstNumber: table.firstLine[from] ?? 1 });
}

async function* readBytes({ log, table, store }: Readable, start: number, end: number): AsyncGenerator<Uint8Array> {
  let offset = 0;
  let from = 0;
  while (from < table.count && offset + (table.textBytes[from] ?? 0) <= start) offset += table.textBytes[from++] ?? 0;
  for await (const text of readFrames(store, log.objectKey, table, { from })) {
    const part = text.subarray(Math.max(0, start - offset), Math.max(0, end - offset));
    if (part.byteLength > 0) yield part;
    offset += text.byteLength;
    if (offset >= end) return;
  }
}

/** chosen: more marks than this cannot be told apart in the strip beside a log. */
const FOUND_LINES = 5_000;

/** Lines of one log that match, as NDJSON, the last line a summary; through the index, so that a gigabyte answers soon. */
export async function* findInLog(config: Config, asked: Asked, signal: AbortSignal): AsyncGenerator<string> {
  const session = openSession(config);
  try {
    yield* foundLines(session, asked, signal);
  } finally {
    await session.close();
  }
}

async function* foundLines(session: Session, asked: Asked, signal: AbortSignal): AsyncGenerator<string> {
  const log = await session.ask((index) => findKept(index, asked.text('log') ?? ''));
  const { repo, sha, run, timeMs } = log.attempt;
  const find = await openFinder(session);
  const started = find(parseQuery(asked.text('q') ?? '', flagsOf(asked)), {
    filter: { repo, sha, run, sinceMs: timeMs, untilMs: timeMs + 1 },
    sort: 'new',
    limit: undefined,
    mode: 'lines',
    contextLines: 0,
    budgetMs: 0,
    frameCacheDir: frameCacheDirOf(session.config),
    signal,
  });
  let lines = 0;
  for await (const match of started.matches) {
    if (match.log.logId !== log.logId) continue;
    if (++lines > FOUND_LINES) break;
    const { line, start, end } = match;
    yield `${JSON.stringify({ line, start, end })}\n`;
  }
  yield `${JSON.stringify({ summary: { lines: Math.min(lines, FOUND_LINES), complete: lines <= FOUND_LINES } })}\n`;
}

const flagsOf = (asked: Asked): QueryFlags => ({
  regex: asked.flag('regex'),
  word: asked.flag('word'),
  letterCase: 'smart',
  visible: true,
});
