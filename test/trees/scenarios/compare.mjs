/** Scenarios drawn at random give the model's answers on a tree: other ones in each run. */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { expect } from '../../clients/harness.mjs';

const COUNT = process.env.PANTHOR_SHIM_SLOW === undefined ? 40 : 400;

/** What 6.12 races over without a lock, where a tree's threads are never held: the model alone breaks it (docs/trees.md). */
const UNLOCKED = { 6.12: 'interrupt-masks' };

/** `here` is test/trees; `seed` says the scenarios again, and is printed. */
export async function randomScenarios(suite, tree, dir, here, env, seed = randomInt(1 << 20)) {
  const what = `${COUNT} random scenarios (seed ${seed})`;
  await suite.test(`${tree.name}: ${what} have the model's verdicts and results`, () => {
    const args = [
      join(here, 'scenarios/explore-both.mjs'),
      dir,
      tree.name === '6.12-old' ? '6.12.95' : tree.like,
      seed,
      COUNT,
    ];
    const r = spawnSync(process.execPath, args.map(String), { encoding: 'utf8', env, maxBuffer: 1 << 26 });
    expect(r.status === 0, `exit status ${r.status ?? r.signal}`, r.stderr);
    const { alike, broken, bounded, refused, ...rest } = JSON.parse(r.stdout);
    // A tree that breaks nothing tells the results of its calls.
    const differ = rest.differ.filter(
      ({ model, tree: real }) => model !== UNLOCKED[tree.like] || !real.startsWith('t0: '),
    );
    expect(differ.length === 0, `${differ.length} differ`, JSON.stringify(differ[0], null, 1));
    expect(alike + broken > COUNT / 3, `only ${alike + broken} of ${COUNT} were decided`);
    return `${alike} hold, ${broken} break, ${bounded} too large, ${refused} refused`;
  });
}
