// What the demo does, as shell lines with a word before each: demo.mjs runs them, demo-picture.mjs draws them.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '..');

const DOCKER = '--repo github.com/hashicorp/terraform --sha 5fb206a32a --workflow build.yml --job docker --run 312';

/** `picture`: shown in the README. */
export const STEPS = [
  {
    word: 'One commit, one job. It was red…',
    line: `firstred archive demo/logs/docker.attempt-1.red.log ${DOCKER} --attempt 1 --conclusion red --started-at 2022-04-27T19:35:18Z`,
    picture: true,
  },
  {
    word: '…and green when it was run again. Most CI servers would have only this log left now.',
    line: `firstred archive demo/logs/docker.attempt-2.green.log ${DOCKER} --attempt 2 --conclusion green --started-at 2022-04-27T20:01:40Z`,
    picture: true,
  },
  { word: 'Both are kept.', line: 'firstred list', picture: true },
  {
    word: 'The second did not touch the first: byte for byte what it was.',
    line: 'firstred show 5fb206a32a:docker#1 --raw | cmp - demo/logs/docker.attempt-1.red.log && echo same',
    picture: true,
  },
  {
    word: 'Four older attempts of another job, from a list.',
    line: 'firstred archive --batch demo/history.jsonl',
    picture: true,
  },
  {
    word: 'Who has seen this error before? The last line is its base rate.',
    line: 'firstred search "could not fetch content descriptor"',
    picture: true,
  },
  {
    word: 'And this failing test?',
    line: 'firstred search --limit 4 "FAIL: TestCloud_configWithEnvVars ("',
  },
  {
    word: 'What the red attempt has that the green one has not, best first.',
    line: 'firstred errors 5fb206a32a:docker#1 | head -n 4',
  },
];

/**
 * A home of its own for `firstred`, in a temporary folder, with an empty store and a `firstred` on its PATH; `use` gets
 * the environment, and everything is gone afterwards.
 */
export async function withDemoHome(use) {
  const folder = mkdtempSync(path.join(tmpdir(), 'firstred-demo-'));
  try {
    mkdirSync(path.join(folder, 'bin'));
    const program = path.join(folder, 'bin/firstred');
    writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${path.join(ROOT, 'dist/cli/main.js')}" "$@"\n`);
    chmodSync(program, 0o755);
    await use({
      PATH: `${path.join(folder, 'bin')}:/usr/local/bin:/usr/bin:/bin`,
      HOME: folder,
      FIRSTRED_STORE: path.join(folder, 'store'),
      FIRSTRED_INDEX: path.join(folder, 'index.db'),
      FIRSTRED_SPOOL: path.join(folder, 'spool'),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
