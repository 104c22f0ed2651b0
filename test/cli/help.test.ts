// Help is data: every command's page is golden, fits its width, and names nothing that is not there.
import { expect, test } from 'vitest';
import { CATALOGUE } from '../../cli/catalogue.ts';
import type { Command } from '../../cli/command.ts';
import { EXIT } from '../../cli/exit-codes.ts';
import { buildCommander, commandHelp, parseInvocation, shortHelp } from '../../cli/program.ts';

const commands: readonly Command[] = await Promise.all(CATALOGUE.map((entry) => entry.load()));
const named = commands.map((command) => ({ name: command.name, command }));

const helpOf = async (...argv: string[]): Promise<string> => {
  const invocation = await parseInvocation(argv);
  return invocation.kind === 'text' ? invocation.text : expect.unreachable(`${argv.join(' ')} is no help`);
};

/** Words of a line that a person would type, in order, quotes as a shell reads them. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) => word.replaceAll(/['"]/g, ''));
}

/** The arguments of firstred in an example: what stands before it feeds it, what follows takes its output. */
function argvOf(line: string): readonly string[] {
  const words = wordsOf(line.replace(/^source <\((.*)\)$/, '$1'));
  const from = words.indexOf('firstred') + 1;
  const end = words.findIndex((word, n) => n >= from && ['|', '>', '&&', '||', ';'].includes(word));
  return words.slice(from, end < 0 ? undefined : end);
}

test('the short help fits a screen of 24 lines and 80 columns', () => {
  const lines = shortHelp().trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('the short help is as kept', async () => {
  await expect(shortHelp()).toMatchFileSnapshot('../golden/help.txt');
});

test('help all names every command that is not hidden', async () => {
  const all = await helpOf('help', 'all');
  for (const { name, group } of commands) if (group !== 'hidden') expect(all).toContain(`\n  ${name} `);
  await expect(all).toMatchFileSnapshot('../golden/help-all.txt');
});

test.each(['refs', 'filters', 'exit-codes', 'masking'])('help %s is as kept and fits', async (topic) => {
  const text = await helpOf('help', topic);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  await expect(text).toMatchFileSnapshot(`../golden/help-${topic}.txt`);
});

test('every exit code is in help exit-codes', async () => {
  const text = await helpOf('help', 'exit-codes');
  for (const code of Object.values(EXIT)) expect(text).toMatch(new RegExp(`^ {2}${code} `, 'm'));
});

test.each(named)('the help of $name is as kept and fits 100 columns', async ({ name, command }) => {
  const text = commandHelp(command);
  await expect(text).toMatchFileSnapshot(`../golden/help-${name}.txt`);
  const wide = text.split('\n').filter((line) => line.length > 100 && !line.includes('firstred '));
  expect(wide).toEqual([]);
});

test.each(named)('$name --help, -h and help $name are the same', async ({ name, command }) => {
  for (const argv of [
    [name, '--help'],
    [name, '-h'],
    ['help', name],
  ])
    expect(await helpOf(...argv)).toBe(commandHelp(command));
});

test.each(named)('the catalogue says of $name what the command says', ({ name, command }) => {
  const entry = CATALOGUE.find((each) => each.name === name);
  expect(entry).toMatchObject({ name: command.name, group: command.group });
});

test.each(named)('$name has two examples that its own options can read', async ({ name, command }) => {
  expect(command.examples.length).toBeGreaterThanOrEqual(2);
  for (const { line, summary } of command.examples) {
    expect(summary).not.toBe('');
    const argv = argvOf(line);
    expect(argv[0], line).toBe(name);
    expect(await parseInvocation(argv), line).toMatchObject({ kind: 'run' });
  }
});

test.each(named)('no two flags of $name are the same, and each says what it is for', ({ command }) => {
  const { options } = buildCommander(command);
  const flags = options.flatMap((option) => [option.short, option.long]).filter((flag) => flag !== undefined);
  expect(flags.filter((flag, n) => flags.indexOf(flag) !== n)).toEqual([]);
  for (const option of options) expect(option.description, option.flags).not.toBe('');
});

test.each(named)('a flag of $name that takes a value names it', ({ command }) => {
  for (const { flags } of command.options)
    expect(flags).toMatch(/^(-\w, )?--[a-z0-9]+(-[a-z0-9]+)*( (<[^>]+>|\[[^\]]+\]))?$/);
});

test.each(named)('$name has codes of the table only, besides those of a child', ({ name, command }) => {
  const known: readonly number[] = Object.values(EXIT);
  const foreign = name === 'run' ? [126, 127] : [];
  for (const code of Object.keys(command.exitCodes)) expect([...known, ...foreign]).toContain(Number(code));
});

test('a name that is nearly a command gets a suggestion', async () => {
  const suggested = (name: string, hint: string) =>
    expect(parseInvocation([name])).rejects.toMatchObject({ code: 'USAGE', hint: expect.stringContaining(hint) });
  await suggested('serch', 'did you mean search?');
  await suggested('arch', 'did you mean archive?');
  await suggested('complete', 'did you mean completion?');
  await expect(parseInvocation(['quux'])).rejects.toMatchObject({ hint: '`firstred help all` lists the commands' });
  await expect(parseInvocation(['--debug', 'search', 'x'])).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('flags come behind the command'),
  });
  await expect(parseInvocation(['help', 'exit'])).rejects.toMatchObject({
    message: "there is no command and no topic 'exit'",
    hint: 'did you mean exit-codes? `firstred help all` lists the commands and topics',
  });
});

test.each([
  [['archive', '--no-such-flag'], '--no-such-flag'],
  [['search', '--sort', 'sideways', 'x'], 'sideways'],
  [['show'], 'ref'],
  [['archive', '--sha'], '--sha'],
  [['config', 'superfluous'], 'too many arguments'],
])('the wrong call %j is a usage error that names its fault', async (argv, fault) => {
  await expect(parseInvocation(argv)).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining(fault) });
});
