// Schema version 2: the pieces of long words, so that a search for a part of a word passes over blocks that can't have it.

/** Of blocks that were indexed before, nothing is known: one byte with every bit set lets every part pass. */
export const LONG_WORDS_SCHEMA = `
-- The four-byte pieces of the words of a block that are too long to be indexed (long-words.ts).
CREATE TABLE long_words (block INTEGER PRIMARY KEY, grams BLOB NOT NULL) STRICT;
INSERT INTO long_words SELECT rowid, X'FF' FROM text WHERE text MATCH '"' || char(1) || 'l"';
`;
