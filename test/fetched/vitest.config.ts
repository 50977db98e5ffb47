import { defineConfig } from 'vitest/config';
import { SkipReporter } from '../tooling/skip-reporter.ts';

/** Tests whose inputs are Debian packages: `npm run test:fetch` runs them. */
export default defineConfig({
  test: {
    include: ['test/fetched/**/*.test.ts'],
    reporters: ['default', new SkipReporter()],
    testTimeout: 90_000,
  },
});
