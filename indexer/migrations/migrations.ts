// Every schema version, in order: the text that leads from the one before to it. Released ones are never edited.
import { INDEX_SCHEMA } from './0001-index.ts';
import { LONG_WORDS_SCHEMA } from './0002-long-words.ts';
import { NARROW_ROWS_SCHEMA } from './0003-narrow-rows.ts';
import { FEWER_COPIES_SCHEMA, PACKING_FUNCTIONS } from './0004-fewer-copies.ts';

export const MIGRATIONS: readonly string[] = [INDEX_SCHEMA, LONG_WORDS_SCHEMA, NARROW_ROWS_SCHEMA, FEWER_COPIES_SCHEMA];

/** What these texts call: of one text, of which SQLite knows no packing. */
export const MIGRATION_FUNCTIONS: readonly (readonly [name: string, pack: (text: string) => Uint8Array])[] =
  Object.entries(PACKING_FUNCTIONS);
