// verify finds what is wrong with a store, names what is left over, and --repair only adds.
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SCHEMAS } from '../../cli/schemas.ts';
import { makeHome, type TestHome } from '../support/command.ts';
import { listedLogs, runHere } from '../support/crash-checks.ts';
import { snapshotOf } from '../support/store-files.ts';

async function storeOfTwo(): Promise<TestHome> {
  const home = await makeHome();
  for (const n of [1, 2]) {
    const file = join(home.folder, `${n}.log`);
    await writeFile(file, `log ${n}\n${'a line\n'.repeat(200_000 * (n - 1))}`);
    const identity = ['--repo', 'h/o/n', '--sha', 'abcdef0123', '--job', 'j', '--run', '1', '--attempt', String(n)];
    expect((await runHere(home, ['archive', file, '--no-index', ...identity])).code).toBe(0);
  }
  return home;
}

/** Files of the store whose path ends so, largest name first. */
async function filesOf(home: TestHome, part: string): Promise<string[]> {
  const names = await readdir(home.store, { recursive: true });
  return names
    .filter((name) => name.includes(part))
    .map((name) => join(home.store, name))
    .sort();
}

async function verify(home: TestHome, ...flags: readonly string[]) {
  const { code, stdout } = await runHere(home, ['verify', '--json', ...flags]);
  return { code, ...SCHEMAS.verify.parse(JSON.parse(stdout)) };
}

/** Changes a file that is write-protected or not. */
async function change(path: string, edit: (bytes: Buffer) => Buffer): Promise<void> {
  await chmod(path, 0o600);
  await writeFile(path, edit(await readFile(path)));
}

test('a whole store is whole, shallow and deep', async () => {
  const home = await storeOfTwo();
  for (const flags of [[], ['--deep'], ['--repair']])
    expect(await verify(home, ...flags)).toMatchObject({
      code: 0,
      logs: 2,
      damaged: [],
      leftovers: [],
      missingFeed: [],
    });
});

