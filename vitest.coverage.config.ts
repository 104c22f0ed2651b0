// `npm run coverage`: how much of store/ and indexer/ the tests reach. Commands run within the tests' own process, as
// children and worker threads cannot be looked into; what needs a process of its own still gets one, and counts nothing.
import { defineConfig } from 'vitest/config';
import plain from './vitest.config.ts';

export default defineConfig({
  test: {
    ...plain.test,
    include: ['test/{store,indexer,conformance,properties,cli,forge,web}/**/*.test.ts'],
    env: { FIRSTRED_TEST_HERE: '1' },
    coverage: {
      provider: 'v8',
      include: ['store/**/*.ts', 'indexer/**/*.ts'],
      // AssemblyScript: compiled into WebAssembly, which V8 does not count. Its tests hold it against plain code, byte for byte.
      exclude: ['indexer/wasm/**'],
      reporter: ['text', 'json', 'json-summary'],
      reportOnFailure: true,
      thresholds: { 'store/**': { branches: 90 }, 'indexer/**': { branches: 90 } },
    },
  },
});
