// Where a file of the build lies. The bundle of the CI action is its own worker (scripts/build-action.mjs).

/** `name` in dist/, such as `cli/main.js`. Every bundled file and every source that asks lies one folder below the root. */
export function builtFile(name: string): URL {
  const here = new URL(import.meta.url);
  return new URL(here.pathname.endsWith('.ts') ? `../dist/${name}` : `../${name}`, here);
}
