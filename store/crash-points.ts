// Named places at which a test may kill this process, as a power cut or an impatient runner would. Without a test that
// arms one, they do nothing.

/** Every place, in the order of a log's path. Crash tests go through all of them. */
export const CRASH_POINTS = [
  'capture:staged', // the staged file is there, empty
  'capture:framed', // a frame is in it
  'capture:written', // all of it, with its tables, synced
  'seal:named', // it has the name of a sealed log, without a note
  'seal:noted', // the note is there: from here on the log survives
  'put:temporary', // a folder store has the bytes under a temporary name
  'put:linked', // and under the object's name, not yet synced
  'deliver:object',
  'deliver:feed',
  'deliver:manifest', // the commit point is passed
  'spool:note-removed',
  'spool:removed',
  'archive:indexed',
  'flush:rekeyed', // an old sealed log got a new capture id, and still has the old one
  'sync:manifest', // a manifest is read, its log not yet indexed
  'sync:ingested',
  'sync:logs', // every log, before the facts
  'sync:facts', // the facts, before the cursors are moved
  'prune:tombstone',
  'prune:manifest',
  'prune:object',
  'prune:feed',
  'prune:leftover',
  'repair:feed',
  'reindex:built', // the new index is whole, the old one still in place
  'reindex:replaced',
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];

let armed: { readonly name: string; left: number } | undefined;

/** `NAME`, or `NAME#3` for the third time that it is passed; undefined disarms. For `main.ts` and tests. */
export function armCrashPoint(spec: string | undefined): void {
  const [name = '', count = '1'] = (spec ?? '').split('#');
  armed = name === '' ? undefined : { name, left: Number(count) };
}

/** Ends the process here with SIGKILL, when a test has asked for that. */
export function crashPoint(name: CrashPoint): void {
  if (armed?.name !== name) return;
  armed.left -= 1;
  if (armed.left === 0) process.kill(process.pid, 'SIGKILL');
}
