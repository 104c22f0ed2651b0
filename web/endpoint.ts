// What the server offers besides logs and the page: questions that cli/ hands in, as values. Routes and the OpenAPI
// document come from the same list. No code.

/** One query or path parameter. */
export interface EndpointParameter {
  readonly name: string;
  readonly summary: string;
  readonly kind: 'text' | 'flag' | 'list';
  readonly choices?: readonly string[];
}

/** What was asked, by parameter name. Names that the endpoint does not have were refused before. */
export interface Asked {
  text(name: string): string | undefined;
  flag(name: string): boolean;
  list(name: string): readonly string[];
}

/** A question that is answered with JSON in the shape of a command's `--json`. */
export interface Endpoint {
  /** In hono's notation: `/api/errors/:log`; `log` is always a log id or a start of one. */
  readonly path: string;
  readonly summary: string;
  readonly parameters: readonly EndpointParameter[];
  /** JSON Schema of the answer, of each line with `ndjson`. */
  readonly schema: unknown;
  readonly type: 'json' | 'ndjson';
  /** The answer in pieces. Throws AppError before the first piece, or while it goes on. */
  answer(asked: Asked, signal: AbortSignal): AsyncIterable<string>;
}

/** What a person found out about a signature, to be written as a fact. */
export interface NameRequest {
  readonly signature: string;
  readonly mechanism: string;
  readonly issue?: string | undefined;
  readonly note?: string | undefined;
  readonly until?: string | undefined;
}

/** Writes the fact and gives its JSON; `author` is who the proxy says is asking, where there is one. */
export type WriteName = (name: NameRequest, author: string | undefined, signal: AbortSignal) => Promise<string>;

/** One line of a log: bytes without the LF. */
export interface KeptLine {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Lines, 1-based and inclusive. */
export interface LineSpan {
  readonly first: number;
  readonly last: number;
}

/** A log as the page opens it. */
export interface OpenedLog {
  readonly logId: string;
  readonly lines: number;
  readonly sizeBytes: number;
  /** What the page shows of it: the row of `list --json`, steps, known error lines. */
  readonly facts: Readonly<Record<string, unknown>>;
  read(span: LineSpan): AsyncIterable<KeptLine>;
  /** Bytes `[start, end)` of the masked text. */
  bytes(start: number, end: number): AsyncIterable<Uint8Array>;
}

/** Finds a log by its id or a start of it and calls `use` with it; it is closed when the promise settles. */
export type WithLog = <T>(logId: string, use: (log: OpenedLog) => Promise<T>) => Promise<T>;
