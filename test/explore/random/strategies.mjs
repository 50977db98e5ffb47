/**
 * Random scenarios, each searched by states, by states without remembered steps, by traces and by several threads: node
 * strategies.mjs SEED COUNT [KERNEL…]. Verdicts, what breaks, states and the results of calls are the same. Prints what was found
 * as JSON.
 */
import { run } from '../../../dist/interleaved/src/explore/command.js';
import { DriverWorld } from '../../../dist/interleaved/src/explore/driver-world.js';
import { randomScenario } from '../../trees/scenarios/random-scenario.mjs';

const [seed, count, ...kernels] = process.argv.slice(2);
const found = { alike: 0, broken: 0, bounded: 0, refused: 0, differ: [] };
const { memoized } = DriverWorld.prototype;

/** Ways to search: what is asked for, whether steps are remembered, and whether each state is visited. */
const WAYS = {
  states: { ask: {}, memo: true, counts: true },
  'without memory': { ask: {}, memo: false, counts: true },
  traces: { ask: { traces: true }, memo: true, counts: false },
  'traces without memory': { ask: { traces: true }, memo: false, counts: false },
};

async function decide(source, kernel, { ask, memo }) {
  DriverWorld.prototype.memoized = memo
    ? memoized
    : function self() {
        return this;
      };
  try {
    const reply = await run({
      scenario: { name: 'random', source },
      kernel,
      with: [],
      without: [],
      invariants: ['all'],
      jobs: 1,
      json: true,
      strict: false,
      accept: [],
      compare: false,
      budget: { states: 4_000, seconds: 8, memory: 2 ** 31 },
      seed: 1,
      ...ask,
    });
    return JSON.parse(reply.text);
  } catch (error) {
    if (error.name === 'UsageError') return null;
    throw new Error(`${error.message}\n${source}`, { cause: error });
  }
}

/** What all ways are to agree in. */
function said({ verdict, violations, coverage, states }, counts) {
  const broken = [...new Set(violations.map(({ invariant, message }) => `${invariant}: ${message}`))].sort();
  if (broken.length > 0) return `${[...new Set(violations.map(({ invariant }) => invariant))].sort()}`;
  const calls = coverage.calls.map(
    ({ thread, call, results }) => `${thread}: ${call}: ${[...results].sort().join()}`,
  );
  return [verdict, counts ? states : '', ...calls].join('\n');
}

for (let i = 0; i < Number(count); i++) {
  const number = Number(seed) + i;
  const source = randomScenario(number);
  const kernel = kernels.length === 0 ? '7.2' : kernels[i % kernels.length];
  const answers = {};
  for (const [name, way] of Object.entries(WAYS)) {
    answers[name] = await decide(source, kernel, way);
    if (answers[name] === null || answers[name].verdict === 'bounded') break;
  }
  const first = answers.states;
  if (first === null) {
    found.refused++;
    continue;
  }
  const bounded = Object.entries(answers).find(([, answer]) => answer?.verdict === 'bounded');
  const others = Object.entries(answers).filter(
    ([name, answer]) =>
      answer !== null &&
      answer.verdict !== 'bounded' &&
      said(answer, WAYS[name].counts) !== said(first, WAYS[name].counts),
  );
  if (first.verdict !== 'bounded' && others.length > 0)
    found.differ.push({
      seed: number,
      kernel,
      states: said(first, true),
      others: others.map(([name, answer]) => [name, said(answer, WAYS[name].counts)]),
      source,
    });
  else if (bounded !== undefined) found.bounded++;
  else found[first.violations.length > 0 ? 'broken' : 'alike']++;
}
process.stdout.write(`${JSON.stringify(found)}\n`);
