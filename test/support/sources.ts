// The project's own source files and what they import, read as text: enough to hold the rules of the house.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');

/** The folders of the house that hold TypeScript. */
const FOLDERS = ['store', 'forge', 'indexer', 'web', 'cli', 'test', 'bench'] as const;

export interface Import {
  /** As written: `./x.ts`, `node:fs`, `zod`. */
  readonly name: string;
  /** `type`: gone after compilation; `lazy`: loaded when called. */
  readonly kind: 'static' | 'type' | 'lazy';
}

export interface SourceFile {
  /** From the project's folder, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** Every `.ts` and `.mjs` file of `folders`, in order. */
export function readSources(folders: readonly string[] = FOLDERS): readonly SourceFile[] {
  return folders.flatMap((folder) => filesUnder(folder)).map(readSource);
}

function filesUnder(folder: string): readonly string[] {
  if (!existsSync(path.join(ROOT, folder))) return []; // web/ comes later
  const found = readdirSync(path.join(ROOT, folder), { withFileTypes: true, recursive: true });
  return found
    .filter((entry) => entry.isFile() && /\.(ts|mts|mjs)$/.test(entry.name))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .filter((file) => !file.startsWith('test/fixtures/') && !file.startsWith('test/golden/'))
    .sort();
}

function readSource(file: string): SourceFile {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  return { path: file, text, imports: importsIn(text) };
}

/** What a module's text imports, re-exports or requires. */
export function importsIn(text: string): readonly Import[] {
  const code = text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
  const found: Import[] = [];
  for (const [, keyword, type, name] of code.matchAll(
    /^\s*(import|export)\s+(type\s)?(?:[\w*{][^'"();=]*?\sfrom\s+)?['"]([^'"]+)['"]/gm,
  ))
    if (keyword !== undefined && name !== undefined) found.push({ name, kind: type === undefined ? 'static' : 'type' });
  for (const [, name] of code.matchAll(/\brequire\(\s*['"]([^'"]+)['"]\s*\)/g))
    if (name !== undefined) found.push({ name, kind: 'lazy' });
  for (const [, type, name] of code.matchAll(/(typeof\s+)?\bimport\(\s*['"]([^'"]+)['"]\s*\)/g))
    if (name !== undefined) found.push({ name, kind: type === undefined ? 'lazy' : 'type' });
  return found;
}

/** The file of ours that `name` means in `from`; undefined for a package or a part of Node. */
export const findImported = (from: string, name: string): string | undefined =>
  name.startsWith('.') ? path.posix.normalize(path.posix.join(path.posix.dirname(from), name)) : undefined;

/** `@scope/name` or `name` of an import; undefined for our own files and for Node's. */
export function findPackage(name: string): string | undefined {
  if (name.startsWith('.') || name.startsWith('node:')) return undefined;
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}
