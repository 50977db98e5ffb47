// The nine workloads on the model and on a kernel tree's own code, in pairs: what one round took on the model, then on the tree.

import { buildTree } from '../dist/src/tree/build.js';
import { nearestKernel, treeName } from '../dist/src/tree/source.js';
import { duration, geometricMean, WARM_UP_MS } from './binds.mjs';
import { BenchClient } from './client.mjs';
import { median, range, spreadText } from './spread.mjs';
import { TreeClient } from './tree-client.mjs';
import { GROUPS } from './workloads.mjs';

const PAIRS = 9;

/** By workload: medians of both in ns, and of the ratio model to tree within the pairs. */
export async function measureBesideTree(dir) {
  const tree = await buildTree(dir, () => {}, false);
  const kernel = nearestKernel(tree);
  const found = {};
  for (const make of GROUPS) {
    const model = make(() => new BenchClient(kernel));
    const other = make(() => new TreeClient(tree));
    for (const until = performance.now() + WARM_UP_MS; performance.now() < until; ) model();
    other();
    for (let i = 0; i < PAIRS; i++) {
      // Which of the two comes first alternates.
      const pair = i % 2 === 0 ? [model(), other()] : [other(), model()].reverse();
      for (const name of Object.keys(pair[0])) {
        found[name] ??= { model: [], tree: [], ratio: [] };
        found[name].model.push(pair[0][name]);
        found[name].tree.push(pair[1][name]);
        found[name].ratio.push(pair[0][name] / pair[1][name]);
      }
    }
  }
  const workloads = Object.fromEntries(
    Object.entries(found).map(([name, lists]) => [
      name,
      {
        model: median(lists.model),
        tree: median(lists.tree),
        ratio: median(lists.ratio),
        ratios: lists.ratio,
        range: range(lists.ratio),
      },
    ]),
  );
  const mean = geometricMean(Object.values(workloads).map(({ ratio }) => ratio));
  return { kernel, tree: treeName(tree), digest: tree.digest, workloads, geometric_mean: mean };
}

export async function printBesideTree(dir, json) {
  const result = await measureBesideTree(dir);
  if (json) {
    process.stdout.write(
      `${JSON.stringify(result, (key, value) => (key === 'ratios' ? undefined : value))}\n`,
    );
    return;
  }
  process.stdout.write(
    `VM_BIND through the ioctl entry, VM active: the model's ${result.kernel}, and ${result.tree}\n\n`,
  );
  process.stdout.write(`  ${''.padEnd(22)}${'model'.padStart(10)}${'tree'.padStart(11)}   ratio\n`);
  for (const [name, { model, tree, ratio, ratios }] of Object.entries(result.workloads)) {
    const row = `${duration(model).padStart(10)} ${duration(tree).padStart(10)}   ${ratio.toFixed(2)}   ${spreadText(ratios)}`;
    process.stdout.write(`  ${name.padEnd(22)}${row}\n`);
  }
  process.stdout.write(
    `\n  geometric mean of the ratios ${result.geometric_mean.toFixed(2)}, ${PAIRS} pairs each\n\n`,
  );
}
