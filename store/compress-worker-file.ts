// Where the script of a compression worker lies. The bundle of the CI action is its own worker (scripts/build-action.mjs).

/** The built worker stands beside the built caller; under a test runner that reads sources, in `dist/`. */
export function compressWorkerFile(): URL {
  const here = new URL(import.meta.url);
  return here.pathname.endsWith('.ts') ? new URL('../dist/store/compress-worker.js', here) : findBuiltWorker(here);
}

/** Bundled chunks lie in `dist/chunks`, entry points in `dist/cli` and the like. */
const findBuiltWorker = (here: URL): URL => new URL('../store/compress-worker.js', here);
