// What questions over attempts ask of an index that is not here as a whole: the one interface behind which an index may be
// somewhere else. SQLite's index is whole and has no parts; an engine of a team brings what a question lacks, and the same
// code then answers it from an index in memory, so that both give the same answer.
import type { AttemptFilter, LogIndexReader, LogRef, OutcomeCounts } from './log-index.ts';

/** The job that green attempts are counted of. */
export interface JobKey {
  readonly repo: string | null;
  readonly workflow: string | null;
  readonly job: string | null;
}

/** How many green attempts of a job there are, and how many of them show each signature. */
export interface JobGreens {
  readonly greens: number;
  readonly showing: ReadonlyMap<string, number>;
  /** The headline that each of the signatures asked for is known by: of the earliest log that shows it. */
  readonly headlines: ReadonlyMap<string, string>;
}

/** A signature over the attempts of a filter, counted where all of them are. */
export interface CountedSignature {
  readonly signature: string;
  readonly headline: string;
  readonly attempts: number;
  readonly red: number;
  readonly green: number;
  readonly first_ms: number;
  readonly last_ms: number;
  /** JSON array of job names. */
  readonly jobs: string;
}

/** A known headline with the number of attempts that show it. */
export interface CountedHeadline {
  readonly signature: string;
  readonly headline: string;
  readonly attempts: number;
}

/** How long one attempt took, counted where all of them are. */
export interface CountedDuration {
  readonly repo: string | null;
  readonly workflow: string | null;
  readonly job: string | null;
  readonly outcome: number;
  readonly conclusion: string;
  readonly started_ms: number;
  readonly duration_ms: number;
  readonly limit_ms: number | null;
  /** Its primary log. */
  readonly log_id: string | null;
}

/** The greens of a job. */
export interface GreensNeed {
  readonly kind: 'greens';
  readonly job: JobKey;
  readonly signatures: readonly string[];
}

/** What can be lacking. The first four bring rows into the index in memory, the others a count. */
export type IndexNeed =
  /** Attempts that the filter lets through, in the order of time, with all their logs, captures and facts. */
  | {
      readonly kind: 'attempts';
      readonly filter: AttemptFilter;
      readonly sort: 'new' | 'old';
      readonly limit: number | undefined;
    }
  /** The attempts of the logs that a REF names. */
  | { readonly kind: 'ref'; readonly ref: LogRef; readonly filter: AttemptFilter }
  /** Every attempt of the jobs at one commit that are flaky within the filter. */
  | { readonly kind: 'flakes'; readonly filter: AttemptFilter; readonly limit: number | undefined }
  /** The newest attempt that shows a signature, of a fork only where no other does. `sha`: a start of one, or empty. */
  | { readonly kind: 'exemplar'; readonly signature: string; readonly sha: string }
  | { readonly kind: 'counts'; readonly filter: AttemptFilter }
  | GreensNeed
  /** Several of those at once: each can be told then. */
  | { readonly kind: 'greensOf'; readonly of: readonly GreensNeed[] }
  | {
      readonly kind: 'signatures';
      readonly filter: AttemptFilter;
      readonly only: readonly string[] | undefined;
    }
  | { readonly kind: 'headlines'; readonly limit: number }
  /** Finished attempts with their durations, in the order of time. */
  | { readonly kind: 'durations'; readonly filter: AttemptFilter };

/** What a need that counts is answered with. */
export interface NeedAnswers {
  readonly counts: OutcomeCounts;
  readonly greens: JobGreens;
  readonly signatures: readonly CountedSignature[];
  readonly headlines: readonly CountedHeadline[];
  readonly durations: readonly CountedDuration[];
}

/** What was brought so far. Both throw a `MissingPart` that names what is not there. */
export interface IndexParts {
  /** Nothing to give: the rows are in the index. */
  require(need: IndexNeed): void;
  told<K extends keyof NeedAnswers>(need: Extract<IndexNeed, { readonly kind: K }>): NeedAnswers[K];
}

/** Thrown out of a question over an index in parts; whoever asked brings `need` and asks again. */
class MissingPart extends Error {
  readonly need: IndexNeed;

  constructor(need: IndexNeed) {
    super(`the index has no ${need.kind} yet`);
    this.name = 'MissingPart';
    this.need = need;
  }
}

/** The parts that were brought, by what they answer. */
export class BroughtParts implements IndexParts {
  readonly #answers = new Map<string, unknown>();

  require(need: IndexNeed): void {
    if (!this.#answers.has(keyOf(need))) throw new MissingPart(need);
  }

  told<K extends keyof NeedAnswers>(need: Extract<IndexNeed, { readonly kind: K }>): NeedAnswers[K] {
    this.require(need);
    return this.#answers.get(keyOf(need)) as NeedAnswers[K];
  }

  /** `answer`: of a need that counts. */
  add(need: IndexNeed, answer: unknown): void {
    this.#answers.set(keyOf(need), answer);
  }
}

/** Absent fields and undefined ones are the same. */
const keyOf = (need: IndexNeed): string => JSON.stringify(need);

/** An index in memory that has a part of another. */
export interface PartialIndex {
  readonly reader: LogIndexReader;
  /** Brings what a question lacked; it is there from then on. */
  bring(need: IndexNeed): Promise<void>;
}

/** The answer of `question`, which is asked again each time that something it lacked was brought: it must only look. */
export async function askInParts<T>(
  { reader, bring }: PartialIndex,
  question: (index: LogIndexReader) => Promise<T> | T,
): Promise<T> {
  for (;;) {
    try {
      return await question(reader);
    } catch (error) {
      if (!(error instanceof MissingPart)) throw error;
      await bring(error.need);
    }
  }
}
