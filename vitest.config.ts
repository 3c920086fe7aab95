import { defineConfig } from 'vitest/config';

// Without 'import' here: vitest hands these to require() as well, and pg is not to be required as a module.
const conditions = ['bpfleet-source', 'node'];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } };
const setupFiles = ['./packages/testkit/src/seeded-properties.ts'];

/**
 * unit: pure, in seconds. kernel: loads into this machine's kernel, as root. database: a real PostgreSQL.
 * e2e: controller and agents as processes, from the built packages.
 */
export default defineConfig({
  ...shared,
  test: {
    reporters: ['default', './packages/testkit/src/closing-reporter.ts'],
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          setupFiles,
          // Properties take their time on a busy machine; nothing here is a timed assertion.
          testTimeout: 60_000,
          include: ['packages/*/src/**/*.test.ts', 'e2e/{bench,demo,faults,fleet,oracle}/**/*.test.ts'],
          exclude: ['**/*.kernel.test.ts', '**/*.db.test.ts'],
        },
      },
      {
        ...shared,
        test: {
          name: 'kernel',
          setupFiles,
          include: ['packages/*/src/**/*.kernel.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'database',
          setupFiles,
          include: ['packages/*/src/**/*.db.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          setupFiles,
          include: ['e2e/cases/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
