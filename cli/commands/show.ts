// `firstred show`: prints a log, a range of lines, the exact bytes, the manifest, or the steps.

import { AppError } from '../../store/errors.ts';
import { frameOfLine, readFrames } from '../../store/frames.ts';
import { manifestToJson } from '../../store/manifest-json.ts';
import { wantsColour } from '../colours.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { REF_FILTER_OPTIONS } from '../filters.ts';
import { jsonSink } from '../json-sink.ts';
import { openLineStamps } from '../line-stamps.ts';
import { lineText } from '../line-text.ts';
import { linesIn, type NumberedLine } from '../log-lines.ts';
import { frameTableOf, type LogSource, readManifest, sourceFinder } from '../log-source.ts';
import { PAGER_OPTION } from '../pager.ts';
import type { LineRange } from '../refs.ts';
import { openSession, type Session } from '../session.ts';

export const show: Command = {
  name: 'show',
  summary: 'Prints a log or a range of its lines; its manifest, steps or exact bytes.',
  arguments: '<ref>',
  group: 'daily',
  paged: true,
  options: [
    { flags: '--errors', summary: 'only the error lines, with what is around them' },
    { flags: '--steps', summary: 'the steps of the log: lines, how long each took, which failed' },
    { flags: '--meta', summary: 'the manifest, as it stands in the store' },
    { flags: '--raw', summary: 'the exact kept bytes; into a file or pipe only' },
    { flags: '--force', summary: 'lets --raw write to a terminal' },
    { flags: '--full', summary: 'do not cut long lines' },
    { flags: '--numbers', summary: 'line numbers also where the output is no terminal' },
    { flags: '--times', summary: 'when each line came, and from stdout or stderr; of logs that `run` kept' },
    PAGER_OPTION,
    ...REF_FILTER_OPTIONS,
  ],
  examples: [
    { line: 'firstred show L7kq2m9xw1c4d8fh3:200-240', summary: 'a range of lines of a kept log' },
    { line: 'firstred show 4f2a91c:test#1 --raw > red.log', summary: 'the exact bytes of the first attempt of a job' },
  ],
  exitCodes: {
    [EXIT.done]: 'printed',
    [EXIT.no]: 'the log has no error lines, or marks no steps',
    [EXIT.notFound]: 'nothing answers to that REF',
    [EXIT.damaged]: 'the log is damaged',
  },
  run: runShow,
};

async function runShow(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const session = openSession(await io.config());
  try {
    const source = await sourceFinder(input, io, session)(input.arguments[0] ?? '');
    if (input.flag('errors')) return await (await import('../show-errors.ts')).showErrors(source, session, input, io);
    if (input.flag('steps')) return await (await import('../show-steps.ts')).showSteps(source, input, io);
    if (input.flag('meta')) return await showManifest(source, session, io);
    if (input.flag('raw')) return await showRaw(source, input, io);
    if (input.flag('json')) return await showJson(source, session, io);
    return await showLines(source, session, input, io);
  } finally {
    await session.close();
  }
}

async function showManifest(source: LogSource, session: Session, io: CommandIo): Promise<ExitCode> {
  if (source.kind === 'file')
    throw new AppError('USAGE', `${source.ref} is a file and has no manifest`, {
      hint: 'keep it first: `firstred archive`',
    });
  await jsonSink(io.stdout).write(manifestToJson(await readManifest(session, source.log)));
  return EXIT.done;
}

async function showRaw(source: LogSource, input: CommandInput, io: CommandIo): Promise<ExitCode> {
  if (io.stdout.isTerminal && !input.flag('force'))
    throw new AppError('USAGE', '--raw would send the log’s control characters to this terminal', {
      hint: 'send it into a file or pipe, or say --force',
    });
  for await (const chunk of source.text()) {
    io.signal.throwIfAborted();
    await io.stdout.write(chunk);
  }
  return EXIT.done;
}

/** One document, written as the lines come: a log may be large. */
async function showJson(source: LogSource, session: Session, io: CommandIo): Promise<ExitCode> {
  await io.stdout.write(`{"ref":${JSON.stringify(source.ref)},"lines":[`);
  let pending = '';
  let shown = 0;
  for await (const { number, bytes } of linesOf(source, session)) {
    io.signal.throwIfAborted();
    const text = decoder.decode(bytes).replace(/\r$/, '');
    pending += `${shown === 0 ? '' : ','}\n${JSON.stringify({ line: number, text })}`;
    shown += 1;
    if (pending.length < 65_536) continue;
    await io.stdout.write(pending);
    pending = '';
  }
  await io.stdout.write(`${pending}\n]}\n`);
  return checkShown(shown, source);
}

function checkShown(shown: number, source: LogSource): ExitCode {
  if (shown > 0 || source.lines === undefined) return EXIT.done;
  throw new AppError('NOT_FOUND', `${source.ref} has no line ${source.lines.first}`, {
    hint: '`firstred show REF --meta` says how many it has',
  });
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: false });

async function showLines(source: LogSource, session: Session, input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const colour = await wantsColour(input, io);
  const numbers = io.stdout.isTerminal || input.flag('numbers') || source.lines !== undefined;
  const maxLineBytes = input.flag('full') ? Number.POSITIVE_INFINITY : undefined;
  const stamp = input.flag('times') ? await openStamps(source, session) : () => '';
  let shown = 0;
  let pending = '';
  for await (const line of linesOf(source, session)) {
    io.signal.throwIfAborted();
    const number = numbers ? `${String(line.number).padStart(7)}  ` : '';
    pending += `${number}${stamp(line.number)}${lineText(line.bytes, { colour, maxLineBytes })}\n`;
    shown += 1;
    if (pending.length < 65_536) continue;
    await io.stdout.write(pending);
    pending = '';
  }
  await io.stdout.write(pending);
  return checkShown(shown, source);
}

async function openStamps(source: LogSource, session: Session): Promise<(number: number) => string> {
  return openLineStamps(source, session);
}

/** The wanted lines; of a kept log only the frames that hold them are read. */
async function* linesOf(source: LogSource, session: Session): AsyncGenerator<NumberedLine> {
  const range: LineRange = source.lines ?? { first: 1, last: Number.POSITIVE_INFINITY };
  if (source.kind === 'file' || source.lines === undefined) {
    yield* linesIn(source.text(), { range, firstNumber: 1 });
    return;
  }
  const table = await frameTableOf(session, source.log);
  if (table.count === 0) return;
  const from = frameOfLine(table, range.first);
  const text = readFrames(await session.store(), source.log.objectKey, table, { from });
  // A frame that begins inside a line begins with the rest of that line, which has its number but not its start.
  const firstNumber = table.firstLine[from] ?? 1;
  yield* linesIn(text, { range, firstNumber });
}
