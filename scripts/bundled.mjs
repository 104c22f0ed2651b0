// Bundles a file of the project's TypeScript, so that Node 20 can run it, for as long as it is used.
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const ROOT = path.resolve(import.meta.dirname, '..');

/** The bundle lies elsewhere than what it asks for of the build: workers, and the loops over bytes. */
const builtFiles = {
  name: 'built-files',
  setup(builder) {
    const dist = JSON.stringify(pathToFileURL(`${path.join(ROOT, 'dist')}/`));
    builder.onLoad({ filter: /store\/built-file\.ts$/ }, () => ({
      contents: `export const builtFile = (name) => new URL(name, ${dist});`,
    }));
  },
};

/** Gives `use` the bundle's path; the bundle is gone when what `use` returns is settled. */
export async function withBundle(entry, use) {
  // Inside the project, so that packages that stay outside the bundle are found.
  const folder = mkdtempSync(path.join(ROOT, 'node_modules/.bundle-'));
  try {
    const outfile = path.join(folder, 'bundle.mjs');
    await build({
      entryPoints: [path.join(ROOT, entry)],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      plugins: [builtFiles],
      logLevel: 'warning',
    });
    await use(outfile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
