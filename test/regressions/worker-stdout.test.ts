// A worker that compresses was bundled so that it ran the command line once more, and printed the help between results.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectCode, makeHome, runCommand } from '../support/command.ts';

test('keeping a log that is large enough for workers prints its result and nothing else', async () => {
  const home = await makeHome();
  writeFileSync(join(home.folder, 'work', 'big.log'), 'a line that says little\n'.repeat(1_500_000));
  const result = await runCommand(home, ['archive', 'big.log', '--job', 'big', '--json']);
  expect(JSON.parse(expectCode(result, 0).stdout.toString())).toMatchObject([{ state: 'created', lines: 1_500_000 }]);
});
