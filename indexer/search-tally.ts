// What a search has seen so far, and the summary made of it.
import type { LogId } from '../store/log-id.ts';
import type { OutcomeCounts, SearchPlan, SearchSummary } from './log-index.ts';
import type { LogRowColumns } from './statements-filter.ts';

/** What of an attempt is counted. */
type Outcome = Pick<LogRowColumns, 'outcome' | 'time_ms'>;

/** Counts attempts and logs with a match, each once. */
export class SearchTally {
  readonly #attempts = new Map<number, Outcome>();
  readonly #logs = new Set<string>();
  readonly unreadable: { readonly logId: LogId; readonly reason: string }[] = [];
  readonly notes = new Set<string>();
  terms: SearchPlan['terms'] = [];
  scanReason: string | undefined;
  candidateBlocks: number | undefined;
  blocksRead = 0;
  bytesTested = 0;
  way = '';
  planMs = 0;
  candidatesMs = 0;
  verifyMs = 0;
  /** Every log was looked at for its lines. */
  isWhole = false;
  /** The time was up before every log was looked at for one. */
  isCountCut = false;
  /** Key of the newest log when the search began. */
  mark = 0;
  lines = 0;

  addLine(row: LogRowColumns): void {
    this.lines++;
    this.addAttempt(row);
  }

  addAttempt(row: LogRowColumns): void {
    this.#logs.add(row.log_id);
    this.#attempts.set(row.attempt_key, { outcome: row.outcome, time_ms: row.time_ms });
  }

  hasAttempt(row: LogRowColumns): boolean {
    return this.#attempts.has(row.attempt_key);
  }

  summary(rest: {
    readonly total: OutcomeCounts;
    readonly read: Pick<SearchPlan, 'framesRead' | 'bytesRead' | 'fetchMs' | 'unpackMs'>;
    readonly countMs: number;
  }): SearchSummary {
    const attempts = [...this.#attempts.values()];
    const times = attempts.map((row) => row.time_ms);
    const { read, countMs } = rest;
    return {
      matched: countOutcomes(attempts),
      total: rest.total,
      logs: this.#logs.size,
      lines: this.lines,
      linesComplete: this.isWhole,
      countsComplete: !this.isCountCut,
      firstMs: times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b)),
      lastMs: times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b)),
      blocksRead: this.blocksRead,
      matchedLogs: [...this.#logs] as LogId[],
      unreadable: this.unreadable,
      notes: [...this.notes],
      mark: this.mark,
      plan: {
        engine: this.scanReason === undefined ? 'index' : 'scan',
        reason: this.scanReason,
        terms: this.terms,
        way: this.way,
        candidateBlocks: this.candidateBlocks,
        blocksRead: this.blocksRead,
        ...read,
        planMs: this.planMs,
        candidatesMs: this.candidatesMs,
        verifyMs: this.verifyMs,
        countMs,
      },
    };
  }
}

const RED = 1;
const GREEN = 2;

function countOutcomes(rows: readonly Outcome[]): OutcomeCounts {
  const count = (outcome: number): number => rows.filter((row) => row.outcome === outcome).length;
  return { attempts: rows.length, red: count(RED), green: count(GREEN) };
}
