// `npm run coverage`: how much of store/ and indexer/ the tests reach, in this process (child processes don't count).
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/slow/**'],
    globalSetup: ['test/support/build-once.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    allowOnly: false,
    testTimeout: 180_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['store/**/*.ts', 'indexer/**/*.ts'],
      reporter: ['text', 'json-summary', 'json'],
      thresholds: { 'store/**': { branches: 90 }, 'indexer/**': { branches: 90 } },
    },
  },
});
