// The package as another program's dependency: packed, unpacked into its node_modules, imported, and its types checked.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeHome } from './support/command.ts';
import { ROOT } from './support/sources.ts';
import { makeKeptFolder } from './support/temp-folder.ts';

const { dependencies, optionalDependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};
const EXAMPLE = /^```js\n([\s\S]*?)^```/m.exec(readFileSync(path.join(ROOT, 'docs/library.md'), 'utf8'))?.[1] ?? '';

let folder = '';
let env: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  const home = await makeHome({}, await makeKeptFolder());
  folder = path.join(home.folder, 'work');
  ({ env } = home);
  const modules = path.join(folder, 'node_modules');
  mkdirSync(modules);
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const tarball = execFileSync('npm', pack, { cwd: ROOT }).toString().trim().split('\n').at(-1) ?? '';
  execFileSync('tar', ['-xf', path.join(folder, tarball), '-C', modules]);
  execFileSync('mv', [path.join(modules, 'package'), path.join(modules, 'firstred')]);
  for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), '@types/node']) {
    // What does not fit this Node was left out of the installation.
    if (!existsSync(path.join(ROOT, 'node_modules', name))) continue;
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    symlinkSync(path.join(ROOT, 'node_modules', name), path.join(modules, name));
  }
});

const node = (...args: string[]): string[] =>
  execFileSync(process.execPath, args, { cwd: folder, env }).toString().trim().split('\n');

test('the example of the documentation runs from the packed package', () => {
  writeFileSync(path.join(folder, 'example.mjs'), EXAMPLE);
  expect(node('example.mjs')).toEqual([
    'created 2 lines',
    'true 2 error: connection refused by db-7:5432',
    'in 1 of 1 red attempts',
    'unknown',
    'NOT_FOUND',
  ]);
});

test('require gives the same names, and nothing is loaded or printed before it is asked for', () => {
  const names = `const api = require('firstred'); console.log(Object.keys(api).sort().join(' '))`;
  expect(node('-e', names)).toEqual(['archive isFirstredError openIndex openStore search why']);
  const loaded = `require('firstred'); console.log(Object.keys(require.cache).filter((file) => /better-sqlite3|zstd|aws-sdk/.test(file)).length)`;
  expect(node('-e', loaded)).toEqual(['0']);
});

test('a log that is there keeps its id, a file that is not there is an error with a hint', () => {
  const program = `
    import { archive, isFirstredError, openStore } from 'firstred';
    import { writeFileSync } from 'node:fs';
    const store = await openStore('./other');
    writeFileSync('a.log', 'token ' + process.env.SECRET_VALUE + '\\n');
    const attempt = { repo: 'git.example.org/acme/app', sha: 'a'.repeat(40), job: 'unit', run: '3', attempt: 1, labels: { team: 'core' } };
    const first = await archive(store, 'a.log', attempt, { maskEnv: ['SECRET_VALUE'] });
    const second = await archive(store, 'a.log', attempt, { maskEnv: ['SECRET_VALUE'] });
    console.log(first.state, second.state, first.logId === second.logId, first.masked);
    await archive(store, 'nowhere.log', attempt).catch((error) => console.log(isFirstredError(error), error.code, error.hint !== ''));
    await openStore('ftp://somewhere').catch((error) => console.log(error.code));
    const given = new AbortController();
    given.abort();
    await archive(store, 'a.log', { ...attempt, attempt: 2 }, { signal: given.signal }).catch(() => console.log('given up'));`;
  writeFileSync(path.join(folder, 'more.mjs'), program);
  env = { ...env, SECRET_VALUE: 'hunter2-hunter2-hunter2' };
  expect(node('more.mjs')).toEqual(['created unchanged true 1', 'true INPUT_MISSING true', 'USAGE', 'given up']);
});

test('the types stand alone, and fit the example and their own misuse', () => {
  const published = readFileSync(path.join(folder, 'node_modules/firstred/dist/api/firstred.d.mts'), 'utf8');
  expect(published).not.toMatch(/from ['"]|import\(/);
  const right = `${EXAMPLE.replaceAll('next.value.red', 'next.value?.red').replace('answer.hypotheses[0].mechanism', 'answer.hypotheses[0]?.mechanism')}`;
  writeFileSync(path.join(folder, 'right.mts'), right);
  const wrong = `import { archive, openStore } from 'firstred';\nawait archive(await openStore('x'), 'a.log', { attempt: 'one' });\n`;
  writeFileSync(path.join(folder, 'wrong.mts'), wrong);
  const check = (file: string): string => {
    const flags = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--types',
      'node',
      '--skipLibCheck',
    ];
    try {
      return execFileSync(path.join(ROOT, 'node_modules/.bin/tsc'), [...flags, file], { cwd: folder }).toString();
    } catch (error) {
      return String((error as { stdout: Buffer }).stdout);
    }
  };
  expect(check('right.mts')).toBe('');
  expect(check('wrong.mts')).toContain("'string' is not assignable to type 'number'");
});
