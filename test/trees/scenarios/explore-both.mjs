/**
 * Random scenarios on the model and on a tree, of all invariants: node explore-both.mjs TREE KERNEL SEED COUNT. What breaks
 * is the same, and where nothing does every call has the same results. Prints what was found as JSON.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../../../dist/src/cli/options/tree.js';
import { wordsOf } from '../../tooling/words.mjs';
import { decide } from './decide.mjs';
import { outcomes } from './outcomes.mjs';
import { randomScenario } from './random-scenario.mjs';

const STATES = 6000;

const [dir, kernel, seed, count] = wordsOf('TREE KERNEL SEED COUNT');
const tree = await build(dir);
const scratch = mkdtempSync(join(tmpdir(), 'panthor-shim-scenarios-'));
const found = { alike: 0, broken: 0, bounded: 0, refused: 0, differ: [] };

const budget = { states: STATES, seconds: 60, memory: 2 ** 31 };
const refusals = ['ScenarioError', 'UsageError', 'InputError'];

for (let i = 0; i < Number(count); i++) {
  const text = randomScenario(Number(seed) + i);
  const scenario = join(scratch, `random-${Number(seed) + i}.scenario`);
  writeFileSync(scenario, text);
  const model = await decide({ scenario, kernel, budget }, refusals);
  if (model === null) {
    found.refused++;
    continue;
  }
  const real = model.states < STATES ? await decide({ scenario, tree, budget }, refusals) : null;
  if (real === null || real.states >= STATES) found.bounded++;
  else if (outcomes(model) === outcomes(real)) found[model.violations.length > 0 ? 'broken' : 'alike']++;
  else found.differ.push({ seed: Number(seed) + i, model: outcomes(model), tree: outcomes(real), text });
}
rmSync(scratch, { recursive: true });
process.stdout.write(`${JSON.stringify(found)}\n`);
