/**
 * Random scenarios, each searched by states, by states without remembered steps, by traces and by several threads: node
 * strategies.mjs SEED COUNT [KERNEL…]. Verdicts, what breaks, states and the results of calls are the same. Prints what was found
 * as JSON.
 */
import { DriverWorld } from '../../../dist/interleaved/src/explore/driver-world.js';
import { decide, outcomes } from '../../trees/scenarios/decide.mjs';
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

function decideBy({ ask, memo }, source, kernel) {
  DriverWorld.prototype.memoized = memo
    ? memoized
    : function self() {
        return this;
      };
  const budget = { states: 4_000, seconds: 8, memory: 2 ** 31 };
  return decide({ scenario: { name: 'random', source }, kernel, budget, ...ask }, ['UsageError']);
}

/** What all ways are to agree in. */
const said = (answer, counts) =>
  answer.violations.length > 0
    ? outcomes(answer)
    : [answer.verdict, counts ? answer.states : '', outcomes(answer)].join('\n');

for (let i = 0; i < Number(count); i++) {
  const number = Number(seed) + i;
  const source = randomScenario(number);
  const kernel = kernels.length === 0 ? '7.2' : kernels[i % kernels.length];
  const answers = {};
  for (const [name, way] of Object.entries(WAYS)) {
    answers[name] = await decideBy(way, source, kernel);
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
