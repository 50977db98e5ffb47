// Several clients at once on one server: the same ends as alone.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shim } from './captures.mjs';
import { clients } from './commands.mjs';
import { expect } from './harness.mjs';
import { crashed, run, tail } from './process.mjs';
import { complain } from './suite-each.mjs';

const TWO = [
  ['vulkaninfo', 'panthor_vm'],
  ['piglit-sparse-commit', 'piglit-sparse-basic'],
  ['panthor_group', 'panthor_group'],
];
const EIGHT = [
  'panthor_query',
  'panthor_gem',
  'panthor_vm',
  'panthor_group',
  'vulkaninfo',
  'eglinfo',
  'piglit-sparse-basic',
  'piglit-sparse-commit',
];

export async function manyClients(suite, place) {
  for (const names of [...TWO, EIGHT]) {
    const all = clients(place);
    const chosen = names.map((name) => all.find((c) => c.name === name));
    const lacks = chosen.map((c) => place.lacking(c)).find((l) => l !== '');
    const what = names.length === 8 ? 'eight clients' : names.join(' and ');
    if (lacks !== undefined) {
      suite.skip(`${what} at once are not run`, lacks);
      continue;
    }
    await suite.test(`${what} at once on one server`, () => together(place, chosen, names.length));
  }
}

/** One `run` whose command is a shell that starts all of them before it waits for any. */
async function together(place, chosen, n) {
  const folder = join(place.scratch, `together-${n}-${chosen.map((c) => c.name).join('-')}`.slice(0, 80));
  const lines = [`mkdir -p ${quote(folder)}`];
  for (const [i, client] of chosen.entries()) {
    const command = client.argv(place.preload[client.architecture]).map(quote).join(' ');
    const file = quote(join(folder, String(i)));
    lines.push(`( ${command} >${file}.out 2>${file}.err; echo $? >${file}.status ) &`);
  }
  lines.push('wait');
  const script = join(place.scratch, `together-${n}.sh`);
  writeFileSync(script, `${lines.join('\n')}\n`);
  const r = await run(shim(place, 'run', '--kernel', 'next', '--', '/bin/sh', script), {
    cwd: place.scratch,
    env: place.env,
    seconds: 300,
  });
  expect(crashed(r) === '', crashed(r), tail(r.stderr));
  expect(r.status === 0, `run ended with status ${r.status}`, tail(r.stderr));
  for (const [i, client] of chosen.entries()) {
    const read = (name) => readFileSync(join(folder, `${i}.${name}`), 'utf8');
    const result = {
      status: Number(read('status')),
      signal: null,
      timedOut: false,
      stdout: read('out'),
      stderr: read('err'),
    };
    try {
      complain(client, result);
    } catch (e) {
      e.message = `${client.name}: ${e.message}`;
      throw e;
    }
  }
  return '';
}

function quote(word) {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
