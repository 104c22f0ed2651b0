#!/usr/bin/env node
// Entry point of the built program (dist/cli/main.js): loads the bundle with the code that V8 compiled when it was built
// (FILE.v8 beside FILE). That spares a third of a short command; another version of V8 refuses it and compiles anew.
import { readFileSync } from 'node:fs';
import module from 'node:module';
import path from 'node:path';
import vm from 'node:vm';

type LoadFile = (into: NodeJS.Module, file: string) => void;
type RunFile = (
  exports: unknown,
  require: NodeJS.Require,
  into: NodeJS.Module,
  file: string,
  folder: string,
) => undefined;

/** What Node calls for a CommonJS file; no type of its names it. */
const loaders = (module as unknown as { readonly _extensions: { '.js': LoadFile } })._extensions;
const loadPlain = loaders['.js'];
const dist = path.join(import.meta.dirname, '..') + path.sep;

loaders['.js'] = (into, file) => (file.startsWith(dist) ? loadCached(into, file) : loadPlain(into, file));

function loadCached(into: NodeJS.Module, file: string): void {
  const script = new vm.Script(module.wrap(readFileSync(file, 'utf8')), {
    filename: nameIn(dist, file),
    cachedData: readCode(`${file}.v8`),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const run = script.runInThisContext() as RunFile;
  run(into.exports, module.createRequire(file), into, file, path.dirname(file));
}

/** The kept code holds this name: it must not tell where it was built. A copy, as V8 keeps the whole of a string it cuts. */
const nameIn = (folder: string, file: string): string => Buffer.from(path.relative(folder, file)).toString();

function readCode(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    // Built without: Node compiles.
    return undefined;
  }
}

module.createRequire(import.meta.filename)('./program.js');
