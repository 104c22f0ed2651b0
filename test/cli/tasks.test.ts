// The ten tasks of test/tasks.md as sessions: each line runs as it stands there, and what people see is kept as a whole.
// Changed by `vitest run -u`, read in review.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAIN, makeHome, type TestHome } from '../support/command.ts';
import { ROOT } from '../support/sources.ts';
import { makeKeptFolder } from '../support/temp-folder.ts';

/** Number, name and shell lines of each task, in order. */
const tasks = [
  ...readFileSync(path.join(ROOT, 'test/tasks.md'), 'utf8').matchAll(/^## (\d+)\. ([^\n]+)\n+```sh\n([\s\S]*?)^```/gm),
].map(([, number = '', name = '', lines = '']) => ({ number, name, lines: lines.trim().split('\n') }));

let home: TestHome;

beforeAll(async () => {
  home = await makeHome({ FIRSTRED_AUTHOR: 'tester' }, await makeKeptFolder());
  cpSync(path.join(ROOT, 'demo/logs'), path.join(home.folder, 'work'), { recursive: true });
  const bin = path.join(home.folder, 'bin');
  mkdirSync(bin);
  writeFileSync(path.join(bin, 'firstred'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  chmodSync(path.join(bin, 'firstred'), 0o755);
});
afterAll(() => rmSync(home.folder, { recursive: true, force: true }));

function session(lines: readonly string[]): string {
  return lines
    .map((line) => {
      const { stdout, stderr, status } = spawnSync('sh', ['-c', line], {
        cwd: path.join(home.folder, 'work'),
        env: { ...home.env, PATH: `${path.join(home.folder, 'bin')}:${home.env['PATH']}` },
      });
      const code = status === 0 ? '' : `(exit ${status})\n`;
      return `$ ${line}\n${stdout}${stderr}${code}`;
    })
    .join('\n');
}

/** What depends on today goes: ages with the columns that they widen, and the day until which a name holds. */
const withoutToday = (text: string): string =>
  text
    .replace(/ +\d+ ?[a-z]+ ago/g, ' <age>')
    .replace(/until \d{4}-\d\d-\d\d/g, 'until <day>')
    .replace(/AGE +/g, 'AGE ')
    .replace(/LAST +/g, 'LAST ');

test('there are ten', () =>
  expect(tasks.map(({ number }) => number)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']));

test.each(tasks)('$name', async ({ number, lines }) => {
  const said = session(lines);
  expect(said).not.toMatch(/\(exit 2\)|unexpected failure/);
  await expect(withoutToday(said)).toMatchFileSnapshot(`../golden/session-${number.padStart(2, '0')}.txt`);
});
