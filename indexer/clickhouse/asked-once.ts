// What a search has asked already: where its first look finds nothing, the second one mostly asks for the same words.
import type { EngineClient, EngineRow } from './client.ts';

/** Who answers questions. */
export type EngineAnswers = Pick<EngineClient, 'rows'>;

/** Asks the engine each question once. */
export function askOnce(client: EngineAnswers): EngineAnswers {
  const asked = new Map<string, Promise<readonly EngineRow[]>>();
  return {
    rows: (query) => {
      const answer = asked.get(query) ?? client.rows(query);
      asked.set(query, answer);
      return answer;
    },
  };
}
