// Brings parts of the engine's index into one in memory, whole attempts at a time.
import type { LogIndex } from '../log-index.ts';
import { SET_RANK, UNNUMBERED_LOGS } from '../statements-parts.ts';
import { CAPTURE_COLUMNS, type CaptureRecord, captureOf } from './capture-rows.ts';
import { inChunks } from './chunks.ts';
import type { EngineClient } from './client.ts';
import { readFactsOf } from './fact-rows.ts';
import { ranksBeside } from './filter-condition.ts';
import { subjectsIn } from './links.ts';
import { addParts } from './passing-index.ts';
import { texts } from './sql-text.ts';

/**
 * Adds the attempts with these ids and whatever is tied to them: all their logs, captures and facts, at once, so that they
 * fall into attempts as they did when the engine's rows were made. Renames must be there already.
 */
export async function loadAttempts(client: EngineClient, index: LogIndex, attemptIds: Iterable<string>): Promise<void> {
  let isUnnumbered = false;
  for (const chunk of inChunks(new Set(attemptIds))) {
    const logs: string[] = [];
    const subjects = new Set<string>();
    const query = `SELECT log, links, number FROM log FINAL
      WHERE circle IN (SELECT circle FROM log FINAL WHERE attempt_id IN ${texts(chunk)})`;
    for (const [log, links, number] of await client.rows(query)) {
      logs.push(String(log));
      for (const subject of subjectsIn(links as readonly string[])) subjects.add(subject);
      isUnnumbered ||= number === null;
    }
    addParts(index, await readCaptures(client, logs), await readFactsOf(client, { subjects, logs }));
  }
  if (isUnnumbered) await setRanks(client, index);
}

async function readCaptures(client: EngineClient, logs: readonly string[]): Promise<readonly CaptureRecord[]> {
  const found: CaptureRecord[] = [];
  for (const chunk of inChunks(logs)) {
    const query = `SELECT ${CAPTURE_COLUMNS} FROM capture FINAL WHERE log IN ${texts(chunk)} AND buried = 0
      ORDER BY placed, log, key`;
    for (const row of await client.rows(query)) found.push(captureOf(row));
  }
  return found;
}

/** The rank of an attempt is over all attempts of its job at its commit, of which only some are here. */
async function setRanks(client: EngineClient, index: LogIndex): Promise<void> {
  const attemptOf = new Map(index.db.all(UNNUMBERED_LOGS, {}).map((row) => [row.log_id, row.attempt]));
  for (const chunk of inChunks(attemptOf.keys())) {
    const rows = await client.rows(ranksBeside(texts(chunk)));
    index.db.transaction(() => {
      for (const [attemptId, rank] of rows) {
        const id = attemptOf.get(String(attemptId));
        if (id !== undefined) index.db.run(SET_RANK, { id, rank: Number(rank) });
      }
    });
  }
}
