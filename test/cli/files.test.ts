// What firstred writes is its owner's alone, and what others put in its way is not followed.
import { chmod, chown, lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeHome, type TestHome } from '../support/command.ts';
import { runHere } from '../support/crash-checks.ts';

const IDENTITY = ['--repo', 'h/o/n', '--sha', 'abcdef0123', '--job', 'j', '--run', '7', '--attempt', '1'];
const AWAY = {
  FIRSTRED_STORE: 's3://nowhere/x',
  FIRSTRED_STORE_TIMEOUT: '1s',
  FIRSTRED_S3_ENDPOINT: 'http://127.0.0.1:9',
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'y',
};

async function keep(home: TestHome, text = 'a line with someword\n'): Promise<void> {
  const file = join(home.folder, 'in.log');
  await writeFile(file, text);
  await runHere(home, ['archive', file, ...IDENTITY]);
}

/** Below `folder`, what group or others may do anything with. */
async function openToOthers(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  const look = async (path: string): Promise<void> => {
    const facts = await lstat(path);
    if (!facts.isSymbolicLink() && (facts.mode & 0o077) !== 0)
      found.push(`${path} ${(facts.mode & 0o777).toString(8)}`);
    if (facts.isDirectory()) for (const name of await readdir(path)) await look(join(path, name));
  };
  await look(folder);
  return found;
}

test('store, spool, index, cache and state are for their owner alone, whatever the umask', async () => {
  const before = process.umask(0);
  try {
    const home = await makeHome();
    await keep(home);
    await keep({ ...home, env: { ...home.env, ...AWAY } }, 'waits for its store\n');
    await runHere(home, ['search', 'someword', '--since-last', 'mine']);
    await runHere(home, ['show', 'last-red']).catch(() => undefined);
    for (const place of [home.store, home.spool, home.index]) expect(await openToOthers(place)).toEqual([]);
    for (const suffix of ['-wal', '-shm'])
      if ((await lstat(home.index + suffix).catch(() => undefined)) !== undefined)
        expect(await openToOthers(home.index + suffix)).toEqual([]);
    for (const xdg of ['cache', 'state', 'data']) {
      const folder = join(home.folder, xdg);
      if ((await lstat(folder).catch(() => undefined)) !== undefined) expect(await openToOthers(folder)).toEqual([]);
    }
    expect((await readdir(home.spool)).length).toBeGreaterThan(0);
  } finally {
    process.umask(before);
  }
});

test('the index of another user is refused in two lines', async () => {
  const home = await makeHome();
  await keep(home);
  const own = process.geteuid;
  // Only root may give a file away; anybody else is made to look like another user.
  if (own?.() === 0) await chown(home.index, 4711, 4711);
  else process.geteuid = () => 4711;
  try {
    for (const argv of [['search', 'someword'], ['list'], ['sync']])
      await expect(runHere(home, argv)).rejects.toMatchObject({
        code: 'REFUSED',
        message: expect.stringContaining('belongs to another user (uid '),
        hint: expect.stringContaining('firstred sync'),
      });
  } finally {
    if (own !== undefined) process.geteuid = own;
  }
});

test('an index that everybody may write is refused', async () => {
  const home = await makeHome();
  await keep(home);
  await chmod(home.index, 0o666);
  await expect(runHere(home, ['search', 'someword'])).rejects.toMatchObject({ code: 'REFUSED' });
});

test('what another user put beside an index for SQLite to read is refused', async () => {
  const home = await makeHome();
  await keep(home);
  for (const beside of ['-wal', '-shm', '-journal']) {
    const planted = `${home.index}${beside}`;
    await writeFile(planted, '');
    await chmod(planted, 0o666);
    await expect(runHere(home, ['search', 'someword'])).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining(beside),
    });
    await rm(planted);
  }
});

test('a log is kept although the index is refused', async () => {
  const home = await makeHome();
  await keep(home);
  await chmod(home.index, 0o666);
  const file = join(home.folder, 'in.log');
  await writeFile(file, 'another one\n');
  const { code, stdout } = await runHere(home, ['archive', file, '--json', ...IDENTITY]);
  expect(JSON.parse(stdout)).toMatchObject([{ state: 'created' }]);
  expect([0, 20]).toContain(code);
});

test('a symbolic link in the spool is not followed, and nothing is delivered from where it leads', async () => {
  const home = await makeHome();
  await keep({ ...home, env: { ...home.env, ...AWAY } }, 'waits for its store\n');
  const note = (await readdir(home.spool)).find((name) => name.endsWith('.json')) ?? '';
  const outside = join(home.folder, 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'secret'), 'not a log\n');
  await symlink(join(outside, 'secret'), join(home.spool, 'aaaaaaaa.zst'));
  await writeFile(
    join(home.spool, 'aaaaaaaa.json'),
    (await readFile(join(home.spool, note), 'utf8')).replaceAll(note.slice(0, 8), 'aaaaaaaa'),
  );
  await symlink(join(home.spool, note), join(home.spool, 'bbbbbbbb.json'));
  await keep(home); // the store is there now
  const { stderr } = await runHere(home, ['flush']);
  expect(stderr).toContain('aaaaaaaa.json');
  expect(stderr).toContain('bbbbbbbb.json');
  expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('not a log\n');
});

test('a symbolic link in the place of a store’s folder is not written through', async () => {
  const home = await makeHome();
  const outside = join(home.folder, 'outside');
  await mkdir(outside);
  await mkdir(home.store, { mode: 0o700 });
  await symlink(outside, join(home.store, 'logs'));
  await keep(home).catch(() => undefined);
  expect(await readdir(outside)).toEqual([]);
});
