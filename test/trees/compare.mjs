/** Trees against each other and against the model: reviews, and that the same is the same in every process. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from '../clients/harness.mjs';

/** Stores that the journal is not told of (host/journal.h): it has to be seen that each of them is missed. */
const LEFT_OUT = { atomics: 1, globals: 2, 'stores to the stacks of others': 4, loads: 16 };
/** The same for memcpy(), memmove() and memset(). */
const MEMCPY = 8;
const SCHEDULES = 100;

/** Calls of which each allocation fails once are errors, and leave nothing. */
export async function withoutMemory(suite, tree, dir, here, env) {
  await suite.test(`${tree.name}: calls without memory fail, and leave nothing`, () => {
    const args = [join(here, 'without-memory.mjs'), dir];
    const r = spawnSync(process.execPath, args, { encoding: 'utf8', env });
    expect(r.status === 0, `exit status ${r.status ?? r.signal}`, r.stderr);
    const found = Object.entries(JSON.parse(r.stdout));
    for (const [name, { failed, ret, wrong }] of found) {
      expect(wrong.length === 0, `${name}: ${wrong[0]}`, wrong.join('\n'));
      expect(failed > 0 && ret >= 0, `${name}: ${failed} allocations fail, then ${ret}`);
    }
    return found.map(([name, { failed }]) => `${name} ${failed}`).join(', ');
  });
}

/** On random schedules, the hash that is kept is the one from scratch, and what is undone leaves the same bytes. */
export async function journal(suite, tree, dir, here, env) {
  const runFile = (file, ...args) => {
    const r = spawnSync(process.execPath, [join(here, file), dir, ...args.map(String)], {
      encoding: 'utf8',
      env,
    });
    expect(r.status === 0, `exit status ${r.status ?? r.signal}`, r.stderr);
    return JSON.parse(r.stdout);
  };
  const run = (...args) => runFile('journal.mjs', ...args);
  const schedules = process.env.PANTHOR_SHIM_SLOW === undefined ? SCHEDULES : 10 * SCHEDULES;
  await suite.test(`${tree.name}: hashes and undone steps on ${schedules} random schedules`, () => {
    const { steps, undone, hashes, bytes, first } = run(schedules);
    expect(hashes === 0 && bytes === 0, `${hashes} hashes and ${bytes} states differ: ${first}`);
    expect(steps > 20 * schedules && undone > 5 * schedules, `only ${steps} steps, ${undone} undone`);
    return `${steps} steps, ${undone} moments undone`;
  });
  for (const [name, source] of Object.entries(LEFT_OUT)) {
    await suite.test(`${tree.name}: it is seen where the journal is not told of ${name}`, () => {
      const { hashes, bytes, first } = run(SCHEDULES, source);
      expect(hashes > 0 && bytes > 0, `${hashes} hashes and ${bytes} states differ`);
      return first;
    });
  }
  await suite.test(`${tree.name}: binders that do not meet leave the same state in either order`, () => {
    const { orders, read } = runFile('orders.mjs');
    expect(String(orders[0]) === String(orders[1]), `${orders[0]} is not ${orders[1]}`);
    expect(String(read) === 'done', `a read through tables of the thread's own: ${read}`);
  });
  // A client's label is copied into the heap; 6.12 has none.
  if (!tree.name.startsWith('6.12')) {
    await suite.test(`${tree.name}: it is seen where the journal is not told of memcpy()`, () => {
      const { steps, hashes, bytes, first } = runFile('copies.mjs');
      expect(
        steps > 1 && hashes === 0 && bytes === 0,
        `${hashes} hashes and ${bytes} states differ: ${first}`,
      );
      expect(runFile('copies.mjs', MEMCPY).hashes === 1, 'the hash is the same');
    });
  }
}

const SAME = 20;
const PROCESSES = 40;
const STARTS = 25;

