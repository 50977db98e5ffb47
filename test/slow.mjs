/**
 * What takes minutes: every part of a block at every page, larger small worlds, and the mutations. Ends with 1 where
 * something fails.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const vitest = fileURLToPath(new URL('./vitest.mjs', import.meta.resolve('vitest/package.json')));
const mutations = fileURLToPath(new URL('mutations/run.mjs', import.meta.url));
for (const args of [
  [vitest, 'run', 'test/gpuvm/small-world.test.ts', 'test/pgtable/partial.test.ts'],
  [mutations],
]) {
  const { status } = spawnSync(process.execPath, args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: { ...process.env, PANTHOR_SHIM_SLOW: '1' },
  });
  if (status !== 0) process.exitCode = 1;
}
