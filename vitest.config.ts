import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/slow/**'],
    globalSetup: ['test/support/build-once.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    allowOnly: false,
    // A suite that starts servers and child processes on a loaded machine of two cores.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
  },
});
