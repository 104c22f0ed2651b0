// Secrets stop here: bytes of a log go in, masked bytes come out, before anything is hashed or written. This file
// is the door; the stream is mask/stream.ts, a line's secrets mask/line.ts. No unmasked byte passes it.
import { MaskStream } from './mask/stream.ts';
import { buildTables, type MaskTables } from './mask/tables.ts';
import { RULES_VERSION } from './mask/tokens.ts';

declare const masked: unique symbol;
/** Bytes that went through a masker; made only in this file. */
export type MaskedBytes = Uint8Array & { readonly [masked]: true };

/** What a masker did, for the manifest. */
export interface MaskReport {
  /** Version of the rule data; null when masking was switched off. */
  readonly rules: string | null;
  /** Masks by rule. */
  readonly counts: Readonly<Record<string, number>>;
  /** Lines kept as a note only, because masking them failed. */
  readonly withheldLines: number;
}

/** A value that must not be kept, under the name it came by (shown in messages; the value never is). */
export interface ToldValue {
  readonly name: string;
  readonly value: string;
}

/**
 * Pushes bytes through; what comes out is the same for every way of cutting the input. Pieces that come out may share
 * memory with the chunk pushed last: they are to be used before that is written to again.
 */
export interface Masker {
  push(chunk: Uint8Array): readonly MaskedBytes[];
  end(): readonly MaskedBytes[];
  report(): MaskReport;
}

const asMasked = (bytes: Uint8Array): MaskedBytes => bytes as MaskedBytes;

/** Passes everything: only for `--no-mask --i-know`. */
export function createOpenMasker(): Masker {
  return {
    push: (chunk) => [asMasked(chunk)],
    end: () => [],
    report: () => ({ rules: null, counts: {}, withheldLines: 0 }),
  };
}

/** Tables by the list of told values they are for: a batch of logs has one list. */
const tablesOfList = new WeakMap<readonly ToldValue[], MaskTables>();
const NO_VALUES: readonly ToldValue[] = [];

function tablesFor(told: readonly ToldValue[]): MaskTables {
  const list = told.length === 0 ? NO_VALUES : told;
  const known = tablesOfList.get(list);
  if (known !== undefined) return known;
  const tables = buildTables(list.map(({ value }) => value));
  tablesOfList.set(list, tables);
  return tables;
}

/**
 * Masks told values in all their forms and everything that the rules know; the tables are built at the first push.
 * Marks that are there already stay, lines stay lines, and a line on which masking fails is kept as a note alone.
 */
export function createMasker(options: { readonly told: readonly ToldValue[] }): Masker {
  const stream = new MaskStream(
    () => tablesFor(options.told),
    options.told.map(({ value }) => value),
  );
  return {
    push: (chunk) => stream.push(chunk).map(asMasked),
    end: () => stream.end().map(asMasked),
    report: () => ({ rules: RULES_VERSION, ...stream.counts() }),
  };
}
