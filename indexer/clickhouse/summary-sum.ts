// The summaries of a search's pages as one. No attempt is on two pages, so counts add up.
import type { LogId } from '../../store/log-id.ts';
import type { OutcomeCounts, SearchPlan, SearchSummary } from '../log-index.ts';

const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b);
const later = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b);

/** Adds up what the pages of a search have found. */
export class SummarySum {
  #matched: OutcomeCounts = { attempts: 0, red: 0, green: 0 };
  #logs = 0;
  #firstMs: number | undefined;
  #lastMs: number | undefined;
  #blocksRead = 0;
  #candidateBlocks = 0;
  #plan: SearchPlan | undefined;
  readonly #matchedLogs: LogId[] = [];
  readonly #unreadable: SearchSummary['unreadable'][number][] = [];
  readonly #notes = new Set<string>();
  lines = 0;
  isCountCut = false;
  candidatesMs = 0;
  countMs = 0;

  note(text: string): void {
    this.#notes.add(text);
  }

  /** Takes in a page of which the lines were given. */
  add(summary: SearchSummary): void {
    this.lines += summary.lines;
    this.addCounted(summary);
  }

  /** Takes in a page of which only the counts are wanted. */
  addCounted(summary: SearchSummary): void {
    const { matched, plan } = summary;
    this.#matched = {
      attempts: this.#matched.attempts + matched.attempts,
      red: this.#matched.red + matched.red,
      green: this.#matched.green + matched.green,
    };
    this.#logs += summary.logs;
    this.#firstMs = earlier(this.#firstMs, summary.firstMs);
    this.#lastMs = later(this.#lastMs, summary.lastMs);
    this.#blocksRead += summary.blocksRead;
    this.#candidateBlocks += plan.candidateBlocks ?? 0;
    this.#matchedLogs.push(...summary.matchedLogs);
    this.#unreadable.push(...summary.unreadable);
    for (const note of summary.notes) this.#notes.add(note);
    this.isCountCut ||= !summary.countsComplete;
    this.#plan = this.#plan === undefined ? plan : sumOfPlans(this.#plan, plan);
  }

  summary(rest: { readonly total: OutcomeCounts; readonly linesComplete: boolean }): SearchSummary {
    return {
      matched: this.#matched,
      total: rest.total,
      logs: this.#logs,
      lines: this.lines,
      linesComplete: rest.linesComplete,
      countsComplete: !this.isCountCut,
      firstMs: this.#firstMs,
      lastMs: this.#lastMs,
      blocksRead: this.#blocksRead,
      matchedLogs: this.#matchedLogs,
      unreadable: this.#unreadable,
      notes: [...this.#notes],
      mark: 0,
      plan: {
        ...(this.#plan ?? NO_PLAN),
        blocksRead: this.#blocksRead,
        candidateBlocks: this.#candidateBlocks,
        candidatesMs: this.candidatesMs,
        countMs: this.countMs,
      },
    };
  }
}

const sumOfPlans = (a: SearchPlan, b: SearchPlan): SearchPlan => ({
  ...a,
  framesRead: a.framesRead + b.framesRead,
  bytesRead: a.bytesRead + b.bytesRead,
  fetchMs: a.fetchMs + b.fetchMs,
  unpackMs: a.unpackMs + b.unpackMs,
  planMs: a.planMs + b.planMs,
  verifyMs: a.verifyMs + b.verifyMs,
});

/** Of a search without any candidate. */
const NO_PLAN: SearchPlan = {
  engine: 'index',
  reason: undefined,
  terms: [],
  way: 'words in the engine',
  candidateBlocks: 0,
  blocksRead: 0,
  framesRead: 0,
  bytesRead: 0,
  fetchMs: 0,
  unpackMs: 0,
  planMs: 0,
  candidatesMs: 0,
  verifyMs: 0,
  countMs: 0,
};
