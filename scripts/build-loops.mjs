// Compiles indexer/wasm/ (AssemblyScript) into indexer/byte-loops.wasm of the build.
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { promisify } from 'node:util';

/** What these files export is what the module gives. */
const ENTRIES = ['blocks', 'lines', 'needles', 'templates', 'layout'];

/** In the project's folder. */
export async function buildLoops(dist) {
  mkdirSync(`${dist}/indexer`, { recursive: true });
  await promisify(execFile)('node_modules/.bin/asc', [
    ...ENTRIES.map((name) => `indexer/wasm/${name}.ts`),
    ...['--outFile', `${dist}/indexer/byte-loops.wasm`],
    // No garbage collector and no checks: it only reads and writes places in its own memory.
    ...['--optimizeLevel', '3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--use', 'abort='],
    // What layout.ts needs, in pages of 64 KiB.
    ...['--initialMemory', '448'],
  ]);
}
