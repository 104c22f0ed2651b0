// The rival that one would write in an afternoon: SQLite's FTS5 with every line as a row with its text, the default tokenizer.
import { closeSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { getFrameTable, listLogs } from '../indexer/attempts.ts';
import type { LogIndexReader } from '../indexer/log-index.ts';
import { readFrames } from '../store/frames.ts';
import type { ObjectReader } from '../store/object-store.ts';
import { measure, spreadText } from './measure.ts';

/** Fills it with all kept text and asks `asked`; it finds whole words only. Needs the `sqlite3` command. */
export async function measurePlainFts5(
  folder: string,
  { index, reader }: { readonly index: LogIndexReader; readonly reader: ObjectReader },
  asked: readonly string[],
): Promise<void> {
  const file = path.join(folder, 'plain.db');
  const text = path.join(folder, 'plain.txt');
  const script = path.join(folder, 'plain.sql');
  for (const each of [file, text]) rmSync(each, { force: true });
  const rawBytes = await writeText(text, { index, reader });
  writeFileSync(
    script,
    `.mode ascii\n.separator "\\037" "\\n"\nCREATE VIRTUAL TABLE lines USING fts5(text);\nBEGIN;\n.import '${text}' lines\nCOMMIT;\n`,
  );
  const filled = await measure('sh', ['-c', 'sqlite3 "$1" <"$2" 2>/dev/null', 'sh', file, script]);
  console.log(
    `FTS5 with stored text: filled at ${(rawBytes / 1e6 / (filled.wallMs / 1000)).toFixed(1)} MB/s, ${((statSync(file).size / rawBytes) * 100).toFixed(0)} % of the text`,
  );
  const times: number[] = [];
  for (const each of asked) {
    const phrase = each.replaceAll('"', '').replaceAll("'", '');
    const ask = `SELECT rowid FROM lines WHERE lines MATCH '"${phrase}"' LIMIT 20;`;
    times.push((await measure('sh', ['-c', 'sqlite3 "$1" "$2" >/dev/null', 'sh', file, ask])).wallMs);
  }
  console.log(`  ${spreadText(times, 1)} ms a process; it finds whole words only, and cannot find parts of one`);
  for (const each of [file, text, script]) rmSync(each, { force: true });
}

async function writeText(
  file: string,
  { index, reader }: { readonly index: LogIndexReader; readonly reader: ObjectReader },
): Promise<number> {
  const out = openSync(file, 'wx');
  let bytes = 0;
  for (const log of listLogs(index, {}, { limit: undefined }))
    for await (const frame of readFrames(reader, log.objectKey, getFrameTable(index, log.logKey)))
      bytes += writeSync(out, frame);
  closeSync(out);
  return bytes;
}
