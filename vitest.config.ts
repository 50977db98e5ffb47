import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // test/clients runs real clients, for which packages are fetched: `npm run test:clients`.
    exclude: ['test/clients/**', 'node_modules/**'],
    globalSetup: ['test/build-once.ts'],
    // Machines that build something else meanwhile are slow; nothing takes this long on one that does not.
    testTimeout: 90_000,
  },
});
