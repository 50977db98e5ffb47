/**
 * Makes each mistake of list.mjs in a copy of the sources and runs the suites that must notice it.
 *
 *     node test/mutations/run.mjs [--all] [TEXT]
 *
 * TEXT picks mutations by name. --all runs every suite on every mutation and shows which ones notice. Exits with 1 where a
 * mutation goes unnoticed.
 */
import { MUTATIONS } from './list.mjs';
import { findChange } from './place.mjs';
import { Sandbox } from './sandbox.mjs';

const SUITES = ['small-world', 'documented', 'partial', 'vma-store', 'lives', 'vectors'];
const args = process.argv.slice(2);
const all = args.includes('--all');
const text = args.find((arg) => !arg.startsWith('--')) ?? '';
const chosen = MUTATIONS.filter(({ name }) => name.includes(text));

const print = (line) => process.stdout.write(`${line}\n`);
let passed = 0;
let failed = 0;
const sandbox = new Sandbox();

/** Which of the suites that must notice did not, and what the first that did said. */
function missed(change, caughtBy) {
  const silent = [];
  const noticed = [];
  let said = '';
  const undo = sandbox.mutate(change);
  for (const suite of all ? SUITES : caughtBy) {
    const wrong = sandbox.run(suite);
    if (wrong === null) {
      if (caughtBy.includes(suite)) silent.push(suite);
    } else {
      noticed.push(suite);
      said ||= wrong;
    }
  }
  undo();
  return { silent, noticed, said };
}

try {
  for (const suite of new Set(all ? SUITES : chosen.flatMap(({ caughtBy }) => caughtBy))) {
    const wrong = sandbox.run(suite);
    if (wrong !== null) throw new Error(`without any mutation: ${wrong}`);
  }
  for (const mutation of chosen) {
    const change = findChange(sandbox.dir, mutation);
    const { silent, noticed, said } = missed(change, mutation.caughtBy);
    const caught = noticed.length > 0 && silent.length === 0;
    if (caught) passed++;
    else failed++;
    print(`${caught ? 'caught ' : 'MISSED '} ${mutation.name} (${change.file})`);
    if (noticed.length > 0)
      print(`          by ${noticed.join(', ')}: ${said.slice(said.indexOf(': ') + 2, 160)}`);
    if (silent.length > 0) print(`          not by ${silent.join(', ')}`);
  }
} finally {
  sandbox.close();
}
print(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
