/**
 * The property suite at length: 10,000 lives of VMs over the four kernels, or as many as asked for.
 *
 *     node test/nightly.mjs [SEQUENCES [SEED]]
 *
 * Then the longest forms of tests that `npm run test:slow` has a part of, the mutations of driver and machine as the explorer
 * sees them, which take half an hour or more, random scenarios searched in every way, all kernel trees, the attacks on a server with their full counts (attack.mjs),
 * each real client on every kernel (clients/run.mjs), the recipes for many machines (recipes/), and the queue on Valkey in the
 * place of Redis.
 *
 * The seed is a new one each time and is printed. A life that goes wrong is reduced and written to test/fixtures/regressions, where
 * the test run replays it from then on.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const [sequences = '10000', seed = String(randomInt(2 ** 31))] = process.argv.slice(2);
if (!/^[1-9]\d*$/.test(sequences) || !/^\d+$/.test(seed)) {
  process.stderr.write('usage: node test/nightly.mjs [SEQUENCES [SEED]]\n');
  process.exit(2);
}
process.stdout.write(`${sequences} sequences, seed ${seed}\n`);
const vitest = fileURLToPath(new URL('./vitest.mjs', import.meta.resolve('vitest/package.json')));
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/property'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: 'inherit',
  env: {
    ...process.env,
    PANTHOR_SHIM_SEQUENCES: sequences,
    PANTHOR_SHIM_SEED: seed,
    PANTHOR_SHIM_KEEP_SHRUNK: '1',
  },
});
// What `npm run test:slow` has a part of.
const whole = spawnSync(
  process.execPath,
  [
    vitest,
    'run',
    'test/documents.test.ts',
    'test/cli/hostile-lines.test.ts',
    'test/explore/reduction/findings.test.ts',
    'test/explore/reduction/traces.test.ts',
    'test/explore/state/tracking.test.ts',
    'test/explore/state/undo.test.ts',
  ],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: { ...process.env, PANTHOR_SHIM_SLOW: '1', PANTHOR_SHIM_WHOLE: '1' },
  },
);
const mutations = spawnSync(
  process.execPath,
  [fileURLToPath(new URL('explore/mutations/run.mjs', import.meta.url))],
  { stdio: 'inherit' },
);
const strategies = spawnSync(
  process.execPath,
  [fileURLToPath(new URL('explore/random/run.mjs', import.meta.url))],
  { stdio: 'inherit' },
);
const trees = spawnSync(process.execPath, [fileURLToPath(new URL('trees/run.mjs', import.meta.url))], {
  stdio: 'inherit',
  env: { ...process.env, PANTHOR_SHIM_SLOW: '1', PANTHOR_SHIM_WHOLE: '1' },
});
const attack = spawnSync(process.execPath, [fileURLToPath(new URL('attack.mjs', import.meta.url))], {
  stdio: 'inherit',
});
const clients = spawnSync(
  process.execPath,
  [fileURLToPath(new URL('clients/run.mjs', import.meta.url)), '--everywhere', '--only', ' on '],
  { stdio: 'inherit' },
);
const recipes = spawnSync(
  process.execPath,
  [vitest, 'run', '--config', fileURLToPath(new URL('recipes/vitest.config.ts', import.meta.url))],
  { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: 'inherit' },
);
const valkey = spawnSync(
  process.execPath,
  [vitest, 'run', '--config', 'test/fetched/vitest.config.ts', 'test/fetched/queue.test.ts'],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: { ...process.env, PANTHOR_SHIM_QUEUE_SERVER: 'valkey' },
  },
);
process.exitCode =
  (attack.status ?? 1) ||
  (status ?? 1) ||
  (whole.status ?? 1) ||
  (mutations.status ?? 1) ||
  (strategies.status ?? 1) ||
  (trees.status ?? 1) ||
  (clients.status ?? 1) ||
  (recipes.status ?? 1) ||
  (valkey.status ?? 1);
