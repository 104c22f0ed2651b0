// Old log ids stay good: a log of which a masked copy was made leads to that copy, over several rounds of it.

import type { LogId } from '../store/log-id.ts';
import type { LogIndexReader } from './log-index.ts';
import { FIND_REDIRECTS } from './statements-redirect.ts';

/** chosen: one copy a version of the rules; a circle of tombstones, which nothing of ours writes, ends too. */
const MAX_STEPS = 64;

/** The log that took the place of the one whose id starts with `prefix`; undefined when none did, or several. */
export function followRedirect(index: LogIndexReader, prefix: string): LogId | undefined {
  let found: string | undefined;
  for (let from = prefix, step = 0; step < MAX_STEPS; step++) {
    const [only, ...others] = index.db.all(FIND_REDIRECTS, { from, to: `${from}~` });
    if (only === undefined || others.length > 0) break;
    found = only.redirect_to;
    from = found;
  }
  return found as LogId | undefined;
}
