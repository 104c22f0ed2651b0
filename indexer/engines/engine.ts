// What a way of finding candidates gives. A superset of the matching blocks, never a loss.

/** Row numbers of blocks, ascending. */
export type BlockNumbers = readonly number[];

/** Blocks `[from, to)`. */
export interface BlockRange {
  readonly from: number;
  readonly to: number;
}

/** Which candidates are asked for: of a range, `limit` of them from one end of it. */
export interface BlockRequest extends BlockRange {
  readonly limit: number;
  readonly end: 'first' | 'last';
}

/** Blocks that may hold a match, asked for piece by piece. */
export interface CandidateSource {
  /** Each question takes milliseconds, however small its range. */
  readonly isWide: boolean;
  blocksIn(request: BlockRequest): BlockNumbers;
  /** Whether a line that reaches over the blocks `[from, to)` may match; its words may be spread over them. */
  mayMatchAcross(range: BlockRange): boolean;
  /** Whether the words alone show that a line in the blocks `[from, to)` matches. */
  isCertainIn(range: BlockRange): boolean;
  /** What was looked up; `counted` also says in how many blocks each word is, which takes a look at all of them. */
  terms(detail: 'names' | 'counted'): readonly {
    readonly text: string;
    readonly expansions: number;
    readonly blocks: number | undefined;
  }[];
}

/** The answer of an engine: a source, or why it cannot serve this query. */
export type EngineAnswer =
  | { readonly kind: 'source'; readonly source: CandidateSource }
  | {
      readonly kind: 'scan';
      readonly reason: string;
      /** Candidates that take longer to look up than the newest lines to be read, for counting what the lines leave. */
      readonly findSource?: () => CandidateSource | undefined;
    };
