// Another reader of the store, written after docs/format.md: zstd's own tool, JSON.parse and node:fs, nothing of ours.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LineTimes } from '../../store/line-times.ts';
import { ensureStoreFormat, openStore } from '../../store/open-store.ts';
import { type CaptureText, keepText, makeCaptureTools } from '../support/captures.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { ODD_TEXTS } from '../support/texts.ts';

/** biome-ignore lint/suspicious/noExplicitAny: a foreign reader has only what JSON.parse gives. */
type Json = any;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

const readJson = (path: string): Json => JSON.parse(readFileSync(path, 'utf8'));
const zstd = (bytes: Uint8Array): Buffer => execFileSync('zstd', ['-dc'], { input: bytes, maxBuffer: 2 ** 28 });
const hex = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Keys of the folder, in order. */
const keysOf = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

/** "Keys": encoding of a segment. */
function segment(name: string | null): string {
  if (name === null) return '-';
  if (name === '') return '%';
  const percent = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  let out = '';
  for (const byte of Buffer.from(name)) {
    const char = String.fromCharCode(byte);
    out += /[A-Za-z0-9._-]/.test(char) ? char : percent(byte);
  }
  if (out === '-') out = '%2D';
  if (out.startsWith('.') || /^(con|prn|aux|nul|com\d|lpt\d)($|\.)/i.test(out))
    out = percent(out.charCodeAt(0)) + out.slice(1);
  if (out.endsWith('.')) out = `${out.slice(0, -1)}%2E`;
  if (out.length <= 100 && name.isWellFormed()) return out;
  return `${out.slice(0, 74).replace(/%.?$/, '')}%_${hex(JSON.stringify(name)).slice(0, 24)}`;
}

/** "Keys": where a manifest must lie. */
function keyOf({ attempt, logName, text, capture }: Json): string {
  const parts = (attempt.repo ?? '').split('/').filter((part: string) => part !== '');
  const name = parts.pop() ?? null;
  const host = parts.length > 1 ? parts.shift() : null;
  const owner = parts.length > 0 ? parts.join('/') : null;
  const known = [
    attempt.run,
    attempt.attempt === null ? null : `a${attempt.attempt}`,
    attempt.providerId === null ? null : `t${attempt.providerId}`,
  ].filter((part) => part !== null);
  const run = known.length === 0 ? null : known.join('-');
  const folder = [host, owner, name, attempt.sha, attempt.workflow, attempt.job, run].map(segment).join('/');
  return `logs/${folder}/${segment(logName)}-${text.sha256.slice(0, 32)}-${capture.id}.json`;
}

/** "Log id". */
function logIdOf({ attempt: a, logName, text }: Json): string {
  const array = [a.repo, a.sha, a.workflow, a.job, a.run, a.attempt, a.providerId, logName, text.sha256];
  const bits = [...Buffer.from(hex(JSON.stringify(array)).slice(0, 20), 'hex')].map((b) =>
    b.toString(2).padStart(8, '0'),
  );
  return `L${(bits.join('').match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join('')}`;
}

function* varints(bytes: Uint8Array): Generator<number> {
  let value = 0;
  let shift = 0;
  for (const byte of bytes) {
    value += (byte & 127) * 2 ** shift;
    shift += 7;
    if (byte < 128) {
      yield value;
      value = 0;
      shift = 0;
    }
  }
}

/** A skippable frame of firstred's: its letters and content. */
function ownTable(bytes: Buffer): { letters: string; content: Buffer } {
  expect(bytes.readUInt32LE(0)).toBe(0x184d2a5b);
  expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
  expect(bytes[12]).toBe(1);
  return { letters: bytes.toString('latin1', 8, 12), content: bytes.subarray(13) };
}

/** "The log object": frames from the file's end, without a manifest. */
function framesOf(object: Buffer): { start: number; end: number; textBytes: number }[] {
  expect(object.readUInt32LE(object.length - 4)).toBe(0x8f92eab1);
  const entries = object.readUInt32LE(object.length - 9);
  const table = object.length - 17 - entries * 8;
  expect(object.readUInt32LE(table)).toBe(0x184d2a5e);
  let at = 0;
  return Array.from({ length: entries }, (_, n) => {
    const start = at;
    at += object.readUInt32LE(table + 8 + n * 8);
    return { start, end: at, textBytes: object.readUInt32LE(table + 12 + n * 8) };
  });
}

/** The store of one log, as files. */
async function keepOne(
  text: Buffer,
  options: CaptureText = {},
): Promise<{ folder: string; manifest: Json; object: Buffer; key: string }> {
  const folder = join(await makeTempFolder(), 'store');
  const store = await openStore(folder);
  await ensureStoreFormat(store);
  await keepText(store, await makeCaptureTools(), text, options);
  const key = keysOf(folder).find((k) => k.startsWith('logs/') && k.endsWith('.json')) ?? '';
  const manifest = readJson(join(folder, key));
  return { folder, manifest, key, object: readFileSync(join(folder, key.replace(/json$/, 'zst'))) };
}

