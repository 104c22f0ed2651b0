// The names that hold, out of the facts that the index has.
import type { FactContent } from '../store/facts.ts';
import type { LogIndexReader } from './log-index.ts';
import { type ActiveName, activeNames, type NameFact } from './names.ts';
import { FACTS_OF_KIND } from './statements-facts.ts';

/** Every name that holds at `nowMs`. */
export function listActiveNames(index: LogIndexReader, nowMs: number): readonly ActiveName[] {
  const facts = (['mechanism', 'unname'] as const).flatMap((kind) =>
    index.db.all(FACTS_OF_KIND, { kind }).map((row): NameFact => {
      const content = JSON.parse(row.content) as Extract<FactContent, { readonly kind: 'mechanism' | 'unname' }>;
      return { ...content, id: row.fact_id, by: row.author, storedAtMs: row.stored_ms };
    }),
  );
  return activeNames(facts, nowMs);
}
