// Every schema version, in order: the text that leads from the one before to it. Released ones are never edited.
export const MIGRATIONS: readonly string[] = [];