test.each(Object.entries(ODD_TEXTS))('a log of %s is found by the feed and read by zstd -dc', async (_name, text) => {
  const { folder, object, manifest } = await keepOne(text);
  const feed = keysOf(folder).filter((key) => key.startsWith('feed/'));
  const entry = readJson(join(folder, feed[0] ?? ''));
  expect(readJson(join(folder, entry.manifest))).toEqual(manifest);
  expect(zstd(object).equals(text)).toBe(true);
  expect(manifest.text).toMatchObject({ sizeBytes: text.length, sha256: hex(text) });
  expect(manifest.object).toMatchObject({ sizeBytes: object.length, sha256: hex(object) });
});

test('the store says its format', async () => {
  const { folder } = await keepOne(Buffer.from('x\n'));
  expect(readJson(join(folder, 'firstred.json'))).toMatchObject({
    format: 1,
    storeId: expect.stringMatching(/^S[0-9a-z]{16}$/),
  });
});

test.each([
  ['of every day', {}],
  [
    'of nothing known',
    {
      repo: undefined,
      sha: undefined,
      workflow: undefined,
      job: undefined,
      run: undefined,
      attempt: undefined,
      providerId: undefined,
    },
  ],
  ['of hostile names', { repo: 'host/a/b/..', workflow: '../../x', job: 'CON', run: '' }],
  ['of a long matrix', { job: `e2e (${'ü, '.repeat(500)})`, attempt: undefined }],
  ['of half a character', { job: 'a\uD800b' }],
])('key and log id of an identity %s are what the page says', async (_what, attempt) => {
  const { key, manifest } = await keepOne(Buffer.from('x\n'), { attempt });
  expect(key).toBe(keyOf(manifest));
  expect(manifest.logId).toBe(logIdOf(manifest));
});

test('one frame, cut out by the seek table, is a zstd file of its own', async () => {
  const text = ODD_TEXTS['a line longer than two frames'] ?? Buffer.alloc(0);
  const { object, manifest } = await keepOne(text);
  const frames = framesOf(object);
  expect(frames.at(-1)?.end).toBe(manifest.object.seekTable.start);
  let at = 0;
  for (const { start, end, textBytes } of frames.slice(0, manifest.object.frames)) {
    expect(zstd(object.subarray(start, end)).equals(text.subarray(at, at + textBytes))).toBe(true);
    at += textBytes;
  }
  expect(at).toBe(text.length);
  expect(frames.slice(manifest.object.frames).map((frame) => frame.textBytes)).toEqual([0]);
});

test('a line is found by the line table', async () => {
  const text = ODD_TEXTS['lines over many frames'] ?? Buffer.alloc(0);
  const { object, manifest } = await keepOne(text);
  const { lineTable } = manifest.object;
  const { letters, content } = ownTable(object.subarray(lineTable.start, lineTable.end));
  expect(letters).toBe('FRLT');
  const frames = framesOf(object);
  const wanted = 33_333;
  let line = 1;
  let found = { frame: 0, firstLine: 1 };
  [...varints(content)].forEach((value, frame) => {
    line += value >> 1;
    if (line < wanted || (line === wanted && value % 2 === 0)) found = { frame, firstLine: line };
  });
  const lines = zstd(object.subarray(frames[found.frame]?.start, frames[found.frame]?.end)).toString().split('\n');
  expect(lines[wanted - found.firstLine]).toBe(text.toString().split('\n')[wanted - 1]);
});

test('the side table says when lines came and from where', async () => {
  const times = new LineTimes(1_000);
  times.add('stdout', 2, 1_500);
  times.add('stderr', 1, 1_750);
  const sideTable = times.end(3);
  const { object, manifest } = await keepOne(Buffer.from('a\nb\nc\n'), { sideTable: sideTable ?? Buffer.alloc(0) });
  const range = manifest.object.sideTable;
  const { letters, content } = ownTable(object.subarray(range.start, range.end));
  expect(letters).toBe('FRSD');
  const payload = zstd(content.subarray(4));
  expect(payload.length).toBe(content.readUInt32LE(0));
  expect([...varints(payload)]).toEqual([1_000, 500 * 2, 2, 250 * 2 + 1, 1]);
});

test('without the feed every log is found by listing', async () => {
  const { folder, key } = await keepOne(Buffer.from('x\n'));
  writeFileSync(join(folder, 'logs', 'no-key ~.json'), ''); // a name that no key has
  const found = keysOf(folder).filter((k) => /^logs\/[A-Za-z0-9._%/-]+\.json$/.test(k));
  expect(found).toEqual([key]);
});
