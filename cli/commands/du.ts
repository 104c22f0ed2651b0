// `firstred du`: what store, spool, index and caches take, with their bounds.

import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_CACHE_BYTES } from '../../indexer/frame-cache.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { tableText } from '../output.ts';
import { openProgress } from '../progress.ts';
import { isTeamIndex, openSession, type Session } from '../session.ts';
import { bytesText } from '../sizes.ts';

export const du: Command = {
  name: 'du',
  summary: 'Sizes of store, spool, index and caches, with their bounds.',
  group: 'more',
  options: [],
  examples: [
    { line: 'firstred du', summary: 'a table' },
    { line: 'firstred du --json', summary: 'for a monitor of disks and bills' },
  ],
  exitCodes: { [EXIT.done]: 'said', [EXIT.notYet]: 'the store did not answer' },
  run: runDu,
};

/** `boundBytes: null`: nothing bounds it but `prune`. */
interface SizeRow {
  readonly what: string;
  readonly where: string;
  readonly files: number;
  readonly sizeBytes: number;
  readonly boundBytes: number | null;
}

async function runDu(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const session = openSession(await io.config());
  try {
    const progress = await openProgress(input, io);
    const inStore = storeRows(session, (done) => progress.show({ what: 'listed', done, things: 'objects' }));
    const rows = [...(await inStore.finally(() => progress.clear())), ...(await localRows(session))];
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
    else
      await io.stdout.write(
        tableText(
          rows,
          [
            { title: 'WHAT', cell: (row) => row.what },
            { title: 'SIZE', align: 'right', cell: (row) => bytesText(row.sizeBytes) },
            { title: 'FILES', align: 'right', cell: (row) => String(row.files) },
            {
              title: 'BOUND',
              align: 'right',
              cell: (row) => (row.boundBytes === null ? '-' : bytesText(row.boundBytes)),
            },
            { title: 'WHERE', cell: (row) => row.where },
          ],
          io.stdout.columns,
        ),
      );
    return EXIT.done;
  } finally {
    await session.close();
  }
}

const STORE_PARTS = [
  ['store: logs', 'logs/'],
  ['store: feed', 'feed/'],
  ['store: facts', 'facts/'],
  ['store: snapshots', 'index/'],
] as const;

async function storeRows(session: Session, onListed: (count: number) => void): Promise<readonly SizeRow[]> {
  let listed = 0;
  const store = await session.store();
  const rows: SizeRow[] = [];
  for (const [what, prefix] of STORE_PARTS) {
    let files = 0;
    let sizeBytes = 0;
    for await (const found of store.list(prefix)) {
      files += 1;
      onListed(++listed);
      sizeBytes += found.sizeBytes;
    }
    rows.push({ what, where: `${store.url}/${prefix}`, files, sizeBytes, boundBytes: null });
  }
  return rows;
}

async function localRows(session: Session): Promise<readonly SizeRow[]> {
  const { spool, spoolMaxBytes, index, cache } = session.config;
  const frames = join(cache, 'frames');
  return [
    { what: 'spool', where: spool, ...(await sizeOfFolder(spool)), boundBytes: spoolMaxBytes },
    // What a team's engine takes is asked of the engine: docs/team-engine.md.
    ...(isTeamIndex(session.config) ? [] : [await indexRow(index)]),
    { what: 'cache of frames', where: frames, ...(await sizeOfFolder(frames)), boundBytes: MAX_CACHE_BYTES },
  ];
}

async function indexRow(index: string): Promise<SizeRow> {
  const indexFiles = await Promise.all(['', '-wal', '-shm'].map((ending) => sizeOfFile(index + ending)));
  const sizes = indexFiles.filter((size) => size !== undefined);
  const sizeBytes = sizes.reduce((a, b) => a + b, 0);
  return { what: 'index', where: index, files: sizes.length, sizeBytes, boundBytes: null };
}

const sizeOfFile = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ size }) => size,
    () => undefined,
  );

async function sizeOfFolder(folder: string): Promise<{ readonly files: number; readonly sizeBytes: number }> {
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  let files = 0;
  let sizeBytes = 0;
  for (const entry of entries.filter((each) => each.isFile())) {
    files += 1;
    sizeBytes += (await sizeOfFile(join(entry.parentPath, entry.name))) ?? 0; // 0: gone meanwhile
  }
  return { files, sizeBytes };
}
