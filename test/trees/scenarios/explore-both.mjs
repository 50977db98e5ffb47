/**
 * Random scenarios on the model and on a tree, of all invariants: node explore-both.mjs TREE KERNEL SEED COUNT. What breaks
 * is the same, and where nothing does every call has the same results. Prints what was found as JSON.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../dist/interleaved/src/explore/command.js';
import { build } from '../../../dist/src/cli/options/tree.js';
import { randomScenario } from './random-scenario.mjs';

const STATES = 6000;

const [dir, kernel, seed, count] = process.argv.slice(2);
const tree = await build(dir);
const scratch = mkdtempSync(join(tmpdir(), 'panthor-shim-scenarios-'));
const found = { alike: 0, broken: 0, bounded: 0, refused: 0, differ: [] };

/** What is decided of a scenario's file; null where it is refused. */
async function decide(scenario, where) {
  try {
    const reply = await run({
      scenario,
      with: [],
      without: [],
      invariants: ['all'],
      jobs: 1,
      json: true,
      strict: false,
      accept: [],
      compare: false,
      budget: { states: STATES, seconds: 60, memory: 2 ** 31 },
      seed: 1,
      ...where,
    });
    return JSON.parse(reply.text);
  } catch (error) {
    if (error.name === 'ScenarioError' || error.name === 'UsageError' || error.name === 'InputError')
      return null;
    throw new Error(`${scenario}: ${error.message}`, { cause: error });
  }
}

/** What model and tree are to agree in. Once something is broken, what calls return is no longer compared. */
function said({ violations, coverage }) {
  const broken = [...new Set(violations.map(({ invariant }) => invariant))].sort();
  if (broken.length > 0) return broken.join(' ');
  return coverage.calls
    .map(({ thread, call, results }) => `${thread}: ${call}: ${results.sort().join()}`)
    .join('\n');
}

for (let i = 0; i < Number(count); i++) {
  const text = randomScenario(Number(seed) + i);
  const scenario = join(scratch, `random-${Number(seed) + i}.scenario`);
  writeFileSync(scenario, text);
  const model = await decide(scenario, { kernel });
  if (model === null) {
    found.refused++;
    continue;
  }
  const real = model.states < STATES ? await decide(scenario, { tree }) : null;
  if (real === null || real.states >= STATES) found.bounded++;
  else if (said(model) === said(real)) found[model.violations.length > 0 ? 'broken' : 'alike']++;
  else found.differ.push({ seed: Number(seed) + i, model: said(model), tree: said(real), text });
}
rmSync(scratch, { recursive: true });
process.stdout.write(`${JSON.stringify(found)}\n`);
