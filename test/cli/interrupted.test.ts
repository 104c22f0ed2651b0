// What a command says that a signal has stopped.
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endOf, makeHome, startCommand } from '../support/command.ts';

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a command that %s stops ends with %d and says what to do', async (signal, code) => {
  const home = await makeHome();
  const log = join(home.folder, 'long.log');
  await writeFile(log, 'a line that fills the pipe\n'.repeat(2_000_000));
  const child = startCommand(home, ['show', log]);
  await once(child.stdout!, 'readable'); // nobody reads on: the command waits for room
  child.kill(signal);
  expect(await endOf(child)).toMatchObject({
    code,
    stderr: `firstred: interrupted by ${signal}\n  run the command again: what is done stays\n`,
  });
});
