// The types of the local index: what it knows of attempts and logs, what is asked of it and what it answers.
// No code: opening is open-index.ts, filling ingest.ts, asking search.ts, attempts.ts and find-logs.ts.
import type { Attempt, Conclusion } from '../store/attempt.ts';
import type { ObjectKey } from '../store/keys.ts';
import type { LogId } from '../store/log-id.ts';
import type { CaptureSource, Step } from '../store/manifest.ts';
import type { ObjectReader } from '../store/object-store.ts';
import type { IndexReadDatabase, IndexWriteDatabase } from './database.ts';
import type { IndexParts } from './index-parts.ts';
import type { IngestBuffer } from './ingest-buffer.ts';

/** The filters that commands share. Every field narrows; an absent one does not. Times are epoch ms. */
export interface AttemptFilter {
  /** `host/owner/name`, or its last one or two parts. */
  readonly repo?: string | undefined;
  /** A start of `sha` or `testedSha`, 7 or more characters. */
  readonly sha?: string | undefined;
  /** A glob: `*`, `?`, `[…]`. */
  readonly workflow?: string | undefined;
  /** A glob. */
  readonly job?: string | undefined;
  readonly branch?: string | undefined;
  readonly pr?: number | undefined;
  readonly run?: string | undefined;
  /** The provider's number, or for an attempt without one the rank that people see. */
  readonly attempt?: number | undefined;
  readonly providerId?: string | undefined;
  /** `red`, `green` or the provider's word. */
  readonly conclusion?: Conclusion | 'red' | 'green' | undefined;
  /** Attempts that started at this time or later (where the start is unknown: were captured). */
  readonly sinceMs?: number | undefined;
  /** Attempts that started before this time. */
  readonly untilMs?: number | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** One attempt as the index knows it: what its captures and facts say together. */
export interface AttemptRow extends Attempt {
  /** Row number in this index; not stable over a rebuild, never shown. */
  readonly attemptKey: number;
  /** What people see after `#`: the provider's number, else the rank by start time. */
  readonly number: number | undefined;
  /** Start of the attempt, or of its first capture: what `since`, `until` and the order go by. */
  readonly timeMs: number;
}

/** One log: one text of one attempt. Several captures of the same text are one log. */
export interface LogRow {
  /** Row number in this index; not stable over a rebuild, never shown. */
  readonly logKey: number;
  readonly logId: LogId;
  readonly logName: string;
  /** Shown and counted for its attempt under this log name: complete first, then the most lines, API before file. */
  readonly primary: boolean;
  readonly store: StoreId;
  readonly manifestKey: ObjectKey;
  readonly objectKey: ObjectKey;
  readonly how: CaptureSource;
  readonly complete: boolean;
  readonly capturedAtMs: number;
  readonly rawBytes: number;
  readonly objectBytes: number;
  readonly lines: number;
  /** Headline of the log by itself, without a baseline: the best ranked error line, if there is one. */
  readonly headline: string | undefined;
  readonly attempt: AttemptRow;
}

/** Which store a log lies in: the id in its `firstred.json`. */
export type StoreId = string;

/** Gives the reader of a store; a single reader stands for every store. */
export type StoreReaders = ObjectReader | ((store: StoreId) => ObjectReader | undefined);

/** How a REF names logs, when it is no file: see `CLI.md`. All given parts must fit. */
export interface LogRef {
  /** A log id or a start of one. */
  readonly logIdPrefix?: string | undefined;
  /** A start of `sha` or `testedSha`. */
  readonly sha?: string | undefined;
  /** Exact job name. */
  readonly job?: string | undefined;
  readonly run?: string | undefined;
  /** The provider's number or the display rank. */
  readonly attempt?: number | undefined;
  readonly providerId?: string | undefined;
  /** A provider's URL of a job or run. */
  readonly url?: string | undefined;
}

/** Reading side of the index: all that search, list and the web page hold. */
export interface LogIndexReader {
  readonly file: string;
  readonly db: IndexReadDatabase;
  /** Where the index is not here as a whole: what was brought of it. */
  readonly parts?: IndexParts | undefined;
  /** Ends the connection; a writer checkpoints first. Calling it twice is harmless. */
  close(): void;
}

/** Writing side: `archive`, `sync`, `reindex`. */
export interface LogIndex extends LogIndexReader {
  readonly db: IndexWriteDatabase;
  /** Logs that were read and not yet written. */
  readonly buffer: IngestBuffer;
  /** Writes what ingest holds back; every other writer does so first. */
  flush(): void;
}

/** What log-digest.ts finds in one log, to be stored beside its text. */
export interface LogDigest {
  /** Which templates it has (template-set.ts). */
  readonly templateSet: Uint8Array;
  /** Candidate signatures, best first, whatever any baseline says. */
  readonly signatures: readonly {
    readonly signature: string;
    readonly headline: string;
    /** The line that shows it best. */
    readonly exemplarLine: number;
    readonly firstLine: number;
    readonly count: number;
    readonly score: number;
  }[];
  readonly steps: readonly Step[];
}

/** Gets the whole masked text of one log, in order, cut anywhere. */
export interface LogDigester {
  push(text: Uint8Array): void;
  end(): LogDigest;
}

/** A line that matches. Offsets are UTF-16 units in `text`. */
export interface Match {
  readonly log: LogRow;
  readonly line: number;
  /** The line as shown; clipped to 64 KB around the match. */
  readonly text: string;
  readonly clipped: boolean;
  /** First match in `text`. */
  readonly start: number;
  readonly end: number;
  /** Found only in the visible text: `text` is then that, without colours. */
  readonly visible: boolean;
  readonly before: readonly ContextLine[];
  readonly after: readonly ContextLine[];
}

export interface ContextLine {
  readonly line: number;
  readonly text: string;
}

/** Attempts by outcome. */
export interface OutcomeCounts {
  readonly attempts: number;
  readonly red: number;
  readonly green: number;
}

/** What stands under the results. */
export interface SearchSummary {
  /** Attempts with a match, among those that the filters let through. */
  readonly matched: OutcomeCounts;
  /** All attempts that the filters let through. */
  readonly total: OutcomeCounts;
  readonly logs: number;
  /** Matching lines given; all there are, when `linesComplete`. */
  readonly lines: number;
  readonly linesComplete: boolean;
  /** False: `matched` stopped at the time budget, and people read "at least". */
  readonly countsComplete: boolean;
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
  readonly blocksRead: number;
  /** The logs that have a match, each once. */
  readonly matchedLogs: readonly LogId[];
  /** Logs that could not be read, with the reason; not empty means exit 20. */
  readonly unreadable: readonly { readonly logId: LogId; readonly reason: string }[];
  /** Words for people: a scan, pieces of huge lines, the second look at visible text. */
  readonly notes: readonly string[];
  /** Hand it in as `afterMark` next time to see only what came after. */
  readonly mark: number;
  readonly plan: SearchPlan;
}

/** What `--explain` shows. Times in ms. */
export interface SearchPlan {
  /** `index`: candidates from the full-text table; `scan`: every block that the filters let through. */
  readonly engine: 'index' | 'scan';
  /** Why it scans. */
  readonly reason: string | undefined;
  /** One entry an index term that must occur: what was looked up and in how many blocks it is (undefined: not counted). */
  readonly terms: readonly {
    readonly text: string;
    readonly expansions: number;
    readonly blocks: number | undefined;
  }[];
  /** In what order filters, words and time are gone through. */
  readonly way: string;
  readonly candidateBlocks: number | undefined;
  /** The blocks whose lines were tested. */
  readonly blocksRead: number;
  readonly framesRead: number;
  readonly bytesRead: number;
  /** Of the time of verification and counts: asking the store, unpacking, testing lines. */
  readonly fetchMs: number;
  readonly unpackMs: number;
  readonly planMs: number;
  readonly candidatesMs: number;
  readonly verifyMs: number;
  readonly countMs: number;
}

/** What `--word`, `-i`, `-s` and `--regex` say. */
export interface QueryFlags {
  /** RE2 syntax; otherwise the text is a literal. */
  readonly regex: boolean;
  /** Only where no word character stands beside the match. */
  readonly word: boolean;
  /** `smart`: any upper-case letter in the query makes it sensitive. */
  readonly letterCase: 'smart' | 'sensitive' | 'insensitive';
  /** Also finds what only the text without escape sequences and overstrikes has. */
  readonly visible: boolean;
}

/** A checked query; made by `parseQuery`. */
export interface Query {
  readonly kind: 'literal' | 'regex';
  /** As typed. */
  readonly text: string;
  readonly ignoreCase: boolean;
  readonly word: boolean;
  readonly visible: boolean;
}

export interface SearchOptions {
  readonly filter: AttemptFilter;
  readonly sort: 'new' | 'old';
  /** Lines (with `files`: logs) to give; undefined gives all. */
  readonly limit: number | undefined;
  /** `lines`: every matching line. `files`: the first one of each log. `count`: none, but all are counted. */
  readonly mode: 'lines' | 'files' | 'count';
  readonly contextLines: number;
  /** Time for the base rate once the lines are given; undefined: until it is exact. */
  readonly budgetMs: number | undefined;
  /** Where compressed frames of a slow store are kept between calls; undefined: nowhere. */
  readonly frameCacheDir: string | undefined;
  /** Only logs that came into the index after this mark (`SearchSummary.mark` of an earlier call). */
  readonly afterMark?: number | undefined;
  /** Logs to pass over: they were given before. */
  readonly exceptLogs?: ReadonlySet<LogId> | undefined;
  /** Counts in how many blocks each looked-up word is, for `--explain`. */
  readonly explain?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called once when the whole selection must be read; `rawBytes` finds out how much text that is. */
  readonly onScan?: (reason: string, rawBytes: () => number) => void;
  /** Called once when the words of a query are in so many places that much of the selection may have to be read. */
  readonly onWide?: (rawBytes: () => number) => void;
  /** Called as a scan goes on. */
  readonly onProgress?: (readBytes: number) => void;
}

/** A search under way: take the matches, then ask for the summary. */
export interface SearchRun {
  /** Newest (or oldest) attempt first, lines of one log in order. To be iterated once. */
  readonly matches: AsyncIterable<Match>;
  /** Finishes counting; ends at once when `matches` was left early by an abort. */
  summary(): Promise<SearchSummary>;
}
