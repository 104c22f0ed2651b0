// `npm run soak`: thousands of faults, hundreds of kills, hundreds of processes at once. Bounded, but not quick.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/slow/soak.test.ts'],
    globalSetup: ['test/support/build-once.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    allowOnly: false,
    hookTimeout: 600_000,
    maxWorkers: 1,
  },
});
