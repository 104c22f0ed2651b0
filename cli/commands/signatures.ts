// `firstred signatures`: known errors with their base rates, or the ones of one log.

import type { LogIndexReader, LogRow } from '../../indexer/log-index.ts';
import { listActiveNames } from '../../indexer/name-facts.ts';
import type { ActiveName } from '../../indexer/names.ts';
import type { SignatureRow } from '../../indexer/signature-report.ts';
import { listSignatures, signaturesOfLog } from '../../indexer/signature-report.ts';
import type { SignatureId } from '../../indexer/signatures.ts';
import { isoTime } from '../../store/manifest-json.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { FILTER_OPTIONS, readFilter, readLimit } from '../filters.ts';
import { sourceFinder } from '../log-source.ts';
import { type Column, sayNone, tableText } from '../output.ts';
import { openSession, type Session } from '../session.ts';
import { ageOf } from '../times.ts';

/** chosen: a screenful. */
const DEFAULT_ROWS = 40;

export const signatures: Command = {
  name: 'signatures',
  summary: 'Known errors with their base rates, most often red first; with a REF the ones of that log.',
  arguments: '[ref]',
  group: 'more',
  options: FILTER_OPTIONS,
  examples: [
    { line: 'firstred signatures --since 30d', summary: 'what fails most in the last month' },
    { line: 'firstred signatures last-red', summary: 'the signatures of one log, and how common each is' },
  ],
  exitCodes: {
    [EXIT.done]: 'there are some',
    [EXIT.no]: 'there are none',
    [EXIT.notFound]: 'nothing answers to that REF',
  },
  run: runSignatures,
};

type NamedRow = SignatureRow & { readonly name: ActiveName | undefined };

async function runSignatures(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const session = openSession(await io.config());
  try {
    const [ref] = input.arguments;
    const source = ref === undefined ? undefined : await sourceFinder(input, io, session)(ref);
    if (source?.kind === 'file') return await signaturesOfFile(source.ref, source.text(), input, io);
    const only = source === undefined ? undefined : await signaturesOf(source.log, session);
    const limit = readLimit(input) ?? (input.flag('json') ? undefined : DEFAULT_ROWS);
    const filter = readFilter(input, io.now());
    const rows = await session.ask((index) =>
      withNames(listSignatures(index, filter, { only, limit }), index, io.now()),
    );
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify(rows.map(toJson), null, 1)}\n`);
    else await io.stdout.write(tableText(rows, columns(io.now()), io.stdout.columns));
    if (rows.length === 0) await sayNone(input, io, 'no error that fits is known');
    return rows.length > 0 ? EXIT.done : EXIT.no;
  } finally {
    await session.close();
  }
}

const signaturesOf = ({ logKey }: LogRow, session: Session): Promise<readonly SignatureId[]> =>
  session.ask((index) => signaturesOfLog(index, logKey).map((row) => row.signature));

/** A file is looked at by itself: no index, so no base rates. */
async function signaturesOfFile(
  ref: string,
  text: AsyncIterable<Uint8Array>,
  input: CommandInput,
  io: CommandIo,
): Promise<ExitCode> {
  const { createLogDigester } = await import('../../indexer/log-digest.ts');
  const digester = createLogDigester();
  for await (const piece of text) digester.push(piece);
  const found = digester.end().signatures;
  const rows = found.map(({ signature, headline, firstLine, count }) => ({
    ref,
    signature,
    headline,
    line: firstLine,
    count,
  }));
  if (input.flag('json')) await io.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
  else
    await io.stdout.write(
      tableText(
        rows,
        [
          { title: 'SIGNATURE', cell: (r) => r.signature },
          { title: 'LINE', align: 'right', cell: (r) => String(r.line) },
          { title: 'HEADLINE', cell: (r) => r.headline },
        ],
        io.stdout.columns,
      ),
    );
  return rows.length > 0 ? EXIT.done : EXIT.no;
}

async function withNames(
  rows: readonly SignatureRow[],
  index: LogIndexReader,
  nowMs: number,
): Promise<readonly NamedRow[]> {
  const names = listActiveNames(index, nowMs);
  return rows.map((row) => ({ ...row, name: names.find((name) => name.signature === row.signature) }));
}

const toJson = (row: NamedRow): Record<string, unknown> => ({
  signature: row.signature,
  headline: row.headline,
  logs: row.attempts,
  red: row.red,
  green: row.green,
  redTotal: row.redTotal,
  greenTotal: row.greenTotal,
  firstSeen: isoTime(row.firstMs),
  lastSeen: isoTime(row.lastMs),
  jobs: row.jobs,
  mechanism: row.name?.mechanism ?? null,
  issue: row.name?.issue ?? null,
});

const columns = (nowMs: number): readonly Column<NamedRow>[] => [
  { title: 'SIGNATURE', cell: (r) => r.signature },
  { title: 'RED', align: 'right', cell: (r) => `${r.red}/${r.redTotal}` },
  { title: 'GREEN', align: 'right', cell: (r) => `${r.green}/${r.greenTotal}` },
  { title: 'JOBS', align: 'right', cell: (r) => String(r.jobs.length) },
  { title: 'LAST', cell: (r) => ageOf(r.lastMs, nowMs) },
  { title: 'MECHANISM', cell: (r) => r.name?.mechanism ?? '-' },
  { title: 'HEADLINE', maxWidth: 120, cell: (r) => r.headline },
];
