// Compiles indexer/wasm/ (AssemblyScript) into the build: indexer/byte-loops.wasm for who reads logs, indexer/find-text.wasm
// for who searches.
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { promisify } from 'node:util';

/** What these files export is what the module gives. */
const ENTRIES = ['blocks', 'terms', 'lines', 'needles', 'templates', 'layout'];

/** In the project's folder. */
export async function buildLoops(dist) {
  mkdirSync(`${dist}/indexer`, { recursive: true });
  // What layout.ts needs, in pages of 64 KiB; what find-text.ts needs.
  await compile(ENTRIES, `${dist}/indexer/byte-loops.wasm`, 448);
  await compile(['find-text'], `${dist}/indexer/find-text.wasm`, 10);
}

async function compile(entries, file, pages) {
  await promisify(execFile)('node_modules/.bin/asc', [
    ...entries.map((name) => `indexer/wasm/${name}.ts`),
    ...['--outFile', file],
    // No garbage collector and no checks: it only reads and writes places in its own memory.
    ...['--optimizeLevel', '3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--use', 'abort='],
    ...['--initialMemory', String(pages)],
  ]);
}
