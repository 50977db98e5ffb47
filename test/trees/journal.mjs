/**
 * Random schedules on a tree, the journal of its memory held against the whole of it: node journal.mjs TREE SCHEDULES
 * [LEFT_OUT]. After each step the hash that was kept is the one from scratch; what is undone leaves the same bytes. Prints
 * what was found as JSON. LEFT_OUT: bits of what the journal is not told of (host/journal.h).
 */

import { kernel as modelOf } from '../../dist/interleaved/src/driver/kernels.js';
import { DriverWorld } from '../../dist/interleaved/src/explore/driver-world.js';
import { loadScenario } from '../../dist/interleaved/src/explore/scenario/catalogue.js';
import { TreeDriver } from '../../dist/interleaved/src/explore/tree/driver.js';
import { buildTree } from '../../dist/interleaved/src/tree/build.js';
import { nearestKernel } from '../../dist/interleaved/src/tree/source.js';
import { wordsOf } from '../tooling/words.mjs';

const SCENARIOS = [
  'rebind-while-accessing',
  'activate-while-rebinding',
  'activate-then-access',
  'evict-while-rebinding',
  'destroy-while-running',
  'reset-while-rebinding',
  'fault-while-rebinding',
  'suspend-beside-reset',
  'partial-unmap-of-block',
  'surprise-removal',
];
const LONGEST = 400;

const [dir, schedules, leftOut = '0'] = wordsOf('TREE SCHEDULES [LEFT_OUT]');
const tree = await buildTree(dir);
const steps = new Uint8Array(256);
const found = { schedules: 0, steps: 0, undone: 0, hashes: 0, bytes: 0, first: null };
let seed = 12345;

/** The next number below `n`; the same ones in every run. */
function random(n) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * n);
}

function hash(native, mailbox, scratch) {
  native.hash(scratch);
  return mailbox.word(0);
}

/** One schedule, and what it did from a random step on undone; then all of it. */
function runOne(world, kernel, initial) {
  const { native, mailbox } = kernel;
  world.reset();
  const from = random(60);
  let saved = -1;
  const wrong = (kind, what) => {
    found[kind]++;
    found.first ??= `${world.scenario.name}: ${what}`;
  };
  for (let i = 0; i < LONGEST; i++) {
    if (i === from) {
      native.save();
      saved = native.moment();
    }
    const n = world.enabled(steps);
    if (n === 0) break;
    try {
      world.step(steps[random(n)]);
    } catch (error) {
      // Where the journal was not told of something, what follows may be anything.
      if (error.name !== 'Violation' && leftOut === '0') throw error;
      break;
    }
    found.steps++;
    if (hash(native, mailbox, 0) !== hash(native, mailbox, 1))
      wrong('hashes', `the hash after ${i + 1} steps`);
  }
  found.schedules++;
  if (saved >= 0) {
    found.undone += native.moment() - saved;
    // One by one (and nothing asked in between: what is known of each thread's stack comes back with the moment), or at once.
    if (found.schedules % 2 === 0) while (native.moment() > saved) kernel.undo(native.moment() - 1);
    else kernel.undo(saved);
    if (native.differs() !== 0) wrong('bytes', `${mailbox.text} after ${found.undone} moments`);
    if (hash(native, mailbox, 0) !== hash(native, mailbox, 1)) wrong('hashes', 'the hash after undoing');
  }
  kernel.undo(0);
  if (hash(native, mailbox, 1) !== initial) wrong('bytes', 'the initial state');
}

for (const name of SCENARIOS) {
  const scenario = loadScenario(name);
  const driver = new TreeDriver(tree);
  const model = modelOf(nearestKernel(tree));
  const world = new DriverWorld(scenario, model, scenario.check, { driver });
  const { native, mailbox } = driver.kernel;
  const initial = hash(native, mailbox, 1);

  native.leaveOut(Number(leftOut));
  for (let i = 0; i < Number(schedules) / SCENARIOS.length; i++) runOne(world, driver.kernel, initial);
}
process.stdout.write(`${JSON.stringify(found)}\n`);
