/**
 * What takes minutes: every part of a block at every page, larger small worlds, a million frames and many more ioctls of
 * all kinds for the server, a million random steps of the explorer, every place at which the driver may be switched, and
 * the mutations. Ends with 1 where something fails.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = fileURLToPath(new URL('..', import.meta.url));
const vitest = fileURLToPath(new URL('./vitest.mjs', import.meta.resolve('vitest/package.json')));

/** Test files by what makes them long. */
const LONG = [
  [
    { PANTHOR_SHIM_SLOW: '1' },
    'test/cli/captures.test.ts',
    'test/cli/hostile-lines.test.ts',
    'test/cli/schemas.test.ts',
    'test/cli/strangers.test.ts',
    'test/cli/stream.test.ts',
    'test/cli/usage.test.ts',
    'test/conform/cli.test.ts',
    'test/conform/corruption.test.ts',
    'test/conform/vectors.test.ts',
    'test/device/info.test.ts',
    'test/device/real.test.ts',
    'test/cli/width.test.ts',
    'test/page/thinned.test.ts',
    'test/page/walks.test.ts',
    'test/cli/progress.test.ts',
    'test/driver/ioctl/vm-bind-oom.test.ts',
    'test/driver/mmu/gpuvm/small-world.test.ts',
    'test/driver/mmu/partial.test.ts',
    'test/explore/behaviours.test.ts',
    'test/explore/cases.test.ts',
    'test/explore/cli.test.ts',
    'test/explore/documents.test.ts',
    'test/explore/memo/memo-world.test.ts',
    'test/explore/reclaim.test.ts',
    'test/explore/reduction/commute.test.ts',
    'test/explore/reduction/findings.test.ts',
    'test/explore/reduction/traces.test.ts',
    'test/explore/scenario.test.ts',
    'test/explore/seeded.test.ts',
    'test/live/door.test.ts',
    'test/explore/state/soundness.test.ts',
    'test/explore/state/tracking.test.ts',
    'test/explore/state/undo.test.ts',
    'test/explore/table.test.ts',
    'test/explore/token-digest.test.ts',
    'test/fault/staged.test.ts',
    'test/live/injection.test.ts',
    'test/query/call-lines.test.ts',
  ],
  [{ PANTHOR_SHIM_FUZZ: '20' }, 'test/live/fuzz/frames.test.ts'],
  [{ PANTHOR_SHIM_FUZZ: '5' }, 'test/live/fuzz/fuzz.test.ts'],
  [{ PANTHOR_SHIM_WALK: '1000000' }, 'test/explore/state/determinism.test.ts'],
];

function run(args, env) {
  const { status } = spawnSync(process.execPath, args, { cwd: top, stdio: 'inherit', env });
  if (status !== 0) process.exitCode = 1;
}

for (const [env, ...files] of LONG) {
  // vitest says nothing of a path that is not there while another is.
  for (const file of files) if (!existsSync(join(top, file))) throw new Error(`${file} is not there`);
  run([vitest, 'run', ...files], { ...process.env, ...env });
}
run([join(top, 'test/mutations/run.mjs')], process.env);
run([join(top, 'test/explore/switch-points/run.mjs')], process.env);
// Those that docs/history.md names, and as many of reclaim and the scheduler as there is time for.
run(
  [
    join(top, 'test/explore/mutations/run.mjs'),
    '--seconds',
    '150',
    'unsuspends|keep the device on|the shrinker|a tick',
  ],
  process.env,
);
