/**
 * node .ci/nodes.mjs VERSION: prints the folder of a `node` of that version (20.19, 22, 24). It comes from the npm package
 * `node` into a folder outside the repository: PANTHOR_SHIM_NODES, else panthor-shim/nodes in XDG_CACHE_HOME or ~/.cache.
 *
 * Exit status: 0 it is there, 2 usage, 3 the registry did not deliver it after four tries.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const TRIES = 4;
const PAUSE_S = 5;

const [version] = process.argv.slice(2);
if (!/^\d+(\.\d+)*$/.test(version ?? '')) {
  process.stderr.write('usage: node .ci/nodes.mjs VERSION\n');
  process.exit(2);
}
const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const folder = join(process.env.PANTHOR_SHIM_NODES || join(cache, 'panthor-shim/nodes'), version);
const binaries = (at) => join(at, 'node_modules/node/bin');

/** Whether the binary below `at` is a Node of the version asked for. */
function works(at) {
  const { stdout } = spawnSync(join(binaries(at), 'node'), ['--version'], { encoding: 'utf8' });
  return `${stdout?.trim()}.`.startsWith(`v${version}.`);
}

/** '' or why the package could not be had. */
function install() {
  const fresh = `${folder}.${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  // The package fetches its binary, another package, in a script.
  writeFileSync(join(fresh, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }));
  const args = [
    'install',
    `node@${version}`,
    '--ignore-scripts=false',
    '--no-audit',
    '--no-fund',
    '--fetch-retries=1',
  ];
  const { status, stderr } = spawnSync('npm', args, { cwd: fresh, encoding: 'utf8' });
  if (works(fresh)) {
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
    return '';
  }
  rmSync(fresh, { recursive: true, force: true });
  return stderr?.split('\n').find((line) => line.startsWith('npm error')) ?? `npm ended with ${status}`;
}

for (let i = 1; !existsSync(folder) || !works(folder); i++) {
  const why = install();
  if (why === '') break;
  process.stderr.write(`Node ${version}: try ${i} of ${TRIES} failed: ${why}\n`);
  if (i === TRIES) process.exit(3);
  await sleep(PAUSE_S * 1000 * i);
}
process.stdout.write(`${binaries(folder)}\n`);
