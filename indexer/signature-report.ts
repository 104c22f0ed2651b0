// Signatures with base rates, and which of a log's signatures is its headline.

import type { LogId } from '../store/log-id.ts';
import { countAttempts, findLog } from './attempts.ts';
import type { GreensNeed, JobGreens } from './index-parts.ts';
import type { AttemptFilter, LogIndexReader, LogRow } from './log-index.ts';
import { packSignature, packSignatures } from './signature-bytes.ts';
import type { SignatureId } from './signatures.ts';
import {
  EXEMPLAR_OF_SIGNATURE,
  type LogSignatureColumns,
  SHOWS_ANY,
  selectSignatures,
  selectSignaturesOfLog,
} from './statements-reports.ts';

/** DESIGN: a signature that shows in more than a tenth of green attempts is no error. */
const MAX_GREEN_SHARE = 0.1;
/** chosen: one green in five or fewer is not yet a share that says anything. */
const MIN_GREENS = 5;

/** One signature over the attempts of a filter. Counts are attempts, not captures. */
export interface SignatureRow {
  readonly signature: SignatureId;
  readonly headline: string;
  readonly attempts: number;
  readonly red: number;
  readonly green: number;
  readonly redTotal: number;
  readonly greenTotal: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly jobs: readonly string[];
}

/** Signatures most often red first. Those that green attempts show too often are left out, unless `only` names them. */
export function listSignatures(
  index: LogIndexReader,
  filter: AttemptFilter,
  options: { readonly only?: readonly SignatureId[] | undefined; readonly limit: number | undefined },
): readonly SignatureRow[] {
  const total = countAttempts(index, filter);
  const counted =
    index.parts?.told({ kind: 'signatures', filter, only: options.only }) ??
    selectSignatures(index.db, filter, { only: options.only, limit: undefined });
  const rows = counted.map((row) => ({
    signature: row.signature as SignatureId,
    headline: row.headline,
    attempts: row.attempts,
    red: row.red,
    green: row.green,
    redTotal: total.red,
    greenTotal: total.green,
    firstMs: row.first_ms,
    lastMs: row.last_ms,
    jobs: (JSON.parse(row.jobs) as (string | null)[]).filter((job) => job !== null).sort(),
  }));
  const shown = options.only === undefined ? rows.filter((row) => !isCommonInGreen(row.green, total.green)) : rows;
  return shown.slice(0, options.limit);
}

/** Whether so many of so many green attempts show that it is no error. */
const isCommonInGreen = (green: number, greens: number): boolean =>
  greens >= MIN_GREENS ? green / greens > MAX_GREEN_SHARE : green > 0;

/** A signature of one log, with the line that shows it. */
export interface LogSignature {
  readonly signature: SignatureId;
  readonly headline: string;
  readonly line: number;
  readonly score: number;
  readonly commonInGreen: boolean;
}

/** Candidate signatures of a log, best first; those that green attempts of its job show come last. */
export function signaturesOfLog(index: LogIndexReader, logKey: number): readonly LogSignature[] {
  const found = selectSignaturesOfLog(index.db, logKey);
  const told = greensElsewhere(index, found);
  const rows = found.map((row) => ({
    signature: row.signature as SignatureId,
    headline: told?.headlines.get(row.signature) ?? row.headline,
    line: row.exemplar_line,
    score: row.score,
    commonInGreen:
      told === undefined
        ? isCommonInGreen(row.job_green, row.job_greens)
        : isCommonInGreen(told.showing.get(row.signature) ?? 0, told.greens),
  }));
  return [...rows.filter((row) => !row.commonInGreen), ...rows.filter((row) => row.commonInGreen)];
}

/** The greens of the log's job, where this index does not have all of them. */
function greensElsewhere(index: LogIndexReader, found: readonly LogSignatureColumns[]): JobGreens | undefined {
  const need = greensNeed(found);
  return index.parts === undefined || need === undefined ? undefined : index.parts.told(need);
}

function greensNeed(found: readonly LogSignatureColumns[]): GreensNeed | undefined {
  const [first] = found;
  if (first === undefined) return undefined;
  const { repo, workflow, job } = first;
  return { kind: 'greens', job: { repo, workflow, job }, signatures: found.map((row) => row.signature).sort() };
}

/** Before the headlines of several logs are asked for: an index elsewhere is asked once for all of them. */
export function requireHeadlines(index: LogIndexReader, logKeys: readonly number[]): void {
  if (index.parts === undefined || logKeys.length === 0) return;
  const of = logKeys.flatMap((log) => greensNeed(selectSignaturesOfLog(index.db, log)) ?? []);
  if (of.length > 0) index.parts.require({ kind: 'greensOf', of });
}

/** The best signature that green attempts of the job do not show; undefined when there is none. */
export const headlineOfLog = (index: LogIndexReader, logKey: number): LogSignature | undefined =>
  signaturesOfLog(index, logKey).find((row) => !row.commonInGreen);

/** Whether a log shows any of the signatures, whoever else does. */
export const showsAny = (index: LogIndexReader, logKey: number, signatures: ReadonlySet<string>): boolean =>
  signatures.size > 0 && index.db.get(SHOWS_ANY, { log: logKey, signatures: packSignatures(signatures) }) !== undefined;

/** Where a signature can be seen: its newest log and the line in it. */
export function findExemplar(
  index: LogIndexReader,
  signature: SignatureId,
  sha = '',
): { readonly log: LogRow; readonly line: number } | undefined {
  index.parts?.require({ kind: 'exemplar', signature, sha });
  const row = index.db.get(EXEMPLAR_OF_SIGNATURE, { signature: packSignature(signature), sha });
  const log = row === undefined ? undefined : findLog(index, row.log_id as LogId);
  return row === undefined || log === undefined ? undefined : { log, line: row.exemplar_line };
}
