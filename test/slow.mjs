/**
 * What takes minutes: every part of a block at every page, larger small worlds, a million frames and many more ioctls of
 * all kinds for the server, and the mutations. Ends with 1 where something fails.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const vitest = fileURLToPath(new URL('./vitest.mjs', import.meta.resolve('vitest/package.json')));
const mutations = fileURLToPath(new URL('mutations/run.mjs', import.meta.url));
for (const [env, ...args] of [
  [
    { PANTHOR_SHIM_SLOW: '1' },
    vitest,
    'run',
    'test/driver/mmu/gpuvm/small-world.test.ts',
    'test/driver/mmu/partial.test.ts',
  ],
  [{ PANTHOR_SHIM_FUZZ: '20' }, vitest, 'run', 'test/live/frames.test.ts'],
  [{ PANTHOR_SHIM_FUZZ: '5' }, vitest, 'run', 'test/live/fuzz.test.ts'],
  [{ PANTHOR_SHIM_WALK: '1000000' }, vitest, 'run', 'test/explore/state/determinism.test.ts'],
  [{}, mutations],
]) {
  const { status } = spawnSync(process.execPath, args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (status !== 0) process.exitCode = 1;
}
