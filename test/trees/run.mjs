/**
 * npm run test:trees: kernel trees of Debian, built and run in the place of the model. Takes minutes, gcc, make, flex,
 * bison and bc, and the mirror once. `--tree NAME` picks a tree, `--only REGEXP` tests by name, `--list` says the names.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, Suite } from '../clients/harness.mjs';
import { randomCalls } from './calls/compare.mjs';
import { journal, processes, reviews, withoutMemory } from './compare.mjs';
import { seededFaults } from './faults.mjs';
import { hostile } from './hostile/compare.mjs';
import { live, liveOnChanged } from './live.mjs';
import { captures, changedIoctl } from './replay.mjs';
import { randomScenarios } from './scenarios/compare.mjs';
import { outcomes } from './scenarios/outcomes.mjs';
import { fetchTree, fingerprint, TREES } from './sources.mjs';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values } = parseArgs({
  options: { only: { type: 'string' }, list: { type: 'boolean' }, tree: { type: 'string' } },
});
const suite = new Suite({
  filter: values.only === undefined ? null : new RegExp(values.only),
  list: values.list ?? false,
});
const cache = process.env.PANTHOR_SHIM_CACHE || join(project, '.cache');
const scratch = mkdtempSync(join(tmpdir(), 'panthor-shim-trees-'));
/**
 * A cache of builds of this run's own, so that a build is a build. The "shim-" in its name matters: the linker once took all
 * that lay in such a folder for ours.
 */
const env = { ...process.env, PANTHOR_SHIM_TREES: join(scratch, 'cache') };

function shim(...args) {
  const begin = performance.now();
  const r = spawnSync(process.execPath, [join(project, 'bin/panthor-shim'), ...args], {
    encoding: 'utf8',
    env,
    maxBuffer: 1 << 28,
  });
  return { ...r, seconds: (performance.now() - begin) / 1000 };
}

const took = (r) => `${r.seconds.toFixed(1)} s`;

function succeeds(r, status = 0) {
  expect(
    r.status === status,
    `exit status ${r.status ?? r.signal}, expected ${status}`,
    `${r.stdout}\n${r.stderr}`,
  );
  return r;
}

/** The JSON of a command against its schema in docs/schemas. */
function expectValid(name, text) {
  const schema = JSON.parse(readFileSync(join(project, 'docs/schemas', `${name}.json`), 'utf8'));
  const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);
  expect(
    validate(JSON.parse(text)),
    `not as docs/schemas/${name}.json says`,
    JSON.stringify(validate.errors),
  );
}

/** Vector files of a variant: those committed, and all where they are. */
function vectorsOf(variant) {
  const shared = process.env.PANTHOR_SHIM_SHARED ?? join(project, '../shared');
  const dirs = [join(project, 'test/fixtures/vectors'), join(shared, 'vectors')].filter((dir) =>
    existsSync(dir),
  );
  return dirs.flatMap((dir) =>
    readdirSync(dir)
      .filter((name) => name.endsWith(`-${variant}.jsonl.gz`))
      .map((name) => join(dir, name)),
  );
}

/** Builds, runs and leaves alone one tree. */
async function wholeTree(tree, dir) {
  const before = fingerprint(dir);
  await suite.test(`${tree.name}: builds`, () => took(succeeds(shim('tree', 'build', dir))));
  await suite.test(`${tree.name}: a second build is none`, () => {
    const info = succeeds(shim('tree', 'info', '--json', dir));
    const { nearest, trapped } = JSON.parse(info.stdout);
    expect(nearest === tree.like, `is likest to ${nearest}, expected ${tree.like}`);
    expect(trapped.length > 50, `${trapped.length} functions are trapped`);
    expectValid('tree-info', info.stdout);
    expectValid('tree-build', succeeds(shim('tree', 'build', '--json', dir)).stdout);
    return took(info);
  });
  if (tree.vectors !== null) {
    await suite.test(`${tree.name}: agrees with the vectors of ${tree.vectors}`, () => {
      const r = shim('conform', '--json', '--tree', dir, ...vectorsOf(tree.vectors));
      const { streams, ops, passed, failures } = JSON.parse(r.stdout);
      expect(
        passed === streams && streams > 0,
        `${passed} of ${streams} streams`,
        JSON.stringify(failures[0]),
      );
      succeeds(r);
      return `${streams} streams, ${ops} operations, ${took(r)}`;
    });
  }
  await suite.test(`${tree.name}: its own vectors are the model's`, () => {
    const file = join(scratch, `${tree.name}.jsonl.gz`);
    const fixtures = vectorsOf('7.2').filter((path) => path.startsWith(project));
    succeeds(shim('conform', '--tree', dir, '--emit', file, ...fixtures));
    const kernel = tree.name === '6.12-old' ? ['--kernel', '6.12.95'] : [];
    return succeeds(shim('conform', ...kernel, file))
      .stdout.trim()
      .split('\n')
      .at(-1);
  });
  await captures(suite, shim, expectValid, tree, dir, join(project, 'test/fixtures/captures'));
  await live(suite, shim, expectValid, tree, dir, project, scratch);
  await hostile(suite, shim, tree, dir, scratch);
  await randomScenarios(suite, tree, dir, join(project, 'test/trees'), env);
  await randomCalls(suite, tree, dir, join(project, 'test/trees'), env);
  await races(tree, dir);
  await withoutMemory(suite, tree, dir, join(project, 'test/trees'), env);
  await journal(suite, tree, dir, join(project, 'test/trees'), env);
  await suite.test(`${tree.name}: nothing in the tree was written`, () => {
    expect(fingerprint(dir) === before, 'names, sizes or times differ');
  });
}

