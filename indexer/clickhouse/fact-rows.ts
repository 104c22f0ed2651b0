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

/** Facts about attempts of these subjects, and tombstones of these logs; renames too where they are asked for. */
export async function readFactsOf(
  client: EngineClient,
  of: { readonly subjects: Iterable<string>; readonly logs: Iterable<string>; readonly withRenames?: boolean },
): Promise<readonly StoredFact[]> {
  const wanted = [
    ...[...of.subjects].map((subject) => ({ kinds: ['identity', 'conclusion'], subject })),
    ...[...of.logs].map((subject) => ({ kinds: ['tombstone'], subject })),
  ];
  const asked = await Promise.all(
    // Without anything to look for there are still the renames.
    [...inChunks(wanted), ...(wanted.length === 0 ? [[]] : [])].map((chunk, n) => {
      const pairs = chunk.flatMap(({ kinds, subject }) => kinds.map((kind) => `(${text(kind)}, ${text(subject)})`));
      const conditions = [
        ...(pairs.length === 0 ? [] : [`(kind, subject) IN (${pairs.join(', ')})`]),
        ...(n === 0 && of.withRenames === true ? ["kind = 'rename'"] : []),
      ];
      const query = `SELECT ${COLUMNS} FROM fact FINAL WHERE ${conditions.join(' OR ')}`;
      return conditions.length === 0 ? [] : client.rows(query);
    }),
  );
  return asked.flat().map(factOf);
}

/** Tombstones of logs whose id starts so. */
export const readTombstones = async (client: EngineClient, prefix: string): Promise<readonly StoredFact[]> =>
  (await client.rows(`${ofKinds(['tombstone'])} AND startsWith(subject, ${text(prefix)})`)).map(factOf);
