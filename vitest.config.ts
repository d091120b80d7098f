import { defineConfig, type ViteUserConfig } from 'vitest/config';

const KERNEL_TESTS = ['{packages,tools,bench}/**/*.kernel.test.ts', 'test/**/*.test.ts'];
const OUTSIDE = ['**/node_modules/**', '**/dist/**'];

const config: ViteUserConfig = defineConfig({
  test: {
    passWithNoTests: false,
    allowOnly: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/**/src/**/*.test.ts', '{tools,bench}/**/*.test.ts'],
          exclude: [...OUTSIDE, '**/*.kernel.test.ts'],
        },
      },
      {
        test: {
          name: 'kernel',
          include: KERNEL_TESTS,
          exclude: OUTSIDE,
          // A process of its own for each file: setns(2) and descriptor tables belong to a process. One file at a
          // time and after the unit tests: sockets' ages are measured.
          pool: 'forks',
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

export default config;
