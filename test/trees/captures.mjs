/**
 * Captures on trees, one row for each: node test/trees/captures.mjs [--captures FOLDER] TREE…
 *
 * Each record enters the tree's own ioctls (or the model, where the tree does not have what answers it), and the whole report
 * is held against the model's alone. Exit status 1 where anything differs. Without a folder it is the captures of the tests.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { capturesIn, differing } from './replay.mjs';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values, positionals } = parseArgs({
  options: { captures: { type: 'string' } },
  allowPositionals: true,
});
if (positionals.length === 0) {
  process.stderr.write('node test/trees/captures.mjs [--captures FOLDER] TREE…\n');
  process.exit(2);
}
const folder = values.captures ?? join(project, 'test/fixtures/captures');

/** The report of a replay. */
function replay(...args) {
  const command = [join(project, 'bin/panthor-shim'), 'replay', '--json', ...args];
  const r = spawnSync(process.execPath, command, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (r.stdout === '') throw new Error(`replay ${args.join(' ')}: exit status ${r.status}: ${r.stderr}`);
  return JSON.parse(r.stdout);
}

const sum = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);

/** What is not as in the model, in words; nothing where all is. */
function wrongIn({ difference, differences, out_of_step }, report, model) {
  const field = differing(report, model);
  return [
    ...(difference === null ? [] : [`step by step: ${JSON.stringify(difference)}`]),
    ...(out_of_step === null ? [] : [`record ${out_of_step.index}: ${out_of_step.why}`]),
    ...differences.map(
      ({ index, call, model, tree }) => `record ${index}: ${call}: ${tree}, the model ${model}`,
    ),
    ...(field === undefined ? [] : [`the report's ${field} is another one`]),
  ];
}

let status = 0;
for (const tree of positionals) {
  for (const name of capturesIn(folder)) {
    const path = join(folder, name);
    const { tree: played, ...report } = replay('--tree', tree, path);
    const wrong = wrongIn(played, report, replay('--kernel', report.kernel, path));
    const by = `${report.records} records, ${sum(played.calls)} calls by the tree and ${sum(played.calls_of_model)} by the model`;
    const verdict = wrong.length === 0 ? 'as the model' : `${wrong.length} differences`;
    process.stdout.write(`${played.name}  ${name}  ${by}: ${verdict}\n`);
    for (const one of wrong) process.stdout.write(`  ${one}\n`);
    if (wrong.length > 0) status = 1;
  }
}
process.exitCode = status;
