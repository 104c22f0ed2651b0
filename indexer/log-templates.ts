// Where the packed templates of each log are kept: in parts, as rows of a quarter of a page left a sixth of the table empty.
import type { IndexReadDatabase, IndexWriteDatabase } from './database.ts';
import { ADD_TEMPLATES, TEMPLATES_OF_LOG } from './statements.ts';

/** measured on 2,035 real logs: halves leave as little empty, and more rows cost more than they save. */
const PART_BYTES = 480;

/** Writes the packed templates of a log that has none. */
export function addTemplates(db: IndexWriteDatabase, log: number, packed: Uint8Array): void {
  for (let part = 0; part * PART_BYTES < packed.length; part++)
    db.run(ADD_TEMPLATES, { log, part, content: packed.subarray(part * PART_BYTES, (part + 1) * PART_BYTES) });
}

/** The packed templates of a log (template-set.ts); empty when none are known. */
export const templatesOfLog = (db: IndexReadDatabase, log: number): Uint8Array =>
  Buffer.concat(db.all(TEMPLATES_OF_LOG, { key: log }).map(({ content }) => content));
