// The house: who may import whom, one door for each package, sizes and names. docs/design.md says why.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findImported, findPackage, importsIn, ROOT, readSources, type SourceFile } from './support/sources.ts';

const PRODUCT = ['store', 'forge', 'indexer', 'web', 'cli'] as const;
const sources = readSources();
const product = sources.filter((file) => PRODUCT.some((folder) => file.path.startsWith(`${folder}/`)));
const folderOf = (file: string): string => file.split('/')[0] ?? '';

/** What each folder may import of ours, besides itself: folders, or single files. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  store: [],
  forge: ['store/attempt.ts', 'store/errors.ts', 'store/visible-text.ts'],
  indexer: ['store/'],
  web: ['store/', 'indexer/'],
  cli: ['store/', 'forge/', 'indexer/', 'web/'],
  test: ['store/', 'forge/', 'indexer/', 'web/', 'cli/', 'scripts/'],
  bench: ['store/', 'forge/', 'indexer/', 'web/', 'cli/', 'test/support/'],
};

/** Built into one script for the browser: it may take types and pure text rules of ours along, never Node. */
const PAGE = 'web/page/';
const PAGE_MAY_BUNDLE = ['store/visible-text.ts'];

/** The only files that import a package. A schema may stand in any border file, so zod has no single door. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  '@hono/node-server': ['web/listener.ts'],
  '@tanstack/virtual-core': ['web/page/virtual-rows.ts'],
  anser: ['web/page/ansi.ts'],
  hono: ['web/server.ts', 'web/sidecar.ts'], // other files of web/ name its types alone
  htm: ['web/page/html.ts'],
  preact: ['web/page/html.ts'],
  uplot: ['web/page/duration-plot.ts'],
  '@aws-sdk/client-s3': ['store/s3-store.ts'],
  '@clickhouse/client': ['indexer/clickhouse/client.ts'],
  'better-sqlite3': ['indexer/sqlite-module.ts'],
  commander: ['cli/program.ts'],
  'env-paths': ['cli/config.ts'],
  'fast-myers-diff': ['indexer/template-align.ts'],
  'fuse.js': ['indexer/fuzzy.ts'],
  'p-retry': ['store/s3-retry.ts', 'forge/http-retry.ts', 'indexer/clickhouse/client.ts'], // three protocols, each with its own codes that pass
  'parse-duration': ['cli/times.ts'],
  re2js: ['indexer/query-pattern.ts'],
  'string-width': ['cli/output.ts'],
  tinyglobby: ['cli/globs.ts'],
  'zstd-napi': ['store/zstd.ts'],
};

/** What breaks `rule`, one line each. */
const breaches = (files: readonly SourceFile[], rule: (file: SourceFile) => readonly string[]): readonly string[] =>
  files.flatMap((file) => rule(file).map((what) => `${file.path}: ${what}`));

test('there is something to look at', () => {
  expect(product.length).toBeGreaterThan(50);
  expect(product.flatMap((file) => file.imports).length).toBeGreaterThan(200);
});

test('imports are read in every form that they have', () => {
  const text = [
    "import a from './a.ts';",
    "import {\n  b,\n  type B,\n} from './b.ts';",
    "import type { C } from './c.ts';",
    "import './d.ts';",
    "export { e } from './e.ts';",
    "const f = await import('./f.ts');",
    "const g: typeof import('./g.ts') = x;",
    "const h = require('h') as typeof H;",
    "// import { no } from './no.ts';",
  ].join('\n');
  expect(importsIn(text).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    './a.ts static',
    './b.ts static',
    './c.ts type',
    './d.ts static',
    './e.ts static',
    'h lazy',
    './f.ts lazy',
    './g.ts type',
  ]);
});

test('a folder imports only what lies below it', () => {
  const found = breaches(sources, (file) =>
    file.imports.flatMap(({ name }) => {
      const target = findImported(file.path, name);
      const folder = folderOf(file.path);
      const allowed = MAY_IMPORT[folder] ?? [];
      if (target === undefined || folderOf(target) === folder) return [];
      return allowed.some((each) => (each.endsWith('/') ? target.startsWith(each) : target === each)) ? [] : [name];
    }),
  );
  expect(found).toEqual([]);
});

