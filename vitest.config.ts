import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // test/clients runs real clients, for which packages are fetched: `npm run test:clients`.
    exclude: ['test/clients/**', 'node_modules/**'],
    globalSetup: ['test/build-once.ts'],
    testTimeout: 30_000,
  },
});
