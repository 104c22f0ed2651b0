// `rules test`: an error rule is tried on every kept log before anybody relies on it.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SCHEMAS } from '../../cli/schemas.ts';
import { expectCode, makeHome, runCommand, type TestHome } from '../support/command.ts';
import { makeKeptFolder } from '../support/temp-folder.ts';

let home: TestHome;

/** 10 green and 3 red attempts; the last red has the two lines in the other order. */
beforeAll(async () => {
  home = await makeHome({}, await makeKeptFolder());
  const rows: object[] = [];
  const keep = (n: number, conclusion: string, text: string): void => {
    writeFileSync(join(home.folder, 'work', `${n}.log`), text);
    rows.push({
      file: `${n}.log`,
      repo: 'git.example.test/a/b',
      sha: '4f2a91c',
      workflow: 'ci',
      job: 'e2e',
      run: `${n}`,
      attempt: 1,
      conclusion,
    });
  };
  for (let n = 0; n < 10; n++)
    keep(n, 'success', `start\n${n < 2 ? 'could not refresh cache\n' : ''}ack seen\nwait for ack\nend\n`);
  for (let n = 10; n < 12; n++)
    keep(n, 'failure', 'start\nwait for ack\n\u001b[31mpool\u001b[0m has no slot\nack seen\nend\n');
  keep(12, 'failure', `wait for ack\n${'beat\n'.repeat(40)}ack seen\n`);
  writeFileSync(join(home.folder, 'work', 'batch.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  expectCode(await runCommand(home, ['archive', '--batch', 'batch.jsonl']), 0);
});

afterAll(() => rmSync(home.folder, { recursive: true, force: true }));

const tryRules = (rules: unknown, ...flags: string[]) =>
  runCommand(home, ['rules', 'test', '-', ...flags], {
    input: typeof rules === 'string' ? rules : JSON.stringify({ format: 1, rules }),
  });

test('a rule that greens do not meet may be used, colours or not, and says whom it hits', async () => {
  const result = expectCode(await tryRules([{ id: 'slot', pattern: 'pool has no slot' }], '--json'), 0);
  const [trial] = SCHEMAS.rules.parse(JSON.parse(result.stdout.toString()));
  expect(trial).toMatchObject({ rule: 'slot', verdict: 'usable', red: 2, green: 0, redTotal: 3, greenTotal: 10 });
  expect(trial?.examples.map(({ line, conclusion }) => [line, conclusion])).toEqual([
    [3, 'failure'],
    [3, 'failure'],
  ]);
});

test('a rule that hits more than a tenth of the greens is refused, and the greens are shown', async () => {
  const result = expectCode(await tryRules([{ id: 'refresh', pattern: 'could not' }]), 1);
  const text = result.stdout.toString();
  expect(text).toContain('refused   refresh: it hits 2 of 10 green attempts');
  expect(text.match(/^ {4}success {2}e2e {2}L\w{16}:2 {2}could not refresh cache$/gm)).toHaveLength(2);
});

test('lines in order: the other order and too far apart are no hits', async () => {
  const lines = ['wait for ack', 'ack seen'];
  const result = expectCode(
    await tryRules(
      [
        { id: 'near', lines, within: 10 },
        { id: 'far', lines, within: 50 },
      ],
      '--json',
    ),
    0,
  );
  const trials = SCHEMAS.rules.parse(JSON.parse(result.stdout.toString()));
  expect(trials.map(({ red, green }) => [red, green])).toEqual([
    [2, 0],
    [3, 0],
  ]);
});

test('without any green attempt a rule is unproven', async () => {
  const result = expectCode(await tryRules([{ id: 'slot', pattern: 'slot' }], '--job', 'other'), 1);
  expect(result.stdout.toString()).toContain('unproven  slot: no green attempt');
});

test.each([
  ['no JSON', '{', 'no JSON'],
  ['a newer format', '{"format": 9, "rules": []}', 'format 9'],
  ['an unknown field', '{"format": 1, "rules": [{"id": "a", "patern": "x"}]}', 'patern'],
  ['the same id twice', '{"format": 1, "rules": [{"id": "a", "pattern": "x"}, {"id": "a", "pattern": "y"}]}', "'a'"],
  ['no pattern', '{"format": 1, "rules": [{"id": "a"}]}', "'a'"],
  ['look-ahead', '{"format": 1, "rules": [{"id": "a", "pattern": "(?=x)"}]}', "'a'"],
  ['a pattern that would be huge', '{"format": 1, "rules": [{"id": "a", "pattern": "((x{100}){100}){100}"}]}', "'a'"],
])('%s is a usage error that names it', async (_what, text, named) => {
  const { stderr } = expectCode(await tryRules(text), 2);
  expect(stderr).toContain(named);
});

test('a missing file and another action', async () => {
  expectCode(await runCommand(home, ['rules', 'test', 'nowhere.json']), 21);
  expect(expectCode(await runCommand(home, ['rules', 'apply', '-']), 2).stderr).toContain('rules test FILE');
});
