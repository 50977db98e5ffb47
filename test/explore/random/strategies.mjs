/**
 * Random scenarios, each searched by states and by traces, with and without remembered steps: node strategies.mjs SEED COUNT
 * [KERNEL…]. Verdicts, what breaks, states and the results of calls are the same. Only where something breaks may traces say less:
 * a schedule ends there, and what would have followed is not known (docs/explore.md). Prints what was found as JSON.
 */
import { DriverWorld } from '../../../dist/interleaved/src/explore/driver-world.js';
import { wordsOf } from '../../tooling/words.mjs';
import { decide } from '../../trees/scenarios/decide.mjs';
import { outcomes } from '../../trees/scenarios/outcomes.mjs';
import { randomScenario } from '../../trees/scenarios/random-scenario.mjs';

const [seed, count, ...kernels] = wordsOf('SEED COUNT [KERNEL…]');
const found = { alike: 0, broken: 0, bounded: 0, refused: 0, differ: [] };
const { memoized } = DriverWorld.prototype;

/** Ways to search: what is asked for, whether steps are remembered, and whether it is by traces, which visit no state twice or count any. */
const WAYS = {
  states: { ask: {}, memo: true, traces: false },
  'without memory': { ask: {}, memo: false, traces: false },
  traces: { ask: { traces: true }, memo: true, traces: true },
  'traces without memory': { ask: { traces: true }, memo: false, traces: true },
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

/** What all ways are to agree in; of traces there are no states. */
const said = (answer, counts) =>
  answer.violations.length > 0
    ? outcomes(answer)
    : [answer.verdict, counts ? answer.states : '', outcomes(answer)].join('\n');

/** Whether a way says what the search of all states says; what traces find is some of that, and not nothing where that is not. */
function agrees(answer, first, traces) {
  if (!traces || answer.violations.length === 0 || first.violations.length === 0)
    return said(answer, !traces) === said(first, !traces);
  const all = outcomes(first).split(' ');
  return outcomes(answer)
    .split(' ')
    .every((one) => all.includes(one));
}

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
      answer !== null && answer.verdict !== 'bounded' && !agrees(answer, first, WAYS[name].traces),
  );
  if (first.verdict !== 'bounded' && others.length > 0)
    found.differ.push({
      seed: number,
      kernel,
      states: said(first, true),
      others: others.map(([name, answer]) => [name, said(answer, !WAYS[name].traces)]),
      source,
    });
  else if (bounded !== undefined) found.bounded++;
  else found[first.violations.length > 0 ? 'broken' : 'alike']++;
}
process.stdout.write(`${JSON.stringify(found)}\n`);
