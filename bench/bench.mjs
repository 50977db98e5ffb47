// Speed and memory of the model, beside C work measured in the same minute: `npm run bench [-- --json] [part …]`.
// Parts: binds (the nine workloads), growth, memory, records. All of them without a name; --json prints the binds alone.
// `--tree DIR`: the nine workloads on the model and on that kernel tree's own code, in pairs.
import { parseArgs } from 'node:util';
import '../dist/src/engine.js';
import { printBesideTree } from './beside-tree.mjs';
import { printBinds } from './binds.mjs';
import { printGrowth } from './growth.mjs';
import { printMemory } from './memory.mjs';
import { printRecords } from './records.mjs';

const PARTS = { binds: printBinds, growth: printGrowth, memory: printMemory, records: printRecords };
const { values, positionals: named } = parseArgs({
  options: { json: { type: 'boolean', default: false }, tree: { type: 'string' } },
  allowPositionals: true,
});
const { json, tree } = values;
const unknown = named.find((name) => PARTS[name] === undefined);
if (unknown !== undefined) {
  process.stderr.write(`no part '${unknown}'; there are ${Object.keys(PARTS).join(', ')}\n`);
  process.exit(2);
}
if (tree !== undefined) {
  await printBesideTree(tree, json);
} else {
  for (const name of named.length > 0 ? named : json ? ['binds'] : Object.keys(PARTS))
    await PARTS[name](json);
}
