// The documents are true: what they name exists, what they show can be typed, and the generated page is up to date.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { CATALOGUE } from '../cli/catalogue.ts';
import { EXIT, EXIT_OF_ERROR } from '../cli/exit-codes.ts';
import { parseInvocation } from '../cli/program.ts';
import { SETTINGS } from '../cli/settings.ts';
import { cliReference } from '../scripts/cli-reference.ts';
import { manPage } from '../scripts/man-page.ts';
import { ROOT } from './support/sources.ts';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'test/tasks.md',
  ...readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll(path.sep, '/')}`),
  ...readdirSync(path.join(ROOT, 'demo')).flatMap((name) => (name.endsWith('.md') ? [`demo/${name}`] : [])),
]
  .filter((name) => existsSync(path.join(ROOT, name)))
  .map((name) => ({ name, text: readFileSync(path.join(ROOT, name), 'utf8') }));

/** Fenced blocks of a page, with their language. */
const fencesOf = (text: string): readonly { language: string; content: string }[] =>
  [...text.matchAll(/^```(\w*)[^\n]*\n([\s\S]*?)^```/gm)].map(([, language = '', content = '']) => ({
    language,
    content,
  }));

/** `code` in running text. */
const codesOf = (text: string): readonly string[] =>
  [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

/** Calls of firstred in shell blocks and in running text, as one shell line each. */
function callsIn(text: string): readonly string[] {
  const blocks = fencesOf(text)
    .filter(({ language }) => ['sh', 'bash', 'console'].includes(language))
    .flatMap(({ content }) => content.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => line.replace(/^\$ /, ''));
  return [...blocks, ...codesOf(text)].filter(
    (line) => /(^|[|;&] *|npx |\s)firstred [a-z-]/.test(line) && !line.startsWith('#'),
  );
}

/** Arguments of each call of firstred in a shell line; `undefined` where it can't be cut by this simple reader. */
function argvsOf(line: string): readonly (readonly string[])[] {
  const words = [...line.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) => word.replaceAll(/['"]/g, ''));
  const calls: string[][] = [];
  let current: string[] | undefined;
  for (const word of words) {
    if (['|', '>', '>>', '2>', '&&', '||', ';', '#'].includes(word)) current = undefined;
    else if (word === 'firstred') {
      current = [];
      calls.push(current);
    } else current?.push(word.replace(/;$/, ''));
  }
  return calls;
}

test('there are pages to look at', () => {
  expect(pages.map((page) => page.name)).toEqual(
    expect.arrayContaining(['docs/format.md', 'docs/design.md', 'docs/cli.md']),
  );
});

test('docs/cli.md and the man page are what the commands say (else: node scripts/cli-docs.mjs)', async () => {
  expect(readFileSync(path.join(ROOT, 'docs/cli.md'), 'utf8')).toBe(await cliReference());
  expect(readFileSync(path.join(ROOT, 'docs/firstred.1'), 'utf8')).toBe(await manPage());
});

test.each(pages)('files that $name names are there', ({ text }) => {
  const named = codesOf(text).flatMap(
    (code) => code.match(/^(?:store|forge|indexer|web|cli|test|bench|docs|scripts|demo)\/[\w./-]+\.\w+$/) ?? [],
  );
  expect(named.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
});

test.each(pages)('calls in $name can be typed', async ({ text }) => {
  const wrong: string[] = [];
  for (const line of callsIn(text))
    for (const argv of argvsOf(line)) {
      const [name = ''] = argv;
      if (argv.length === 1 && CATALOGUE.some((entry) => entry.name === name)) continue; // it is spoken of, not called
      await parseInvocation(argv).catch((error: Error) => wrong.push(`${line}: ${error.message}`));
    }
  expect(wrong).toEqual([]);
});

test.each(pages)('error codes in $name exist', ({ text }) => {
  const variables =
    /^(FIRSTRED|XDG|AWS|GITHUB|GITEA|FORGEJO|RUNNER|CI|NO|ACTIONS|GH|BUILDKITE|JENKINS|GITLAB|CEPH|ECS)_/;
  const words = codesOf(text).filter((code) => /^[A-Z]+(_[A-Z]+)+$/.test(code) && !variables.test(code));
  const known = Object.keys(EXIT_OF_ERROR);
  expect(
    words.filter((word) => /^(STORE|INDEX|INPUT|FORMAT|PROVIDER|PATTERN|NOT)_/.test(word) && !known.includes(word)),
  ).toEqual([]);
});

test.each(pages)('settings in $name exist', ({ text }) => {
  const variables = [...text.matchAll(/\bFIRSTRED_[A-Z0-9_]+\b/g)].map(([word]) => word);
  const known = new Set<string>(SETTINGS.map((setting) => setting.env));
  const sources = readdirSync(path.join(ROOT, 'forge'), { recursive: true, encoding: 'utf8' })
    .concat(readdirSync(path.join(ROOT, 'cli'), { recursive: true, encoding: 'utf8' }).map((name) => `../cli/${name}`))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(path.join(ROOT, 'forge', name), 'utf8'))
    .join('\n');
  expect(variables.filter((name) => !known.has(name) && !sources.includes(name.slice('FIRSTRED_'.length)))).toEqual([]);
});

test.each(pages)('exit codes in $name exist', ({ text }) => {
  const known: readonly number[] = [...Object.values(EXIT), 126, 127, 143];
  const named = [...text.matchAll(/\bexit(?:s|ed)?(?: with| code)? `?(\d+)`?/gi)].map(([, code]) => Number(code));
  expect(named.filter((code) => !known.includes(code))).toEqual([]);
});

test.each(pages)('links in $name lead somewhere', ({ name, text }) => {
  const anchorsOf = (page: string): readonly string[] =>
    [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
  const broken = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^(https?|mailto):/.test(target))
    .filter((target) => {
      const [file = '', anchor] = target.split('#');
      const page = file === '' ? path.join(ROOT, name) : path.resolve(ROOT, path.dirname(name), file);
      return !existsSync(page) || (anchor !== undefined && !anchorsOf(page).includes(anchor));
    });
  expect(broken).toEqual([]);
});

test.each(pages)('npm scripts in $name exist', ({ text }) => {
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const named = [...text.matchAll(/\bnpm run (?:--silent |-s )?([\w:-]+)/g)].map(([, script = '']) => script);
  expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
});

test.each(pages)('benches that $name names are there', ({ text }) => {
  const named = [...text.matchAll(/bench\.mjs ([a-z][\w-]*)/g)].map(([, name]) => `bench/${name}.ts`);
  expect(named.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
});

test('every section of the measurements names what repeats it', () => {
  const [, ...sections] = readFileSync(path.join(ROOT, 'docs/performance.md'), 'utf8').split(/^## /m);
  expect(sections.length).toBeGreaterThan(5);
  const unnamed = sections.filter((section) => !/bench\.mjs [a-z]|npm run [a-z]/.test(section));
  expect(unnamed.map((section) => section.split('\n')[0])).toEqual([]);
});

test('every section of the design says which test keeps it', () => {
  const [, ...sections] = readFileSync(path.join(ROOT, 'docs/design.md'), 'utf8').split(/^## /m);
  const unkept = sections.filter((section) => !/kept by[\s\S]*`(test|bench)\/[\w./-]+`/i.test(section));
  expect(sections.length).toBeGreaterThan(10);
  expect(unkept.map((section) => section.split('\n')[0])).toEqual([]);
});

test('every conversion of the format page is that of the code', () => {
  const { text } = pages.find((page) => page.name === 'docs/format.md') ?? { text: '' };
  for (const number of ['262,144', '278,528', '0x184D2A5B', '0x184D2A5E', '0x8F92EAB1', '12,288'])
    expect(text).toContain(number);
});

test('no document names a place of one machine', () => {
  expect(
    pages.filter(({ text }) => /\/work\/|\/tmp\/(corpus|scen)|\.\.\/shared/.test(text)).map((page) => page.name),
  ).toEqual([]);
});
