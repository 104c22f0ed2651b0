// What a program imports: api/firstred.js of the build is the bundle, firstred.mjs its names as an ES module, and the types of
// cli/library.ts, which stand alone.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** After the bundle, in the project's folder. */
export function buildLibrary(dist) {
  const names = Object.keys(createRequire(import.meta.url)(path.resolve(dist, 'api/firstred.js'))).sort();
  writeFileSync(
    `${dist}/api/firstred.mjs`,
    `import api from './firstred.js';\nexport const { ${names.join(', ')} } = api;\n`,
  );
  const folder = mkdtempSync(path.resolve('node_modules/.types-'));
  try {
    const flags = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--noCheck', '--outDir', folder];
    writeFileSync(
      path.join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: path.resolve('tsconfig.json'),
        include: [path.resolve('cli/library.ts')],
        exclude: [],
      }),
    );
    execFileSync('node_modules/.bin/tsc', ['-p', folder, ...flags, '--rootDir', path.resolve('.')], {
      stdio: 'inherit',
    });
    const text = readFileSync(path.join(folder, 'cli/library.d.ts'), 'utf8');
    writeFileSync(`${dist}/api/firstred.d.ts`, text);
    copyFileSync(`${dist}/api/firstred.d.ts`, `${dist}/api/firstred.d.mts`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
