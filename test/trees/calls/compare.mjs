/**
 * Random calls of clients, on a tree's own ioctls and on the model: other ones in each run, and more where
 * PANTHOR_SHIM_WHOLE is set.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { expect } from '../../clients/harness.mjs';

const STREAMS = process.env.PANTHOR_SHIM_WHOLE === undefined ? 20 : 200;
const CALLS = 150;

/** `here` is test/trees; `seed` says the calls again, and is printed. */
export async function randomCalls(suite, tree, dir, here, env, seed = randomInt(1 << 20)) {
  const what = `${STREAMS} streams of random ioctls (seed ${seed})`;
  await suite.test(`${tree.name}: ${what} are answered as the model answers them`, () => {
    const kernel = tree.name === '6.12-old' ? '6.12.95' : tree.like;
    const args = [join(here, 'calls/play.mjs'), dir, kernel, seed, STREAMS, CALLS];
    const r = spawnSync(process.execPath, args.map(String), { encoding: 'utf8', env, maxBuffer: 1 << 26 });
    expect(r.status === 0, `exit status ${r.status ?? r.signal}`, r.stderr);
    const { calls, operations, dereferences, differ } = JSON.parse(r.stdout);
    expect(differ.length === 0, `${differ.length} differ`, JSON.stringify(differ[0], null, 1));
    expect(calls > STREAMS * CALLS * 0.6, `only ${calls} calls`);
    return `${calls} calls, ${operations} operations, ${dereferences} end where the kernel dereferences NULL`;
  });
}
