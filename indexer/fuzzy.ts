// The nearest known error headlines to a few words. Over distinct headlines only, never over lines.
import { createRequire } from 'node:module';
import type FuseType from 'fuse.js';
import type { LogIndexReader } from './log-index.ts';
import { KNOWN_HEADLINES } from './statements.ts';

/** SECURITY bounds both: fuse.js compares the needle with every headline. */
const MAX_NEEDLE = 64;
const MAX_HEADLINES = 50_000;
/** chosen: fuse.js's own default is 0.6, which finds something for any word. */
const THRESHOLD = 0.4;

export interface NearHeadline {
  /** 0 the same, 1 nothing alike. */
  readonly score: number;
  readonly signature: string;
  readonly headline: string;
  /** Attempts that show it. */
  readonly attempts: number;
}

/** The headlines most like `text`, best first. */
export function findNearestHeadlines(index: LogIndexReader, text: string, limit: number): NearHeadline[] {
  const known = index.db.all(KNOWN_HEADLINES, { limit: MAX_HEADLINES });
  if (known.length === 0) return [];
  const Fuse = loadFuse();
  const fuse = new Fuse(known, { keys: ['headline'], includeScore: true, ignoreLocation: true, threshold: THRESHOLD });
  return fuse.search(text.slice(0, MAX_NEEDLE), { limit }).map(({ item, score }) => ({
    score: score ?? 1,
    signature: item.signature,
    headline: item.headline,
    attempts: item.attempts,
  }));
}

/** Loaded when something is looked for: no other command pays for it. */
function loadFuse(): typeof FuseType {
  const loaded = createRequire(import.meta.url)('fuse.js') as typeof FuseType | { readonly default: typeof FuseType };
  return 'default' in loaded ? loaded.default : loaded;
}
