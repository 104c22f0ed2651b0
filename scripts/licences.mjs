// Lists what `npm install firstred` brings along: every package of the lockfile that is no development dependency, with
// its licence and whether it runs a script when it is installed. With --check it ends with 1 on a licence that is not
// on the list below, or an install script that package.json does not allow.
// usage: node scripts/licences.mjs [--check]
import { readFileSync } from 'node:fs';

/** Licences that ask for no more than their text to be kept. */
const GOOD = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'Unlicense',
  'CC0-1.0',
  'Python-2.0',
]);

const read = (name) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
const { packages } = read('package-lock.json');
const { allowScripts = {} } = read('package.json');

const rows = Object.entries(packages)
  .filter(([path, facts]) => path !== '' && !facts.dev)
  .map(([path, facts]) => ({
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version: facts.version,
    licence: facts.license ?? 'unknown',
    hasScript: facts.hasInstallScript === true,
    hasDigest: facts.integrity !== undefined,
  }))
  .sort((a, b) => (a.name < b.name ? -1 : 1));

const isGood = (licence) =>
  licence
    .replace(/[()]/g, '')
    .split(/ OR /)
    .some((one) => one.split(/ AND /).every((part) => GOOD.has(part)));
const faults = rows.flatMap(({ name, licence, hasScript, hasDigest }) => [
  ...(isGood(licence) ? [] : [`${name}: licence ${licence}`]),
  ...(hasScript && allowScripts[name] !== true ? [`${name}: runs a script at its installation`] : []),
  ...(hasDigest ? [] : [`${name}: the lockfile has no digest of it`]),
]);

if (process.argv.includes('--check')) {
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
} else {
  const byLicence =
    Map.groupBy?.(rows, (row) => row.licence) ??
    rows.reduce((map, row) => map.set(row.licence, [...(map.get(row.licence) ?? []), row]), new Map());
  for (const [licence, some] of [...byLicence].sort((a, b) => b[1].length - a[1].length))
    console.log(
      `${licence} (${some.length}): ${some.map(({ name, version, hasScript }) => `${name} ${version}${hasScript ? ' [install script]' : ''}`).join(', ')}`,
    );
  console.log(`${rows.length} packages`);
}
