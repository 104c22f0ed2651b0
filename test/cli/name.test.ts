// `name`: the fact holds every template of the signature, so that a later template version can find it again.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { signatureOf } from '../../indexer/signatures.ts';
import { expectCode, makeHome, runCommand } from '../support/command.ts';

const LOG = [
  'collected 2 items',
  '2026-05-04T09:00:00Z --- FAIL: TestCart (0.21s)',
  '    cart_test.go:41: setting up',
  '2026-05-04T09:00:01Z Error: total is 7, want 9',
  'exit status 1',
  '',
].join('\n');

test('of a failed test and its message both templates are kept, and they make the signature', async () => {
  const home = await makeHome();
  writeFileSync(join(home.folder, 'work/a.log'), LOG);
  const identity = ['--repo', 'git.example.test/a/b', '--sha', '4f2a91c', '--job', 'j', '--conclusion', 'red'];
  expectCode(await runCommand(home, ['archive', 'a.log', ...identity]), 0);
  const rows: { signature: string; headline: string }[] = JSON.parse(
    expectCode(await runCommand(home, ['signatures', '--json']), 0).stdout.toString(),
  );
  const pair = rows.find((row) => row.headline.includes(' … '));
  const single = rows.find((row) => row.headline.startsWith('Error: total'));
  for (const row of [pair, single])
    expectCode(await runCommand(home, ['name', row?.signature ?? '', '--mechanism', 'regression']), 0);
  const facts = readdirSync(join(home.store, 'facts'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(home.store, 'facts', name), 'utf8')));
  const templatesOf = (signature?: string): string[] => facts.find((fact) => fact.signature === signature)?.templates;
  expect(templatesOf(pair?.signature)).toHaveLength(2);
  expect(templatesOf(single?.signature)).toHaveLength(1);
  for (const row of [pair, single]) expect(signatureOf(templatesOf(row?.signature))).toBe(row?.signature);
});