test.each<[string, string, (bytes: Buffer) => Buffer, boolean]>([
  ['a shortened object', '.zst', (bytes) => bytes.subarray(0, bytes.length - 1), false],
  ['a lengthened object', '.zst', (bytes) => Buffer.concat([bytes, Buffer.from('x')]), false],
  ['a broken table', '.zst', (bytes) => bytes.fill(255, bytes.length - 20), false],
  ['a flipped byte of the text', '.zst', (bytes) => flip(bytes, 12), true],
  ['a manifest that is no JSON', '.json', () => Buffer.from('{'), false],
  [
    'a manifest with another digest',
    '.json',
    (bytes) => Buffer.from(bytes.toString().replace(/"sha256": "./, '"sha256": "0')),
    false,
  ],
  [
    'a manifest of a newer format',
    '.json',
    (bytes) => Buffer.from(bytes.toString().replace('"format": 1', '"format": 99')),
    false,
  ],
])('%s is damage', async (_name, ending, edit, needsDeep) => {
  const home = await storeOfTwo();
  const [path] = (await filesOf(home, 'logs/')).filter((name) => name.endsWith(ending));
  const before = await readFile(path ?? '');
  await change(path ?? '', edit);
  if ((await readFile(path ?? '')).equals(before)) await change(path ?? '', (bytes) => flip(bytes, 13));
  const shallow = await verify(home);
  if (!needsDeep) expect(shallow).toMatchObject({ code: 25, logs: 1, damaged: [expect.anything()] });
  const deep = await verify(home, '--deep');
  expect(deep).toMatchObject({ code: 25, logs: 1, damaged: [expect.anything()] });
  expect(await verify(home, '--repair', '--deep')).toMatchObject({ code: 25, repaired: [] });
});

const flip = (bytes: Buffer, at: number): Buffer => {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes;
};

test('a manifest whose object is gone is damage', async () => {
  const home = await storeOfTwo();
  const [object] = (await filesOf(home, '.zst')).filter((name) => name.endsWith('.zst'));
  await rm(object ?? '');
  const report = await verify(home);
  expect(report).toMatchObject({ code: 25, damaged: [{ problem: 'its object is not there' }] });
});

/** What the report says to do, behind its last count. */
const adviceOf = async (home: TestHome): Promise<string> =>
  (await runHere(home, ['verify'])).stdout.split('left over').at(-1)?.trim() ?? '';

test('each kind of finding is told with what to do about it', async () => {
  const home = await storeOfTwo();
  expect(await adviceOf(home)).toBe('');
  await writeFile(join(home.store, 'notes.txt'), 'by somebody');
  expect(await adviceOf(home)).toBe(''); // nothing of ours removes it
  await runHere(home, ['sync']);
  const keep = ['--keep-red', '0s', '--keep-green', '0s', '--keep-other', '0s'];
  expect((await runHere(home, ['prune', ...keep, '--apply'])).code).toBe(0);
  expect(await adviceOf(home)).toBe('; `firstred prune --apply` removes what is buried, a day after its tombstone');
  const other = await storeOfTwo();
  const objects = (await filesOf(other, '.zst')).filter((name) => name.endsWith('.zst'));
  await rm(objects[0]?.replace(/\.zst$/, '.json') ?? '');
  await rm(objects[1] ?? '');
  expect(await adviceOf(other)).toBe(
    '; what is damaged can only be put back from a copy of the store; `firstred prune --leftovers --apply` removes old ones',
  );
});

test('a damaged feed entry or fact is damage, and an unknown key is left alone', async () => {
  const home = await storeOfTwo();
  const [entry] = (await filesOf(home, 'feed/')).filter((name) => name.endsWith('.json'));
  await change(entry ?? '', () => Buffer.from('[]'));
  await runHere(home, ['rename-repo', 'h/o/n', 'h/o/m']);
  const [fact] = (await filesOf(home, 'facts/')).filter((name) => name.endsWith('.json'));
  await change(fact ?? '', () => Buffer.from('no fact'));
  await writeFile(join(home.store, 'notes.txt'), 'by somebody');
  const report = await verify(home);
  expect(report.damaged.map(({ key }) => key.replace(/\/.*/, '')).sort()).toEqual(['facts', 'feed']);
  expect(report.leftovers).toMatchObject([{ kind: 'foreign', key: 'notes.txt' }]);
  await runHere(home, ['prune', '--leftovers', '--older-than', '0s', '--apply']);
  expect(await readFile(join(home.store, 'notes.txt'), 'utf8')).toBe('by somebody');
});

test('--repair adds what the feed lacks and changes nothing that is there', async () => {
  const home = await storeOfTwo();
  await rm(join(home.store, 'feed'), { recursive: true });
  const before = snapshotOf(home.store);
  expect((await verify(home)).missingFeed).toHaveLength(2);
  expect(await listedLogs(home)).toEqual([]);
  expect(await verify(home, '--repair')).toMatchObject({
    code: 0,
    missingFeed: [],
    repaired: [expect.anything(), expect.anything()],
  });
  expect(snapshotOf(home.store)).toMatchObject(before);
  expect(await listedLogs(home)).toHaveLength(2);
});

test('a damaged manifest is damaged, and not also one that --repair would add to the feed', async () => {
  const home = await storeOfTwo();
  const [first = ''] = await filesOf(home, '.json').then((files) => files.filter((file) => file.includes('/logs/')));
  await rm(join(home.store, 'feed'), { recursive: true });
  await change(first, () => Buffer.from('{'));
  const report = await verify(home);
  expect([report.code, report.damaged, report.missingFeed]).toEqual([25, [expect.anything()], [expect.anything()]]);
  expect(report.missingFeed).not.toContain(report.damaged[0]?.key);
});

test('what crashed writers left is named, in the store and in the spool', async () => {
  const home = await storeOfTwo();
  const manifests = (await filesOf(home, 'logs/')).filter((name) => name.endsWith('.json'));
  await rm(manifests[0] ?? '');
  await writeFile(`${manifests[1]?.replace(/[^/]+$/, '')}~0011223344556677~x.zst`, 'half');
  await writeFile(join(home.spool, 'abcdefgh.part'), 'half');
  const report = await verify(home);
  expect(report.code).toBe(0);
  expect(report.leftovers.map(({ kind }) => kind).sort()).toEqual(['feed', 'object', 'spool', 'unfinished']);
  // The first of them is whole but for its manifest.
  expect(await verify(home, '--repair')).toMatchObject({ repaired: [expect.stringMatching(/^logs\//)], logs: 1 });
  expect((await verify(home)).logs).toBe(2);
});

test('a store that is not there is said', async () => {
  const home = await makeHome();
  const failed = await runHere(home, ['verify']).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: 'STORE_MISSING' });
});
