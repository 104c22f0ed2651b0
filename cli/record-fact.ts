// Writes a fact into the store and applies it here, so that the next command sees it without a sync.
import { applyFact } from '../indexer/facts.ts';
import { type Fact, type FactContent, writeFact } from '../store/facts.ts';
import type { Session } from './session.ts';
import { toolName } from './version.ts';

/** The fact as it stands in the store. */
export async function recordFact(session: Session, content: FactContent): Promise<Fact> {
  const fact = await writeFact(await session.store(), content, { by: session.config.author, tool: toolName() });
  const team = await session.team();
  if (team === undefined) applyFact(await session.indexForWriting(), await session.storeId(), fact);
  else {
    await team.make();
    await team.addFacts(await session.storeId(), [{ key: undefined, fact }]);
  }
  return fact;
}
