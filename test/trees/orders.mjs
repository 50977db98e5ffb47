/**
 * Whether threads that do not meet leave the same state in either order: node orders.mjs TREE. What they allocate is at the same
 * addresses, or a search would tell states apart that are the same; and tables of their own are tables that the GPU can
 * walk. Prints as JSON the fingerprints of both orders, and what became of a read through the second binder's.
 */

import { kernel } from '../../dist/interleaved/src/driver/kernels.js';
import { DriverWorld } from '../../dist/interleaved/src/explore/driver-world.js';
import { parseScenario } from '../../dist/interleaved/src/explore/scenario/parser.js';
import { threadOf } from '../../dist/interleaved/src/explore/search/world.js';
import { TreeDriver } from '../../dist/interleaved/src/explore/tree/driver.js';
import { buildTree } from '../../dist/interleaved/src/tree/build.js';
import { nearestKernel } from '../../dist/interleaved/src/tree/source.js';
import { wordsOf } from '../tooling/words.mjs';

const BINDERS = `about Two binders that have nothing to do with each other.
check table-pages
object old 8K
object new 8K
vm A
  map old at 0x10000000
vm B
  map old at 0x10000000
thread first
  map A new at 0x10000000
thread second
  unmap B at 0x10001000 size 4K`;

const READER = `about A binder that reads through the table that its map has taken.
check atomic
object new 8K
vm A
  activate
thread client
  map A new at 0x40000000
  read A 0x40000000`;

const tree = await buildTree(wordsOf('TREE')[0]);
const model = kernel(nearestKernel(tree));
const steps = new Uint8Array(256);

function worldOf(text) {
  const scenario = parseScenario(text, 'orders');
  return new DriverWorld(scenario, model, scenario.check, { driver: new TreeDriver(tree) });
}

/** One thread as far as it goes, then the other. */
function run(world, first) {
  world.reset();
  for (let n = world.enabled(steps); n > 0; n = world.enabled(steps)) {
    const possible = Array.from(steps.subarray(0, n));
    world.step(possible.find((step) => threadOf(step) === first) ?? possible[0]);
  }
  const lanes = new Int32Array(2);
  world.fingerprint(lanes);
  return [...lanes];
}

const binders = worldOf(BINDERS);
const orders = [run(binders, 0), run(binders, 1)];
const reader = worldOf(READER);
run(reader, 0);
const { calls } = reader.harness.coverage.report();
process.stdout.write(`${JSON.stringify({ orders, read: calls.at(-1).results })}\n`);
