// Raw figures for the plots of docs/performance.md, kept as JSON beside it: scripts/draw-figures.mjs draws them.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** How the index grew while a store was indexed. */
export interface Growth {
  /** Text indexed and size of the index file, both in bytes. */
  readonly points: readonly (readonly [rawBytes: number, indexBytes: number])[];
}

/** Milliseconds of many queries of a kind inside one process. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly queries: number;
}

/** What was measured of one store. */
export interface Latencies {
  readonly rawBytes: number;
  readonly rivalMs: number;
  readonly kinds: Readonly<Record<string, Latency>>;
}

interface Figures {
  readonly growth: Record<string, Growth>;
  readonly latency: Record<string, Latencies>;
}

/** Puts one store's figures into `file`, in the place of what stood there under its name. */
export function saveFigures<K extends keyof Figures>(
  file: string,
  kind: K,
  { name, found }: { readonly name: string; readonly found: Figures[K][string] },
): void {
  const figures: Figures = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Figures)
    : { growth: {}, latency: {} };
  const next = { ...figures, [kind]: { ...figures[kind], [name]: found } };
  writeFileSync(file, `${JSON.stringify(next, undefined, 1)}\n`);
}

/** `2.0 GB of made logs`: what a store is called in the figures. */
export const storeName = (rawBytes: number, isMade: boolean): string =>
  `${rawBytes < 1e9 ? `${(rawBytes / 1e6).toFixed(0)} MB` : `${(rawBytes / 1e9).toFixed(1)} GB`} of ${isMade ? 'made' : 'real'} logs`;