/** Rows of the table of races that are decided quickly: scenario, and the verdict by tree ('' holds). */
const RACES = [
  ['rebind-while-accessing', { 6.12: 'atomic', 7.2: '', 7.3: '' }],
  ['activate-while-rebinding', { 6.12: 'atomic', 7.2: '', 7.3: '' }],
  ['activate-then-access', { 6.12: 'activation', 7.2: '', 7.3: '' }],
  [
    'surprise-removal',
    {
      6.12: 'register-access-while-gone',
      7.2: 'register-access-while-gone',
      7.3: 'register-access-while-gone',
    },
  ],
  ['widening-lock-times-out', { 7.2: 'outside-locked-region', 7.3: 'outside-locked-region' }],
  ['stuck-lock-takes-hold', { 6.12: 'atomic', 7.2: '', 7.3: '' }],
  ['suspend-beside-reset', { 6.12: 'interrupt-masks', 7.2: '', 7.3: '' }],
  ['test/fixtures/explorer/refused-beside-bind.scenario', { 6.12: '', 7.2: '', 7.3: '' }],
  ['test/fixtures/explorer/unplug-beside-idle.scenario', { 6.12: '', 7.2: '', 7.3: '' }],
  ['test/fixtures/explorer/suspend-beside-flush.scenario', { 6.12: '', 7.2: '', 7.3: '' }],
];

/** `on`: a tree, or a kernel of the model's. */
function explore(on, scenario) {
  const path = scenario.includes('/') ? join(project, scenario) : scenario;
  const r = shim('explore', path, '--json', '--no-compare', '--budget', 'seconds=120', ...on);
  expect(r.status === 0 || r.status === 1, `exit status ${r.status ?? r.signal}`, r.stderr);
  return { ...JSON.parse(r.stdout), seconds: r.seconds };
}

/** The explorer on the tree's own driver; states are counted again in another process. */
async function races(tree, dir) {
  for (const [scenario, verdicts] of RACES) {
    const expected = verdicts[tree.name];
    if (expected === undefined) continue;
    await suite.test(`${tree.name}: ${scenario} ${expected === '' ? 'holds' : `breaks ${expected}`}`, () => {
      const found = explore(['--tree', dir], scenario);
      const { verdict, invariant, message, states, token } = found;
      expect(verdict === (expected === '' ? 'holds' : 'violated'), `${verdict}: ${invariant}: ${message}`);
      expect((invariant ?? '') === expected, `${invariant} breaks: ${message}`);
      if (expected === '') {
        const again = explore(['--tree', dir], scenario).states;
        expect(again === states, `${states} states, in another process ${again}`);
        const model = outcomes(explore(['--kernel', tree.name], scenario));
        expect(
          model === outcomes(found),
          'calls end otherwise than on the model',
          `${model}\n\n${outcomes(found)}`,
        );
      } else {
        const replayed = shim('explore', '--json', '--tree', dir, '--replay', token);
        expect(replayed.status === 1, `its token ends with ${replayed.status}`, replayed.stderr);
      }
      return `${states} states`;
    });
  }
}

/** Calls that are left out, the scenario that misses them, and the invariant that breaks. */
const MUTATIONS = [
  [[['panthor_vm_lock_region', 'panthor_vm_exec_op', '']], 'rebind-while-accessing', /^atomic$/],
  [[['wait_ready', 'as_send_cmd_and_wait', '']], 'activate-then-access', /^activation$/],
  [
    [
      ['mutex_lock', 'panthor_vm_active', 'op_lock'],
      ['mutex_unlock', 'panthor_vm_active', 'op_lock'],
    ],
    'activate-while-rebinding',
    /^(atomic|kernel-warning)$/,
  ],
  [
    [['as_send_cmd_and_wait', 'panthor_mmu_as_disable', 'UNLOCK']],
    'evict-while-rebinding',
    /^lock-agreement$/,
  ],
];

