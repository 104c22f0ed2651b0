// `firstred name`: writes what people found out about a signature, as a fact in the store for everybody.

import { type LogLines, readLines } from '../../indexer/lines.ts';
import type { LogIndexReader, LogRow } from '../../indexer/log-index.ts';
import { findExemplar } from '../../indexer/signature-report.ts';
import { findSignatureId, type SignatureId, signatureOf } from '../../indexer/signatures.ts';
import { MECHANISMS } from '../../indexer/why/question.ts';
import { type Attempt, forkOf } from '../../store/attempt.ts';
import { AppError } from '../../store/errors.ts';
import type { FactContent, NameScope } from '../../store/facts.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { lineText } from '../line-text.ts';
import { linesIn } from '../log-lines.ts';
import { keptText } from '../log-source.ts';
import { recordFact } from '../record-fact.ts';
import { openSession, type Session } from '../session.ts';
import { parseTimeMs } from '../times.ts';

/** DESIGN: an eternal name would launder flakes. */
const DEFAULT_LIFE_MS = 90 * 86_400_000;
/** chosen: one cause seldom reaches more jobs; a signature that does is a symptom such as "command failed". */
const MAX_JOBS = 5;

export const name: Command = {
  name: 'name',
  summary: 'Names the mechanism of a signature: a fact in the store that every colleague and the gate see.',
  arguments: '<signature>',
  group: 'more',
  options: [
    { flags: '--mechanism <mechanism>', summary: 'what it is', choices: MECHANISMS.filter((m) => m !== 'unknown') },
    { flags: '--issue <url>', summary: 'where it is being worked on' },
    { flags: '--note <text>', summary: 'in your words' },
    { flags: '--until <time>', summary: 'when the name lapses: 2026-12-31, or 30d from now (default 90d)' },
    { flags: '--everywhere', summary: 'for every job of the repository, not only the one it was last seen in' },
    { flags: '--sha <sha>', summary: 'for this commit alone: what counts for a fork’s pull request' },
  ],
  examples: [
    {
      line: 'firstred name s1:7kq2m9xw1c4d8 --mechanism order-inversion --issue https://git.example.org/acme/app/issues/7',
      summary: 'the cause is known and being worked on',
    },
    {
      line: 'firstred name s1:7kq2m9xw1c4d8 --mechanism timeout --until 14d --note "limit raised in #12"',
      summary: 'a name that lapses soon',
    },
  ],
  exitCodes: {
    [EXIT.done]: 'written',
    [EXIT.notFound]: 'nothing kept has this signature',
    [EXIT.refused]: 'this signature cannot be named',
  },
  run: runName,
};

