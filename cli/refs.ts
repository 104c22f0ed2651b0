// REFs: how people name a log, an attempt or a file. The grammar and its order of reading stand in `help refs`.
import { existsSync, statSync } from 'node:fs';
import type { LogRef, LogRow } from '../indexer/log-index.ts';
import { isRed } from '../store/attempt.ts';
import { AppError } from '../store/errors.ts';
import { isLogIdPrefix } from '../store/log-id.ts';

/** Lines of a log, 1-based and inclusive. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

export type Ref =
  | { readonly kind: 'file'; readonly path: string; readonly lines: LineRange | undefined }
  | { readonly kind: 'last'; readonly colour: 'red' | 'green'; readonly lines: LineRange | undefined }
  | { readonly kind: 'kept'; readonly log: LogRef; readonly lines: LineRange | undefined };

/** Reads a REF. USAGE when it can be none. Whether something answers to it is asked later. */
export function parseRef(text: string): Ref {
  if (text === '-' || isFile(text)) return { kind: 'file', path: text, lines: undefined };
  const { name, lines } = splitLines(text);
  if (lines !== undefined && isFile(name)) return { kind: 'file', path: name, lines };
  if (name === 'last-red' || name === 'last-green')
    return { kind: 'last', colour: name === 'last-red' ? 'red' : 'green', lines };
  const log = findLogRef(name);
  if (log !== undefined) return { kind: 'kept', log, lines };
  if (/^\d{7,39}[:#]/.test(name))
    throw new AppError('USAGE', `'${text.slice(0, 120)}' names no log: digits alone are the number of a run`, {
      hint: 'give all 40 characters of a commit whose first ones are digits only',
    });
  if (/[/.\\]/.test(text) && !text.includes('://'))
    throw new AppError('INPUT_MISSING', `there is no file ${text}, and it names nothing kept`, {
      hint: 'check the path; `firstred help refs` shows what names a log',
    });
  throw new AppError('USAGE', `'${text.slice(0, 120)}' names no log`, {
    hint: 'give a file, a log id or six characters of its start, RUN/ATTEMPT or SHA:JOB#ATTEMPT; see `firstred help refs`',
  });
}

const isFile = (path: string): boolean => existsSync(path) && !statSync(path).isDirectory();

/** A `:214` or `:200-240` at the end. */
function splitLines(text: string): { readonly name: string; readonly lines: LineRange | undefined } {
  const match = /^(.+):(\d{1,15})(?:-(\d{1,15}))?$/.exec(text);
  if (match === null) return { name: text, lines: undefined };
  const [, name = '', first = '1', last = first] = match;
  const lines = { first: Math.max(1, Number(first)), last: Number(last) };
  if (lines.last < lines.first)
    throw new AppError('USAGE', `lines ${first}-${last} run backwards`, { hint: 'write FIRST-LAST' });
  return { name, lines };
}

function findLogRef(name: string): LogRef | undefined {
  if (isLogIdPrefix(name)) return { logIdPrefix: name };
  if (/^https?:\/\//i.test(name)) return { url: name };
  const run = /^(\d{1,20})(?:\/(?:(\d{1,9})|#t([\w.-]{1,64})))?$/.exec(name);
  const looksLikeSha = /^[0-9]{40}$/.test(name);
  if (run !== null && !looksLikeSha)
    return { run: run[1], attempt: run[2] === undefined ? undefined : Number(run[2]), providerId: run[3] };
  const sha = /^([0-9a-f]{7,64})(?::([^#]+))?(?:#(?:(\d{1,9})|t([\w.-]{1,64})))?$/i.exec(name);
  if (sha === null) return undefined;
  const [, start = '', job, attempt, providerId] = sha;
  if (!/[a-f]/i.test(start) && start.length !== 40) return undefined;
  return {
    sha: start.toLowerCase(),
    job: job === undefined ? undefined : decodeJob(job),
    attempt: attempt === undefined ? undefined : Number(attempt),
    providerId,
  };
}

function decodeJob(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AppError('USAGE', `'${text.slice(0, 120)}' is no percent-encoded job name`, {
      hint: 'write %25 for a percent sign',
    });
  }
}

/** The same for a command that is about a failure: of several attempts of the job the newest red one, if there is any. */
export function chooseRedLog(rows: readonly LogRow[], refText: string): LogRow {
  const newest = chooseLog(rows, refText);
  return rows.find((row) => isRed(row.attempt.conclusion)) ?? newest;
}

const ABOUT_UNTOLD = 'a log that was kept without --conclusion is neither red nor green';

/** The one log that a command means: the primary of the newest attempt, when all are of one job. USAGE otherwise. */
export function chooseLog(rows: readonly LogRow[], refText: string): LogRow {
  const [first] = rows;
  if (first === undefined)
    throw new AppError('NOT_FOUND', `nothing kept answers to ${refText}`, {
      hint: /^last-(red|green)/.test(refText)
        ? `\`firstred list\` shows what is kept, and how it ended: ${ABOUT_UNTOLD}`
        : '`firstred list` shows what is kept here; `firstred sync` brings what is new in the store',
    });
  const jobOf = (row: LogRow): string => JSON.stringify([row.attempt.repo, row.attempt.workflow, row.attempt.job]);
  if (rows.every((row) => jobOf(row) === jobOf(first))) return first;
  const names = [...new Set(rows.map((row) => `${row.logId} (${row.attempt.job ?? 'no job'})`))];
  throw new AppError(
    'USAGE',
    `${refText} names logs of several jobs: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ' …' : ''}`,
    {
      hint: 'give one of these ids, or add :JOB to the SHA',
    },
  );
}
