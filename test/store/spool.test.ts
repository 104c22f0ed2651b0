import { chmod, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSpool, type SealedLog } from '../../store/spool.ts';
import { makeCaptureTools, sealText } from '../support/captures.ts';
import { collect } from '../support/collect.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

async function listAll(folder: string): Promise<{ logs: readonly SealedLog[]; damaged: readonly string[] }> {
  const damaged: string[] = [];
  const logs = await collect(openSpool(folder).list((path) => damaged.push(path)));
  return { logs, damaged };
}

test('a sealed log is listed with its manifest and store', async () => {
  const tools = { ...(await makeCaptureTools()), storeUrl: 's3://bucket/prefix' };
  const sealed = await sealText(tools, 'a line\n');
  const { logs, damaged } = await listAll(tools.spool.folder);
  expect(logs).toEqual([sealed]);
  expect(damaged).toEqual([]);
});

test('a spool that was never used lists nothing', async () => {
  expect((await listAll(join(await makeTempFolder(), 'nowhere'))).logs).toEqual([]);
});

test('only the owner may read a spool and what is in it', async () => {
  const tools = await makeCaptureTools();
  await sealText(tools, 'a line\n');
  expect((await stat(tools.spool.folder)).mode & 0o077).toBe(0);
  for (const name of await readdir(tools.spool.folder))
    expect((await stat(join(tools.spool.folder, name))).mode & 0o077).toBe(0);
});

test('a removed log is gone with its object', async () => {
  const tools = await makeCaptureTools();
  await tools.spool.remove(await sealText(tools, 'a line\n'));
  expect(await readdir(tools.spool.folder)).toEqual([]);
});

test('a log that was removed by another process is removed again without harm', async () => {
  const tools = await makeCaptureTools();
  const sealed = await sealText(tools, 'a line\n');
  await tools.spool.remove(sealed);
  await tools.spool.remove(sealed);
});

test('logs are listed oldest first', async () => {
  const tools = await makeCaptureTools();
  const sealed: SealedLog[] = [];
  for (const text of ['one\n', 'two\n', 'three\n']) sealed.push(await sealText(tools, text));
  const [one, two, three] = sealed.map((s) => s.objectPath.replace(/zst$/, 'json'));
  await utimes(one ?? '', 300, 300);
  await utimes(two ?? '', 100, 100);
  await utimes(three ?? '', 200, 200);
  const { logs } = await listAll(tools.spool.folder);
  expect(logs.map((l) => l.manifest.logId)).toEqual([1, 2, 0].map((n) => sealed[n]?.manifest.logId));
});

test('captures under way and names of others are no logs', async () => {
  const tools = await makeCaptureTools();
  const sealed = await sealText(tools, 'a line\n');
  await tools.spool.stagePath('00000000', 'to-seal');
  for (const name of ['00000000.part', 'zzzzzzzz.json.part', 'README.json', '.json'])
    await writeFile(join(tools.spool.folder, name), '{}');
  const { logs, damaged } = await listAll(tools.spool.folder);
  expect(logs).toEqual([sealed]);
  expect(damaged).toEqual([]);
});

test.each([
  ['empty', ''],
  ['half written', '{"store": "/x", "manif'],
  ['null', 'null'],
  ['without a store', '{"manifest": {}}'],
  ['without a manifest', '{"store": "/x"}'],
])('a note that is %s is told and left alone', async (_how, note) => {
  const tools = await makeCaptureTools();
  const good = await sealText(tools, 'a line\n');
  const path = join(tools.spool.folder, '00000000.json');
  await writeFile(path, note);
  const { logs, damaged } = await listAll(tools.spool.folder);
  expect(logs).toEqual([good]);
  expect(damaged).toEqual([path]);
  expect(await readFile(path, 'utf8')).toBe(note);
});

test('an input that breaks off leaves nothing behind', async () => {
  const tools = await makeCaptureTools();
  async function* broken(): AsyncIterable<Uint8Array> {
    yield Buffer.from('half a l');
    throw new Error('the pipe broke');
  }
  await expect(sealText(tools, broken())).rejects.toThrow('the pipe broke');
  expect(await readdir(tools.spool.folder)).toEqual([]);
});

test('a spool folder that cannot be made is an error that says what to set', async () => {
  const file = join(await makeTempFolder(), 'file');
  await writeFile(file, '');
  const tools = { ...(await makeCaptureTools()), spool: openSpool(join(file, 'spool')) };
  await expect(sealText(tools, 'x')).rejects.toMatchObject({
    code: 'INPUT_UNREADABLE',
    hint: expect.stringContaining('FIRSTRED_SPOOL'),
  });
});

test('a spool folder that cannot be written is refused by name', async () => {
  const folder = await makeTempFolder();
  const tools = { ...(await makeCaptureTools()), spool: openSpool(folder) };
  await chmod(folder, 0o555);
  const asRoot = process.geteuid?.() === 0;
  if (asRoot) process.seteuid?.(65_534); // rights do not bind root
  try {
    await expect(sealText(tools, 'x')).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining(folder),
    });
  } finally {
    if (asRoot) process.seteuid?.(0);
    await chmod(folder, 0o700);
  }
});

test('a manifest says that a log is cut, and why', async () => {
  const { manifest } = await sealText(await makeCaptureTools(), 'a line\n', { cutReason: 'the disk was full' });
  expect(manifest.capture).toMatchObject({ complete: false, cutReason: 'the disk was full' });
});

test('an object that vanished is still listed: delivering it says so', async () => {
  const tools = await makeCaptureTools();
  const sealed = await sealText(tools, 'a line\n');
  await rm(sealed.objectPath);
  expect((await listAll(tools.spool.folder)).logs).toHaveLength(1);
});