async function runName(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const session = openSession(await io.config());
  try {
    const signature = parseSignature(input.arguments[0] ?? '');
    const mechanism = input.text('mechanism');
    if (mechanism === undefined)
      throw new AppError('USAGE', 'a name needs --mechanism', {
        hint: `one of ${MECHANISMS.filter((m) => m !== 'unknown').join(', ')}`,
      });
    const sha = parseShaStart(input.text('sha'));
    const { log, line } = await session.ask((index) => requireExemplar(index, signature, sha));
    const near = await readNear(session, log, line);
    const { text } = near;
    await session.ask((index) => refuseSymptoms(index, signature, text));
    const scope = scopeOf(log.attempt, { sha, everywhere: input.flag('everywhere') });
    const content: FactContent = {
      kind: 'mechanism',
      signature,
      templates: templatesOf(signature, near),
      scope,
      mechanism,
      issue: input.text('issue'),
      note: input.text('note'),
      until: new Date(lapseMs(input.text('until'), io.now())).toISOString(),
      exemplar: { logId: log.logId, line, text },
    };
    const fact = await recordFact(session, content);
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify(fact)}\n`);
    else
      await io.stdout.write(
        `${signature} is named ${mechanism} until ${content.until.slice(0, 10)}${ofCommit(scope)}\n`,
      );
    return EXIT.done;
  } finally {
    await session.close();
  }
}

/** A log of a fork's pull request is its author's: a name that was found out there holds for that commit alone. */
function scopeOf(
  attempt: Attempt,
  { sha, everywhere }: { readonly sha: string | undefined; readonly everywhere: boolean },
): NameScope {
  const { repo, workflow, job } = attempt;
  const commit = sha ?? (forkOf(attempt) === undefined ? undefined : attempt.sha);
  return { repo, ...(everywhere ? {} : { workflow, job }), ...(commit === undefined ? {} : { sha: commit }) };
}

const ofCommit = ({ sha }: NameScope): string =>
  sha === undefined ? '' : `, for the commit ${sha.slice(0, 10)} alone`;

function parseShaStart(text: string | undefined): string | undefined {
  if (text === undefined || /^[0-9a-f]{7,64}$/i.test(text)) return text?.toLowerCase();
  throw new AppError('USAGE', `--sha '${text.slice(0, 80)}' is no commit`, { hint: 'give 7 or more of its digits' });
}

/** A whole signature id. USAGE otherwise. */
export function parseSignature(text: string): SignatureId {
  const found = findSignatureId(text);
  if (found !== undefined) return found;
  throw new AppError('USAGE', `'${text.slice(0, 80)}' is no signature`, {
    hint: '`firstred signatures last-red` lists the signatures of a log; they look like s1:7kq2m9xw1c4d8',
  });
}

async function requireExemplar(
  index: LogIndexReader,
  signature: SignatureId,
  sha: string | undefined,
): Promise<{ readonly log: LogRow; readonly line: number }> {
  const found = findExemplar(index, signature, sha);
  if (found !== undefined) return found;
  throw new AppError(
    'NOT_FOUND',
    `nothing kept here${sha === undefined ? '' : ` of ${sha}`} has the signature ${signature}`,
    {
      hint: '`firstred sync` brings what is new; `firstred signatures` lists the known ones',
    },
  );
}

/** chosen by what makes signatures: a test's name and its message stand this close. */
const PAIR_LINES = 30;

interface Near {
  /** The exemplar line as it is shown. */
  readonly text: string;
  /** It, and what stands before it; it is the last. */
  readonly lines: LogLines;
}

async function readNear(session: Session, log: LogRow, line: number): Promise<Near> {
  const range = { first: Math.max(1, line - PAIR_LINES), last: line };
  const read: Uint8Array[] = [];
  for await (const { bytes } of linesIn(keptText(session, log), { range, firstNumber: 1 })) read.push(bytes.slice());
  const last = read.at(-1);
  if (last === undefined || read.length !== line - range.first + 1)
    throw new AppError('STORE_DAMAGED', `${log.logId} has no line ${line}`, { hint: 'run `firstred reindex`' });
  const joined = Buffer.concat(read.flatMap((bytes) => [bytes, LINE_FEED]));
  return { text: lineText(last, { colour: false, maxLineBytes: 1000 }), lines: readLines(log.logId, joined) };
}

const LINE_FEED = Buffer.from('\n');

/** The templates that the signature is made of: of the exemplar line, or of an earlier line and it. */
function templatesOf(signature: SignatureId, { lines }: Near): readonly string[] {
  const message = lines.template(lines.count);
  if (signatureOf([message]) === signature) return [message];
  for (let line = lines.count - 1; line > 0; line--) {
    const pair = [lines.template(line), message];
    if (signatureOf(pair) === signature) return pair;
  }
  return [message];
}

/** DESIGN: an exit line, or a signature that crosses many unrelated jobs, says that something failed but not what. */
async function refuseSymptoms(index: LogIndexReader, signature: SignatureId, text: string): Promise<void> {
  const [{ matchError }, { listSignatures }] = await Promise.all([
    import('../../indexer/error-match.ts'),
    import('../../indexer/signature-report.ts'),
  ]);
  const kind = matchError(text)?.kind;
  if (kind === 'exit' || kind === 'summary')
    throw new AppError('REFUSED', `${signature} is only a line that says that something failed`, {
      hint: 'name the signature of the cause: `firstred errors REF` shows it',
    });
  const [row] = listSignatures(index, {}, { only: [signature], limit: 1 });
  if (row !== undefined && row.jobs.length > MAX_JOBS)
    throw new AppError('REFUSED', `${signature} shows in ${row.jobs.length} jobs: it is a symptom of many causes`, {
      hint: 'name a signature that fewer jobs share',
    });
}

function lapseMs(text: string | undefined, nowMs: number): number {
  if (text === undefined) return nowMs + DEFAULT_LIFE_MS;
  const given = parseTimeMs(text, nowMs);
  const timeMs = given <= nowMs ? nowMs + (nowMs - given) : given; // a duration counts from now on
  if (/^\d{4}-/.test(text) && given <= nowMs)
    throw new AppError('USAGE', `--until ${text} is past`, { hint: 'give a day to come, or a duration such as 30d' });
  return timeMs;
}
