// Writes docs/cli.md from the commands. `--check` writes nothing and fails when the page has fallen behind.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, withBundle } from './bundled.mjs';

const page = path.join(ROOT, 'docs/cli.md');
await withBundle('scripts/cli-reference.ts', async (file) => {
  const { cliReference } = await import(pathToFileURL(file).href);
  const text = await cliReference();
  if (!process.argv.includes('--check')) writeFileSync(page, text);
  else if (readFileSync(page, 'utf8') !== text) {
    console.error('docs/cli.md has fallen behind the commands\n  run `node scripts/cli-docs.mjs`');
    process.exitCode = 1;
  }
});