/** The same space in every process, wherever its memory lies; kernels beside each other. */
export async function processes(suite, shim, dir, here) {
  await suite.test(`states are as many in ${SAME} processes`, () => {
    const counts = new Set();
    for (let i = 0; i < SAME; i++) {
      const r = shim('explore', 'rebind-while-accessing', '--json', '--no-compare', '--tree', dir);
      counts.add(JSON.parse(r.stdout).states);
    }
    expect(counts.size === 1, `${[...counts].join(', ')} states`);
    return `${[...counts][0]} states`;
  });
  await suite.test(`${PROCESSES * STARTS} starts of the addon`, () => {
    const { addon } = JSON.parse(shim('tree', 'build', '--json', dir).stdout);
    for (let i = 0; i < PROCESSES; i++) {
      const r = spawnSync(process.execPath, [join(here, 'starts.mjs'), addon, String(STARTS)], {
        encoding: 'utf8',
      });
      expect(
        r.status === 0 && r.stdout === `${STARTS}\n`,
        `process ${i} ends with ${r.status ?? r.signal}`,
        r.stderr,
      );
    }
  });
}

const SCENARIOS = [
  'rebind-while-accessing',
  'activate-then-access',
  'surprise-removal',
  'partial-unmap-of-block',
];

function review(shim, tree, base, ...args) {
  const r = shim('review', tree, ...SCENARIOS, '--base', base, '--seconds', '60', '--json', ...args);
  expect(r.status === 0 || r.status === 1, `exit status ${r.status ?? r.signal}`, r.stderr);
  const found = JSON.parse(r.stdout);
  expect(found.open.length === 0, JSON.stringify(found.open));
  expect(r.status === (found.differences.length > 0 ? 1 : 0), `exit status ${r.status}`);
  return found;
}

/** 7.3 does everything as 7.2 does; without the lock around the operation, 7.2 does not, and only what depends on it. */
export async function reviews(suite, shim, trees, vectors, scratch) {
  const { 7.2: base, 7.3: next } = trees;
  if (next !== undefined) {
    await suite.test('a review of 7.3 against 7.2 finds no difference', () => {
      const { differences, streams } = review(shim, next, base, '--vectors', ...vectors);
      expect(differences.length === 0, JSON.stringify(differences[0]));
      return `${streams} streams`;
    });
  }
  await suite.test('a review of 7.2 without the lock around the operation finds what that is for', () => {
    const mutated = join(scratch, 'reviewed');
    const cut = ['--delete-call', 'panthor_vm_lock_region', '--in', 'panthor_vm_exec_op', '-o', mutated];
    expect(shim('tree', 'mutate', base, ...cut).status === 0, 'the tree cannot be mutated');
    const { differences } = review(shim, mutated, base, '--vectors', vectors[0]);
    const verdicts = differences
      .filter(({ kind }) => kind === 'verdict')
      .map(({ what, tree }) => `${what}: ${tree}`);
    expect(
      verdicts.some((one) => /^rebind-while-accessing: violated: .*\batomic\b/.test(one)),
      verdicts.join('; '),
    );
    expect(
      !verdicts.some((one) => /^(activate-then-access|surprise-removal)/.test(one)),
      verdicts.join('; '),
    );
    expect(
      differences.some(({ kind, what }) => kind === 'commands' && /\(bind\), field t/.test(what)),
      'no command differs',
      JSON.stringify(differences[0]),
    );
    return `${differences.length} rows`;
  });
  await suite.test('80 columns hold what is said of trees', () => {
    const mutated = join(scratch, 'reviewed');
    let rows = 0;
    for (const args of [
      ['tree', 'build', base],
      ['tree', 'info', base],
      ['review', mutated, 'rebind-while-accessing', '--base', base, '--seconds', '60'],
      ['replay', '--tree', base, join(import.meta.dirname, '../fixtures/captures/vulkan-sparse.jsonl.gz')],
    ]) {
      const { status, stdout, stderr } = shim(...args, '--width', '80');
      expect(status === 0 || status === 1, `${args[0]}: exit status ${status}`, stderr);
      const text = `${stdout}${stderr}`.replaceAll('\t', '        ').split('\n');
      const wide = text.filter((line) => [...line].length > 80);
      expect(wide.length === 0, `${args[0]} is wider`, wide[0]);
      rows += text.length;
    }
    return `${rows} rows`;
  });
}
