// The short form of many processes at once; the long one (200 writers, 8 syncs) is test/slow/soak.ts.
import { test } from 'vitest';
import { makeHome } from '../support/command.ts';
import { expectCrowd } from '../support/crowd.ts';

test('many archives, syncs and readers at once: nothing lost, overwritten, or refused as busy', async () => {
  await expectCrowd(await makeHome(), { writers: 16, sameAttempt: 5, syncs: 3, readers: 4 });
});
