// `npm run test:conformance`: every store's contract on a server with its data on disk, many more faults, and kills.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/conformance/object-store*.test.ts', 'test/slow/object-store*.test.ts', 'test/slow/sync*.test.ts'],
    env: { FIRSTRED_TEST_S3: 'bluestore', FIRSTRED_TEST_SCHEDULES: '1600' },
    reporters: ['default', './test/support/closing-line.ts'],
    allowOnly: false,
    testTimeout: 120_000,
    hookTimeout: 600_000,
    maxWorkers: 1,
  },
});
