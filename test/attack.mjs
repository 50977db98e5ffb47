/**
 * node test/attack.mjs [SCALE]: what one client or many may do to a server, with the counts that are promised: ten
 * million bad inputs, ten thousand killed clients, a million calls without growth. SCALE (1) multiplies them; a
 * tenth takes some six minutes on two cores. Ends with 1 where something fails.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const scale = Number(process.argv[2] ?? 1);
if (!(scale > 0)) {
  process.stderr.write('usage: node test/attack.mjs [SCALE]\n');
  process.exit(2);
}
const top = fileURLToPath(new URL('..', import.meta.url));
const vitest = fileURLToPath(new URL('./vitest.mjs', import.meta.resolve('vitest/package.json')));
const times = (count) => String(Math.max(1, Math.round(count * scale)));

/** What is run, with which numbers: [what, environment, arguments of node]. */
const RUNS = [
  [
    '10,000,000 bad frames',
    { PANTHOR_SHIM_FUZZ: times(200) },
    [vitest, 'run', 'test/live/fuzz/frames.test.ts'],
  ],
  ['ioctls of all kinds', { PANTHOR_SHIM_FUZZ: times(100) }, [vitest, 'run', 'test/live/fuzz/fuzz.test.ts']],
  [
    'a million calls',
    { PANTHOR_SHIM_ROUNDS: times(60_000) },
    [vitest, 'run', 'test/live/load/growth.test.ts'],
  ],
  [
    '10,000 killed clients',
    { PANTHOR_SHIM_KILLS: times(10_000) },
    ['test/clients/run.mjs', '--only', '^a client is killed'],
  ],
  ['pauses of the server beside clients of all kinds', {}, ['test/pauses.mjs']],
  ['an innocent client beside others', {}, ['test/innocent.mjs']],
];

for (const [what, env, args] of RUNS) {
  const begin = performance.now();
  process.stdout.write(`=== ${what}, times ${scale}\n`);
  const { status } = spawnSync(process.execPath, args, {
    cwd: top,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  process.stdout.write(`=== ${what}: ${status === 0 ? 'ok' : 'FAILED'} after ${seconds} s\n`);
  if (status !== 0) process.exitCode = 1;
}
