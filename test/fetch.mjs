/**
 * npm run test:fetch: what needs Debian packages, which are fetched from the mirror that the machine's own apt uses and
 * kept in .cache: the uAPI tables against the kernel's own headers, and real clients on the model. Nothing is installed.
 * Ends with 1 where something fails.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const vitest = fileURLToPath(new URL('./vitest.mjs', import.meta.resolve('vitest/package.json')));
const clients = fileURLToPath(new URL('clients/run.mjs', import.meta.url));
for (const args of [[vitest, 'run', '--config', 'test/fetched/vitest.config.ts'], [clients]]) {
  const { status } = spawnSync(process.execPath, args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