async function mutations(dir) {
  for (const [cuts, scenario, invariant] of MUTATIONS) {
    const what = `${cuts[0][1]} without ${cuts[0][0]}${cuts[0][2] && ` of ${cuts[0][2]}`}`;
    await suite.test(`${what}: ${scenario} breaks`, () => {
      let from = dir;
      cuts.forEach(([call, within, text], i) => {
        const to = join(scratch, `mutated-${scenario}-${i}`);
        const args = ['--delete-call', call, '--in', within, ...(text ? ['--with', text] : []), '-o', to];
        succeeds(shim('tree', 'mutate', from, ...args));
        from = to;
      });
      const found = explore(['--tree', from], scenario);
      expect(invariant.test(found.invariant ?? ''), `${found.verdict}: ${found.invariant}: ${found.message}`);
      return `${found.invariant}, ${found.states} states`;
    });
  }
}

/** A copy of what a build needs, for trees that are not as they come. */
function copyOf(dir, name) {
  const copy = join(scratch, name);
  const mirror = readdirSync(env.PANTHOR_SHIM_TREES).find((entry) => entry.startsWith(dir.split('/').at(-1)));
  cpSync(join(env.PANTHOR_SHIM_TREES, mirror, 'source'), copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

const MMU = 'drivers/gpu/drm/panthor/panthor_mmu.c';

/** Trees that were built in place, changed, or are broken. */
async function unusualTrees(tree, dir) {
  const copy = values.list ? '' : copyOf(dir, `linux-${tree.name}-copy`);
  await suite.test('a tree that was built in place builds, and stays as it was', () => {
    for (const targets of [
      ['ARCH=um', 'allnoconfig'],
      ['ARCH=um', 'syncconfig'],
    ]) {
      const r = spawnSync('make', ['-s', ...targets], { cwd: copy, encoding: 'utf8' });
      expect(r.status === 0, `make ${targets.join(' ')} fails`, r.stderr);
    }
    const before = fingerprint(copy);
    const r = succeeds(shim('tree', 'build', copy));
    expect(fingerprint(copy) === before, 'names, sizes or times differ');
    return took(r);
  });
  await suite.test('one changed line is compiled, and changes the digest', () => {
    const digest = () => JSON.parse(succeeds(shim('tree', 'build', '--json', copy)).stdout).digest;
    const before = digest();
    const path = join(copy, MMU);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('AS_ACTIVE bit stuck', 'AS_ACTIVE bit is stuck'));
    const r = succeeds(shim('tree', 'build', '--json', copy));
    expect(JSON.parse(r.stdout).digest !== before, 'the digest is the same');
    return took(r);
  });
  await seededFaults(suite, shim, copy, scratch);
  await suite.test('a changed driver is told from the vectors', () => {
    const path = join(copy, MMU);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/AS_COMMAND_LOCK\);/, 'AS_COMMAND_UNLOCK);'));
    const r = shim('conform', '--json', '--tree', copy, ...vectorsOf(tree.vectors));
    expect(r.status === 1, `exit status ${r.status}`, r.stderr);
    return `${JSON.parse(r.stdout).failed} streams differ`;
  });
  await suite.test("a syntax error is shown in the compiler's own words", () => {
    const path = join(copy, MMU);
    writeFileSync(path, `${readFileSync(path, 'utf8')}\nint oops = ;\n`);
    const r = succeeds(shim('tree', 'build', copy), 3);
    expect(/panthor_mmu\.c:\d+:\d+: error: /.test(r.stderr), 'no file and line', r.stderr);
  });
}

/** Directories by tree, of those that were delivered. */
const dirs = {};
for (const tree of TREES) {
  if (values.tree !== undefined && tree.name !== values.tree) continue;
  let dir = '';
  if (!values.list) {
    try {
      dir = await fetchTree(cache, tree);
    } catch (e) {
      suite.skip(`tree ${tree.name}`, e.message);
      continue;
    }
  }
  dirs[tree.name] = dir;
  await wholeTree(tree, dir);
  if (tree.name === '7.2')
    await changedIoctl(suite, shim, dir, join(project, 'test/fixtures/captures'), scratch);
  if (tree.name === '7.2') await liveOnChanged(suite, shim, dir, project, scratch);
  if (
    tree.name === '7.2' &&
    values.only === undefined &&
    (values.list || existsSync(env.PANTHOR_SHIM_TREES))
  ) {
    await unusualTrees(tree, dir);
    await mutations(dir);
    await processes(suite, shim, dir, join(project, 'test/trees'));
  }
}
if (values.only === undefined && (values.list || dirs['7.2'] !== undefined)) {
  const fixtures = vectorsOf('7.2').filter((path) => path.startsWith(project));
  await reviews(suite, shim, values.list ? { 7.2: '', 7.3: '' } : dirs, fixtures, scratch);
}
mkdirSync(scratch, { recursive: true });
rmSync(scratch, { recursive: true, force: true });
process.exitCode = suite.end();
