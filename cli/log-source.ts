// From a REF to a log's text, be it a local file or kept in the store.
import { findLogs, getFrameTable, listAttempts } from '../indexer/attempts.ts';
import type { AttemptFilter, LogRow } from '../indexer/log-index.ts';
import type { FrameTable } from '../store/frame-table.ts';
import { readFrames } from '../store/frames.ts';
import type { Manifest } from '../store/manifest.ts';
import type { CommandInput, CommandIo } from './command.ts';
import { readFilter } from './filters.ts';
import { openLogFile } from './log-files.ts';
import { chooseLog, chooseRedLog, type LineRange, parseRef } from './refs.ts';
import type { Session } from './session.ts';

/** A log that can be read: `ref` is its full id, or the path as it was given. */
export type LogSource =
  | {
      readonly kind: 'file';
      readonly ref: string;
      readonly lines: LineRange | undefined;
      text(): AsyncIterable<Uint8Array>;
    }
  | {
      readonly kind: 'kept';
      readonly ref: string;
      readonly lines: LineRange | undefined;
      readonly log: LogRow;
      text(): AsyncIterable<Uint8Array>;
    };

/** Finds what `refText` names. A file is found without store and index. NOT_FOUND, USAGE, INPUT_MISSING. */
export async function findSource(
  refText: string,
  session: Session,
  options: {
    readonly stdin: AsyncIterable<Uint8Array>;
    readonly filter?: AttemptFilter;
    /** Of several attempts the newest red one is meant. */
    readonly prefer?: 'red';
  },
): Promise<LogSource> {
  const ref = parseRef(refText);
  if (ref.kind === 'file')
    return {
      kind: 'file',
      ref: ref.path,
      lines: ref.lines,
      text: () => lazily(() => openLogFile(ref.path, options.stdin)),
    };
  const filter = options.filter ?? {};
  const rows = await session.ask((index) =>
    ref.kind === 'last'
      ? listAttempts(index, { ...filter, conclusion: ref.colour }, { limit: 1 })
      : findLogs(index, ref.log, filter),
  );
  const log = options.prefer === 'red' ? chooseRedLog(rows, refText) : chooseLog(rows, refText);
  return { kind: 'kept', ref: log.logId, lines: ref.lines, log, text: () => keptText(session, log) };
}

/** Finds the logs that a call names: its filters hold for every REF of it. */
export function sourceFinder(
  input: CommandInput,
  io: CommandIo,
  session: Session,
): (refText: string, prefer?: 'red') => Promise<LogSource> {
  const filter = readFilter(input, io.now());
  return (refText, prefer) =>
    findSource(refText, session, { stdin: io.stdin, filter, ...(prefer === undefined ? {} : { prefer }) });
}

async function* lazily(open: () => Promise<AsyncIterable<Uint8Array>>): AsyncGenerator<Uint8Array> {
  yield* await open();
}

/** The whole text of a kept log, frame by frame. */
export async function* keptText(session: Session, log: LogRow): AsyncGenerator<Uint8Array> {
  yield* readFrames(await session.store(), log.objectKey, await frameTableOf(session, log));
}

/** The frame table of a kept log, from the index. */
export async function frameTableOf(session: Session, log: LogRow): Promise<FrameTable> {
  return session.ask((index) => getFrameTable(index, log.logKey));
}

/** The manifest of a kept log, read from the store. */
export async function readManifest(session: Session, log: LogRow): Promise<Manifest> {
  const [{ parseManifest }, { readSmall }, { MAX_MANIFEST_BYTES }] = await Promise.all([
    import('../store/manifest-schema.ts'),
    import('../store/object-store.ts'),
    import('../store/manifest.ts'),
  ]);
  const bytes = await readSmall(await session.store(), log.manifestKey, MAX_MANIFEST_BYTES);
  return parseManifest(bytes, log.manifestKey);
}
