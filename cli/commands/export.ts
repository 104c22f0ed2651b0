// `firstred export`: logs with their manifests as plain files in a folder or a tar, for people without access.
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { countText } from '../../store/count-text.ts';
import { AppError } from '../../store/errors.ts';
import { readLog } from '../../store/frames.ts';
import { fsError } from '../../store/fs-errors.ts';
import type { Manifest } from '../../store/manifest.ts';
import { manifestToJson } from '../../store/manifest-json.ts';
import { showText } from '../../store/visible-text.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { REF_FILTER_OPTIONS } from '../filters.ts';
import { readManifest, sourceFinder } from '../log-source.ts';
import { openProgress, type Progress } from '../progress.ts';
import { type OpenedStore, openSession } from '../session.ts';
import { createTarWriter } from '../tar.ts';

export const exportLogs: Command = {
  name: 'export',
  summary: 'Writes logs and their manifests into a folder or a tar, for people without access.',
  arguments: '<refs...>',
  group: 'more',
  options: [
    { flags: '--out <path>', summary: 'a folder, or a file that ends in .tar (default: firstred-export)' },
    ...REF_FILTER_OPTIONS,
  ],
  examples: [
    { line: 'firstred export 4f2a91c:test#1 4f2a91c:test#2 --out flake-17.tar', summary: 'a red and a green attempt' },
    { line: 'firstred export last-red --out for-the-vendor', summary: 'into a folder' },
  ],
  exitCodes: {
    [EXIT.done]: 'written',
    [EXIT.notFound]: 'nothing kept answers to a REF; nothing was written',
    [EXIT.damaged]: 'a log is damaged',
  },
  run: runExport,
};

interface ExportedLog {
  readonly manifest: Manifest;
  text(): AsyncIterable<Uint8Array>;
}

async function runExport(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const out = input.text('out') ?? 'firstred-export';
  const session = openSession(await io.config());
  try {
    const store = await session.store();
    const find = sourceFinder(input, io, session);
    const logs = new Map<string, ExportedLog>();
    for (const ref of input.arguments) {
      const source = await find(ref);
      if (source.kind === 'file')
        throw new AppError('USAGE', `${source.ref} is a file already`, { hint: 'export takes logs that are kept' });
      logs.set(source.log.logId, exportedLog(store, await readManifest(session, source.log)));
    }
    const progress = await openProgress(input, io);
    const all = withProgress([...logs.values()], progress);
    await (out.endsWith('.tar') ? writeTar(out, all) : writeFolder(out, all)).finally(() => progress.clear());
    const rows = all.map(({ manifest }) => ({ logId: manifest.logId, sizeBytes: manifest.text.sizeBytes }));
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify({ out, logs: rows })}\n`);
    else await io.stdout.write(`${showText(out)}: ${countText(rows.length, 'log')}\n`);
    return EXIT.done;
  } finally {
    await session.close();
  }
}

const exportedLog = (store: OpenedStore, manifest: Manifest): ExportedLog => ({
  manifest,
  text: () => readLog(store, manifest),
});

/** The same logs; reading their texts moves the line of progress. */
function withProgress(logs: readonly ExportedLog[], progress: Progress): readonly ExportedLog[] {
  const total = logs.reduce((sum, { manifest }) => sum + manifest.text.sizeBytes, 0);
  let done = 0;
  return logs.map(({ manifest, text }) => ({
    manifest,
    async *text() {
      for await (const chunk of text()) {
        done += chunk.byteLength;
        progress.show({ what: 'written', done, total });
        yield chunk;
      }
    },
  }));
}

/** Files get their names when they are whole. */
async function writeFolder(folder: string, logs: readonly ExportedLog[]): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const { manifest, text } of logs) {
      const path = join(folder, `${manifest.logId}.log`);
      await writeFile(`${path}.part`, text());
      await rename(`${path}.part`, path);
      await writeFile(join(folder, `${manifest.logId}.json`), manifestToJson(manifest));
    }
  } catch (error) {
    throw fsError(error, folder);
  }
}

async function writeTar(path: string, logs: readonly ExportedLog[]): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(`${path}.part`, 'w');
    try {
      const tar = createTarWriter(file);
      for (const { manifest, text } of logs) {
        const json = Buffer.from(manifestToJson(manifest));
        const timeMs = manifest.capture.finishedAtMs;
        await tar.add(`${manifest.logId}.json`, json.byteLength, once(json), timeMs);
        await tar.add(`${manifest.logId}.log`, manifest.text.sizeBytes, text(), timeMs);
      }
      await tar.end();
    } finally {
      await file.close();
    }
    await rename(`${path}.part`, path);
  } catch (error) {
    throw fsError(error, path);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
