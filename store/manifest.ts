// The manifest: the JSON object that makes a log exist. Its parser, which distrusts every byte, is manifest-schema.ts.
import type { Attempt } from './attempt.ts';
import { captureKeys, type ObjectKey } from './keys.ts';
import type { LogId } from './log-id.ts';

/** Raised when a reader of today could misread what is written. */
export const STORE_FORMAT = 1;
/** chosen: a manifest is some 2 KB; 1 MB leaves room for thousands of steps and still bounds a hostile one. */
export const MAX_MANIFEST_BYTES = 1_048_576;
/** The name of an attempt's own log, as opposed to a service's. */
export const DEFAULT_LOG_NAME = 'log';

export type CaptureSource = 'file' | 'stdin' | 'run' | 'api' | 'pull' | 'rescue' | 'rescan';

/** How and when this copy was taken. Times are the runner's clock, epoch ms. */
export interface Capture {
  /** Eight random characters, fixed before the first put. */
  readonly id: string;
  readonly how: CaptureSource;
  /** `firstred 0.1.0`. */
  readonly tool: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  /** False when the log is known to be cut; `cutReason` then says why. */
  readonly complete: boolean;
  readonly cutReason: string | undefined;
}

/** The masked text, as `zstd -dc` gives it. A line ends at LF; a last one without LF counts. */
export interface TextFacts {
  readonly sizeBytes: number;
  readonly lines: number;
  readonly longestLineBytes: number;
  readonly sha256: string;
  /** Oddities worth knowing before reading: `bom`, `crlf`, `bare-cr`, `nul`, `invalid-utf8`, `ansi`, `no-final-newline`. */
  readonly notes: readonly string[];
}

/** The object in the store. `lineTable` and `seekTable` are byte ranges inside it (see frames.ts). */
export interface ObjectFacts {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly frames: number;
  readonly lineTable: { readonly start: number; readonly end: number };
  readonly seekTable: { readonly start: number; readonly end: number };
  /** Time stamps and streams of `run`'s lines, if there are any. */
  readonly sideTable: { readonly start: number; readonly end: number } | undefined;
}

/** Which mask rules ran and how often each hit; never a value or its place. `rules: null`: masking was switched off. */
export interface MaskFacts {
  readonly rules: string | null;
  readonly counts: Readonly<Record<string, number>>;
  /** Lines replaced whole because the masker failed on them. */
  readonly withheldLines: number;
}

/** A named part of the log, where the provider's format shows it. Lines are 1-based and inclusive. */
export interface Step {
  readonly name: string;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly startedAtMs: number | undefined;
  readonly finishedAtMs: number | undefined;
}

export interface Manifest {
  readonly format: number;
  readonly logId: LogId;
  readonly logName: string;
  readonly attempt: Attempt;
  readonly capture: Capture;
  readonly text: TextFacts;
  readonly object: ObjectFacts;
  readonly masking: MaskFacts;
  readonly steps: readonly Step[];
}

/** Where the manifest and its log lie: computed from what it says, never read from it. */
export const keysOfManifest = (m: Manifest): { readonly object: ObjectKey; readonly manifest: ObjectKey } =>
  captureKeys(m.attempt, m.logName, m.text.sha256, m.capture.id);
