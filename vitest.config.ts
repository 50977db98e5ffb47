import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { SkipReporter } from './test/tooling/skip-reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // For test/clients and test/fetched packages are fetched: `npm run test:fetch`; test/recipes is part of `npm run test:nightly`.
    exclude: ['test/clients/**', 'test/fetched/**', 'test/recipes/**', 'node_modules/**'],
    reporters: [
      'default',
      ...(process.env.GITHUB_ACTIONS === 'true' ? ['github-actions'] : []),
      new SkipReporter(),
    ],
    // Vitest leaves one core to itself, which is half of two.
    maxWorkers: availableParallelism(),
    globalSetup: ['test/build-once.ts'],
    // Machines that build something else meanwhile are slow; nothing takes this long on one that does not.
    testTimeout: 90_000,
  },
});
