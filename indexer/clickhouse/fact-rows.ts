// Facts as rows of the engine, and back.
import type { Fact, FactContent } from '../../store/facts.ts';
import { subjectOf } from '../fact-subject.ts';
import { inChunks } from './chunks.ts';
import type { EngineClient, EngineRow } from './client.ts';
import type { StoredFact } from './passing-index.ts';
import { text, texts } from './sql-text.ts';

/** The row of `fact`. */
export function factRow({ store, fact }: StoredFact): Readonly<Record<string, unknown>> {
  const { id, by, storedAtMs, ...content } = fact;
  return {
    kind: fact.kind,
    subject: subjectOf(fact),
    store,
    id,
    stored_ms: storedAtMs,
    author: by,
    content: JSON.stringify(content),
  };
}

const COLUMNS = 'store, id, stored_ms, author, content';

function factOf(row: EngineRow): StoredFact {
  const [store, id, storedMs, author, content] = row;
  const parsed = JSON.parse(String(content)) as FactContent;
  return {
    store: String(store),
    fact: { ...parsed, id: String(id), by: String(author), storedAtMs: Number(storedMs) } as Fact,
  };
}

/** Facts of everybody: renames and names. A team has thousands of them, not millions. */
export const GENERAL_KINDS = ['rename', 'mechanism', 'unname'] as const;

const ofKinds = (kinds: readonly string[]): string => `SELECT ${COLUMNS} FROM fact FINAL WHERE kind IN ${texts(kinds)}`;

/** Every fact of some kinds. */
export const readGeneralFacts = async (
  client: EngineClient,
  kinds: readonly (typeof GENERAL_KINDS)[number][],
): Promise<readonly StoredFact[]> => (await client.rows(ofKinds(kinds))).map(factOf);

/** Facts about attempts of these subjects, and tombstones of these logs. */
export async function readFactsOf(
  client: EngineClient,
  of: { readonly subjects: Iterable<string>; readonly logs: Iterable<string> },
): Promise<readonly StoredFact[]> {
  const found: StoredFact[] = [];
  for (const subjects of inChunks(of.subjects)) {
    const query = `${ofKinds(['identity', 'conclusion'])} AND subject IN ${texts(subjects)}`;
    for (const row of await client.rows(query)) found.push(factOf(row));
  }
  for (const logs of inChunks(of.logs)) {
    const query = `${ofKinds(['tombstone'])} AND subject IN ${texts(logs)}`;
    for (const row of await client.rows(query)) found.push(factOf(row));
  }
  return found;
}

/** Tombstones of logs whose id starts so. */
export const readTombstones = async (client: EngineClient, prefix: string): Promise<readonly StoredFact[]> =>
  (await client.rows(`${ofKinds(['tombstone'])} AND startsWith(subject, ${text(prefix)})`)).map(factOf);
