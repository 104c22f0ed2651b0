// Text and flags → a checked query. INTERFACE ONLY FOR NOW.
import type { Query, QueryFlags } from './log-index.ts';

/** A checked query. USAGE with a caret under the mistake, PATTERN_TOO_COSTLY when it is beyond the bounds. */
export function parseQuery(_text: string, _flags: QueryFlags): Query {
  throw new Error('not yet');
}
