// Writes docs/cli.md and docs/firstred.1 from the commands. `--check` writes nothing and fails when one has fallen behind.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, withBundle } from './bundled.mjs';

/** Each page, the file that makes it, and the function in there. */
const PAGES = [
  ['docs/cli.md', 'scripts/cli-reference.ts', 'cliReference'],
  ['docs/firstred.1', 'scripts/man-page.ts', 'manPage'],
];

for (const [name, source, maker] of PAGES)
  await withBundle(source, async (file) => {
    const page = path.join(ROOT, name);
    const text = await (await import(pathToFileURL(file).href))[maker]();
    if (!process.argv.includes('--check')) writeFileSync(page, text);
    else if (readFileSync(page, 'utf8') !== text) {
      console.error(`${name} has fallen behind the commands\n  run \`node scripts/cli-docs.mjs\``);
      process.exitCode = 1;
    }
  });
