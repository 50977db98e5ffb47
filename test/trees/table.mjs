/**
 * The tables of docs/trees.md: what every scenario that a tree can run, and every claim of docs/review.md about a released kernel,
 * comes to on a tree's own driver, held against the model of the same kernel.
 *
 *   node test/trees/table.mjs [--seconds N] [--only REGEXP] TREE...
 *
 * prints Markdown, a column for each tree. A verdict that is not the model's is in bold, with the model's behind it.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { whyModelAlone } from '../../dist/interleaved/src/explore/model/model-alone.js';
import { loadScenario, scenarioNames } from '../../dist/interleaved/src/explore/scenario/catalogue.js';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, only: { type: 'string' } },
  allowPositionals: true,
});
const budget = ['--no-compare', '--budget', `seconds=${values.seconds},states=20000000`];

function shim(...args) {
  const r = spawnSync(process.execPath, [join(project, 'bin/panthor-shim'), ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { status: r.status, json: r.stdout === '' ? null : JSON.parse(r.stdout), error: r.stderr.trim() };
}

const trees = positionals.map((dir) => {
  const { json, error } = shim('tree', 'info', '--json', dir);
  if (json === null) throw new Error(error);
  return { dir, version: json.version, kernel: json.nearest };
});

/** A verdict in a cell: `holds`, `violated: …`, `open` where the search came to no end, or why there is none. */
function verdict(...args) {
  const { status, json, error } = shim('explore', ...args, ...budget, '--jobs', '1', '--json');
  if (status !== 0 && status !== 1)
    return {
      text: error
        .split('\n')
        .at(-1)
        .replace(/^panthor-shim: /, ''),
    };
  const broken = [...new Set(json.violations.map(({ invariant }) => invariant))].sort();
  if (json.verdict === 'violated') return { text: `violated: ${broken.join(', ')}`, states: json.states };
  return { text: json.verdict === 'bounded' ? 'open' : json.verdict, states: json.states };
}

/** What a tree says, and the model where that is something else. */
function cell(tree, ...args) {
  const [found, model] = [verdict(...args, '--tree', tree.dir), verdict(...args, '--kernel', tree.kernel)];
  process.stderr.write(
    `${tree.version} ${args.join(' ')}: ${found.text} (${found.states ?? '–'}), model: ${model.text} (${model.states ?? '–'})\n`,
  );
  if (found.text === model.text || found.text === 'open') return found.text;
  return `**${found.text}** (model: ${model.text})`;
}

function table(head, rows) {
  const columns = trees.map(({ version }) => version);
  const lines = [`| ${head} | ${columns.join(' | ')} |`, `|${'---|'.repeat(columns.length + 1)}`];
  for (const [name, cells] of rows) lines.push(`| \`${name}\` | ${cells.join(' | ')} |`);
  process.stdout.write(`${lines.join('\n')}\n\n`);
}

/** Claims of docs/review.md that are about a kernel as it was released: arguments, and the kernels. */
function claims() {
  const text = readFileSync(join(project, 'docs/review.md'), 'utf8');
  return [...text.matchAll(/^ {4}panthor-shim explore (\S+)(.*?) {2,}\S/gm)]
    .map(([, name, options]) => {
      const kernels = /--kernel (\S+)/.exec(options)?.[1].split('|') ?? ['7.2'];
      const invariant = /--invariant (\S+)/.exec(options)?.[1];
      return { name, kernels, invariant, switched: /--with(out)? /.test(options) };
    })
    .filter(({ switched, invariant }) => !switched && invariant !== undefined);
}

const wanted = (name) => values.only === undefined || new RegExp(values.only).test(name);
const isForTrees = (name) => whyModelAlone(loadScenario(name)) === null;
const scenarios = scenarioNames().filter((name) => isForTrees(name) && wanted(name));
table(
  'scenario',
  scenarios.map((name) => [name, trees.map((tree) => cell(tree, name))]),
);
table(
  'claim of review.md',
  claims()
    .filter(({ name }) => isForTrees(name) && wanted(name))
    .map(({ name, invariant, kernels }) => [
      `${name} --invariant ${invariant}`,
      trees.map((tree) => (kernels.includes(tree.kernel) ? cell(tree, name, '--invariant', invariant) : '')),
    ]),
);
