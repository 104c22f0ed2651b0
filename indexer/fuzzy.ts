// The nearest known error headlines to a few words. Over distinct headlines only, never over lines.
import { createRequire } from 'node:module';
import type FuseType from 'fuse.js';
import type { LogIndexReader } from './log-index.ts';
import { readSignature } from './signature-bytes.ts';
import { ATTEMPTS_OF_SIGNATURE, NEWEST_HEADLINES } from './statements.ts';

/** SECURITY bounds it: fuse.js compares the needle with every headline. */
const MAX_NEEDLE = 64;
/** chosen: a headline whose logs have gone since is passed over, so a few more are looked at. */
const SPARE = 20;
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

/** Of the `among` newest headlines the `limit` most like `text`, best first. */
export function findNearestHeadlines(
  index: LogIndexReader,
  text: string,
  { limit, among }: { readonly limit: number; readonly among: number },
): NearHeadline[] {
  const known = knownHeadlines(index, among);
  if (known.length === 0) return [];
  const Fuse = loadFuse();
  const fuse = new Fuse(known, { keys: ['headline'], includeScore: true, ignoreLocation: true, threshold: THRESHOLD });
  return fuse
    .search(text.slice(0, MAX_NEEDLE), { limit: limit + SPARE })
    .map(({ item: { signature, headline, attempts }, score = 1 }) => ({
      score,
      signature,
      headline,
      attempts: attempts(),
    }))
    .filter(({ attempts }) => attempts > 0)
    .sort((a, b) => a.score - b.score || b.attempts - a.attempts)
    .slice(0, limit);
}

interface KnownHeadline {
  readonly signature: string;
  readonly headline: string;
  /** Asked of the few that are found: counting them all would take longer. */
  attempts(): number;
}

function knownHeadlines({ db, parts }: LogIndexReader, among: number): readonly KnownHeadline[] {
  const told = parts?.told({ kind: 'headlines', limit: among });
  if (told !== undefined) return told.map(({ attempts, ...rest }) => ({ ...rest, attempts: () => attempts }));
  return db.all(NEWEST_HEADLINES, { limit: among }).map(({ id, signature, headline }) => ({
    signature: readSignature(signature),
    headline,
    attempts: () => db.get(ATTEMPTS_OF_SIGNATURE, { id })?.attempts ?? 0,
  }));
}

/** Loaded when something is looked for: no other command pays for it. */
function loadFuse(): typeof FuseType {
  const loaded = createRequire(import.meta.url)('fuse.js') as typeof FuseType | { readonly default: typeof FuseType };
  return 'default' in loaded ? loaded.default : loaded;
}
