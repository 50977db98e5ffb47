/**
 * node search-by-threads.mjs SCENARIO JOBS ALONE_SECONDS: prints as JSON what a search by so many threads sees, and then what
 * one sees. Threads join where the world is the first of its process, so this is a process of its own.
 */
import { wordsOf } from '../tooling/words.mjs';

const load = (file) => import(new URL(`../../dist/interleaved/src/${file}`, import.meta.url).href);
const { run } = await load('explore/command.js');
const { kernel } = await load('driver/kernels.js');
const { DriverWorld } = await load('explore/driver-world.js');
const { loadScenario } = await load('explore/scenario/catalogue.js');
const { searchInParallel } = await load('explore/search/parallel.js');

const [name, jobs, alone] = wordsOf('SCENARIO JOBS ALONE_SECONDS');
const scenario = loadScenario(name);
const budget = { states: 100_000, seconds: 600, memory: 4 * 2 ** 30 };
const options = { budget, further: 100_000, accept: scenario.accept };

/** ms that the first thread rests at each state, so that the others are there before all is seen. */
const REST_MS = 1;
const clock = new Int32Array(new SharedArrayBuffer(4));

async function search(threads) {
  const world = new DriverWorld(scenario, kernel('7.2'), scenario.check);
  const { memoized } = world;
  const resting = (one) => {
    const { check } = one;
    return Object.assign(one, {
      check(report) {
        if (threads > 1) Atomics.wait(clock, 0, 0, REST_MS);
        check.call(one, report);
      },
    });
  };
  resting(world).memoized = () => resting(memoized.call(world));
  const found = await searchInParallel(scenario, kernel('7.2'), scenario.check, {
    ...{ ...options, world, jobs: threads, aloneSeconds: Number(alone) },
  });
  const findings = found.findings.map(({ violation }) => `${violation.invariant}: ${violation.message}`);
  const { outcome, stats, coverage, threads: joined } = found;
  return {
    ...{ outcome, states: stats.states, steps: stats.steps },
    ...{ calls: coverage.calls, findings: findings.sort(), joined },
  };
}

if (run === undefined) throw new Error('the interleaved build is another one');
console.log(JSON.stringify({ several: await search(Number(jobs)), one: await search(1) }));