test('every import of ours names a file that is there', () => {
  const files = new Set(sources.map((file) => file.path));
  const found = breaches(product, (file) =>
    file.imports
      .map(({ name }) => findImported(file.path, name))
      .filter((target) => target !== undefined && !files.has(target))
      .map(String),
  );
  expect(found).toEqual([]);
});

test('no file imports itself over others', () => {
  const after = new Map(
    sources.map((file) => [
      file.path,
      // what is loaded when called, and types, which are gone by then, make no cycle that could hurt
      file.imports.filter((i) => i.kind === 'static').flatMap((i) => findImported(file.path, i.name) ?? []),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) cycles.push([...way.slice(way.indexOf(file)), file].join(' → '));
    if (way.includes(file) || done.has(file)) return;
    for (const next of after.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of after.keys()) visit(file, []);
  expect(cycles).toEqual([]);
});

test('a package is imported through one door', () => {
  const found = breaches(product, (file) =>
    file.imports.flatMap(({ name, kind }) => {
      const packageName = findPackage(name);
      if (packageName === undefined || packageName === 'zod') return [];
      if (packageName === 'hono' && kind === 'type' && file.path.startsWith('web/')) return [];
      return DOORS[packageName]?.includes(file.path) ? [] : [packageName];
    }),
  );
  expect(found).toEqual([]);
});

test('the page takes only types and pure text rules of ours along, and the server never imports the page', () => {
  const found = breaches(sources, (file) =>
    file.imports.flatMap(({ name, kind }) => {
      const target = findImported(file.path, name);
      if (!file.path.startsWith(PAGE)) return target?.startsWith(PAGE) && !file.path.startsWith('test/') ? [name] : [];
      if (name.startsWith('node:')) return [name];
      if (target === undefined || target.startsWith(PAGE) || kind === 'type') return [];
      return PAGE_MAY_BUNDLE.includes(target) ? [] : [name];
    }),
  );
  expect(found).toEqual([]);
});

test('the page makes text of what it shows, never HTML', () => {
  const page = product.filter((file) => file.path.startsWith(PAGE));
  expect(page.length).toBeGreaterThan(20);
  const found = breaches(page, (file) =>
    [
      'innerHTML',
      'outerHTML',
      'insertAdjacentHTML',
      'document.write',
      'eval(',
      'new Function',
      'cssText',
      'srcdoc',
    ].filter((word) => file.text.includes(word)),
  );
  expect(found).toEqual([]);
});

test('every package that is imported is a dependency', () => {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  // What the page imports is in its script already when firstred is installed.
  const installed = product.filter((file) => !file.path.startsWith(PAGE));
  const names = new Set(installed.flatMap((file) => file.imports.flatMap(({ name }) => findPackage(name) ?? [])));
  expect([...names].filter((name) => !(name in { ...dependencies, ...optionalDependencies }))).toEqual([]);
});

test('nobody ends the process: what is still being written would be cut', () => {
  const found = breaches([...product, ...readSources(['scripts'])], (file) =>
    /\bprocess\.exit\(/.test(file.text) ? ['process.exit('] : [],
  );
  expect(found).toEqual([]);
});

test('only the configuration reads the environment', () => {
  const found = breaches(product, (file) =>
    /\bprocess\.env\b/.test(file.text.replace(/^\s*(\/\/|\/?\*).*$/gm, '')) && file.path !== 'cli/config.ts'
      ? ['process.env']
      : [],
  );
  expect(found).toEqual([]);
});

test('folders that keep what is hashed or compared read no clock and no chance of their own', () => {
  const pure = product.filter((file) => /^(store|indexer)\//.test(file.path));
  const found = breaches(pure, (file) =>
    ['Date.now()', 'Math.random()', 'toLocale', 'localeCompare'].filter((word) => file.text.includes(word)),
  );
  expect(found).toEqual([]);
});

test('a file has at most 400 lines, the median at most 120', () => {
  const lengths = product.map((file) => file.text.split('\n').length - 1).sort((a, b) => a - b);
  const found = breaches(sources, (file) => {
    const lines = file.text.split('\n').length - 1;
    return lines > 400 ? [`${lines} lines`] : [];
  });
  expect(found).toEqual([]);
  expect(lengths[lengths.length >> 1]).toBeLessThanOrEqual(120);
});

test('the linter holds functions to 60 lines, and no file of the product is let off any rule of the house', () => {
  const biome = JSON.parse(readFileSync(path.join(ROOT, 'biome.json'), 'utf8'));
  const { rules } = biome.linter;
  expect(rules.complexity.noExcessiveLinesPerFunction).toMatchObject({ level: 'error', options: { maxLines: 60 } });
  for (const [group, names] of Object.entries({
    style: ['noDefaultExport', 'noNonNullAssertion', 'noEnum', 'useImportType', 'noProcessEnv'],
    performance: ['noBarrelFile', 'noReExportAll'],
    suspicious: ['noExplicitAny', 'noImportCycles', 'noSkippedTests', 'noFocusedTests'],
    nursery: ['noFloatingPromises', 'useExhaustiveSwitchCases'],
  }))
    for (const name of names) expect(rules[group][name], name).toBe('error');
  const houseRules = /biome-ignore\S* lint\/(style|performance|complexity)\/|noExplicitAny|@ts-(ignore|nocheck)/;
  expect(breaches(product, (file) => (houseRules.test(file.text) ? ['lets itself off a rule'] : []))).toEqual([]);
});

test('no folder or file is a drawer for things without a name', () => {
  const drawer = /(^|\/)(utils?|helpers?|common|misc|shared|lib)(\/|\.[a-z]+$)|(^|\/)index\.ts$/;
  // The bench and the command of that name are about the index: here the word is the subject.
  const aboutTheIndex = ['bench/index.ts', 'cli/commands/index.ts'];
  const found = sources.filter((file) => drawer.test(file.path) && !aboutTheIndex.includes(file.path));
  expect(found.map((file) => file.path)).toEqual([]);
});

test('files are named in kebab-case', () => {
  const found = sources.filter(
    (file) => !/^([a-z0-9-]+\/)+[a-z0-9]+(-[a-z0-9]+)*(\.test|\.bench)?\.(ts|mjs)$/.test(file.path),
  );
  expect(found.map((file) => file.path)).toEqual([]);
});

test('every file opens by saying what it is about', () => {
  const found = breaches(product, (file) => {
    const [first = ''] = file.text.replace(/^#!.*\n/, '').split('\n');
    return /^\/[/*]/.test(first) ? [] : ['does not'];
  });
  expect(found).toEqual([]);
});

const EXPORTED_CALLABLE =
  /^export (?:async |abstract )*(?:function\*?|class|const(?= \w+ = (?:async )?[(<])) ([A-Za-z0-9_]+)/;

test('every exported function and class has a doc comment', () => {
  const found = breaches(product, (file) => {
    const lines = file.text.split('\n');
    return lines.flatMap((line, n) => {
      const name = EXPORTED_CALLABLE.exec(line)?.[1];
      if (name === undefined) return [];
      const before = lines[n - 1] ?? '';
      return /^(\s*\*\/|\/\*\*.*\*\/)$/.test(before) || before.startsWith('export ') ? [] : [name];
    });
  });
  expect(found).toEqual([]);
});

test('no source names a place of one machine', () => {
  const found = breaches([...product, ...readSources(['bench', 'scripts'])], (file) =>
    /\/work\/(main|shared|\.)|\/tmp\/(corpus|scen)|\.\.\/shared\//.test(file.text) ? ['names a machine path'] : [],
  );
  expect(found).toEqual([]);
});
