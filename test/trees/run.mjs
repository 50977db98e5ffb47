/**
 * npm run test:trees: kernel trees of Debian, built and run in the place of the model. Takes minutes, gcc, make, flex,
 * bison and bc, and the mirror once. `--only REGEXP` picks tests by name, `--list` says the names.
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
import { expect, Suite } from '../clients/harness.mjs';
import { fetchTree, fingerprint, TREES } from './sources.mjs';

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values } = parseArgs({ options: { only: { type: 'string' }, list: { type: 'boolean' } } });
const suite = new Suite({
  filter: values.only === undefined ? null : new RegExp(values.only),
  list: values.list ?? false,
});
const cache = process.env.PANTHOR_SHIM_CACHE || join(project, '.cache');
const scratch = mkdtempSync(join(tmpdir(), 'panthor-shim-trees-'));
/** A cache of builds of this run's own, so that a build is a build. */
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
  await suite.test(`${tree.name}: nothing in the tree was written`, () => {
    expect(fingerprint(dir) === before, 'names, sizes or times differ');
  });
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
  const copy = copyOf(dir, `linux-${tree.name}-copy`);
  await suite.test('a tree that was built in place builds, and stays as it was', () => {
    for (const targets of [
      ['ARCH=um', 'allnoconfig'],
      ['ARCH=um', 'prepare'],
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

for (const tree of TREES) {
  let dir = '';
  if (!values.list) {
    try {
      dir = await fetchTree(cache, tree);
    } catch (e) {
      suite.skip(`tree ${tree.name}`, e.message);
      continue;
    }
  }
  await wholeTree(tree, dir);
  if (tree.name === '7.2' && (values.list || existsSync(env.PANTHOR_SHIM_TREES)))
    await unusualTrees(tree, dir);
}
mkdirSync(scratch, { recursive: true });
rmSync(scratch, { recursive: true, force: true });
process.exitCode = suite.end();
