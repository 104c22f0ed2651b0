// Writes docs/cli.md from the commands. `--check` writes nothing and fails when the page has fallen behind.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
const page = path.join(root, 'docs/cli.md');
// Inside the project, so that packages that stay outside the bundle are found.
const folder = mkdtempSync(path.join(root, 'node_modules/.cli-docs-'));
try {
  const outfile = path.join(folder, 'reference.mjs');
  await build({
    entryPoints: [path.join(root, 'scripts/cli-reference.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  const { cliReference } = await import(pathToFileURL(outfile).href);
  const text = await cliReference();
  if (!process.argv.includes('--check')) writeFileSync(page, text);
  else if (readFileSync(page, 'utf8') !== text) {
    console.error('docs/cli.md has fallen behind the commands\n  run `node scripts/cli-docs.mjs`');
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
