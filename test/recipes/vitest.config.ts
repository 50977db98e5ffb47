import { defineConfig } from 'vitest/config';
import { SkipReporter } from '../tooling/skip-reporter.ts';

/** The recipes of docs/many-machines.md, on a batch system and as their engines run them: part of `npm run test:nightly`. */
export default defineConfig({
  test: {
    include: ['test/recipes/**/*.test.ts'],
    reporters: ['default', new SkipReporter()],
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});
