/**
 * The figures of docs/trees.md, measured: the nine workloads on model and tree in pairs, and how fast the explorer steps the tree.
 *
 *   node bench/tree-tables.mjs [--write] DIR
 *
 * prints them as Markdown; --write puts them into docs/trees.md, between the two comments that name this file. Only a quiet
 * machine says anything.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureBesideTree } from './beside-tree.mjs';
import { duration } from './binds.mjs';
import { measureExploring, SCENARIOS } from './explore-tree.mjs';

const BEGIN = '<!-- written by bench/tree-tables.mjs -->';
const END = '<!-- end of bench/tree-tables.mjs -->';
const DOCUMENT = fileURLToPath(new URL('../docs/trees.md', import.meta.url));

const { values, positionals } = parseArgs({
  options: { write: { type: 'boolean' } },
  allowPositionals: true,
});
if (positionals.length !== 1) {
  process.stderr.write('node bench/tree-tables.mjs [--write] DIR\n');
  process.exit(2);
}

const { workloads, tree: name, geometric_mean: mean } = await measureBesideTree(positionals[0]);
const rows = [
  `| workload | model | ${name.replace(/ \(.*/, '')} | ratio |`,
  '|---|---|---|---|',
  ...Object.entries(workloads).map(
    ([workload, { model, tree, ratio }]) =>
      `| \`${workload}\` | ${duration(model).trim()} | ${duration(tree).trim()} | ${ratio.toFixed(2)} |`,
  ),
  `| geometric mean | | | ${mean.toFixed(2)} |`,
  '',
  '| scenario | states | transitions a second of CPU | all of it, seconds of CPU |',
  '|---|---|---|---|',
  ...SCENARIOS.map((scenario) => {
    const { states, per_second, search_seconds } = measureExploring(positionals[0], scenario);
    const numbers = [states.toLocaleString('en'), per_second.toLocaleString('en'), search_seconds.toFixed(2)];
    return `| ${scenario} | ${numbers.join(' | ')} |`;
  }),
];
const text = `${BEGIN}\n\n${rows.join('\n')}\n\n${END}`;
if (values.write) {
  const before = readFileSync(DOCUMENT, 'utf8');
  const [from, to] = [before.indexOf(BEGIN), before.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${DOCUMENT} has no place for the tables`);
  writeFileSync(DOCUMENT, before.slice(0, from) + text + before.slice(to + END.length));
} else process.stdout.write(`${text}\n`);
