// The kernel trees of the tests: Debian's source packages, fetched from the mirror that the machine's own apt uses, kept
// in PANTHOR_SHIM_CACHE (default .cache) and unpacked once.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Apt, machineArchive } from '../clients/apt.mjs';
import { NOT_DELIVERED } from '../tooling/excuse.mjs';

/** `vectors`: the variant whose files the tree must agree with; `like`: the modelled kernel. */
export const TREES = [
  { name: '6.12', suite: 'trixie', package: 'linux-source-6.12', vectors: '6.12', like: '6.12' },
  { name: '7.2', suite: 'sid', package: 'linux-source-7.2', vectors: '7.2', like: '7.2' },
  // 7.3 gives 7.2's outcomes in every stream.
  { name: '7.3', suite: 'trixie-backports', package: 'linux-source-7.3', vectors: '7.2', like: '7.3' },
  // Before the check of the user's range came to 6.12: not all vectors are its own.
  {
    name: '6.12-old',
    suite: 'bookworm-backports',
    package: 'linux-source-6.12',
    vectors: null,
    like: '6.12',
  },
];

function run(program, args, cwd) {
  const r = spawnSync(program, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (r.status !== 0)
    throw new Error(`${program} ${args[0]}: ${(r.stderr || r.stdout).trim().split('\n').at(-1)}`);
}

/**
 * The directory of a tree, fetched and unpacked where it is not there. Throws an Error whose message begins with
 * NOT_DELIVERED where the mirror does not have it.
 */
export async function fetchTree(cache, tree) {
  const folder = join(cache, `tree-${tree.name}`);
  const done = join(folder, 'source');
  if (existsSync(done)) return join(done, readdirSync(done)[0]);
  mkdirSync(folder, { recursive: true });
  const apt = new Apt(join(folder, 'apt'), machineArchive(), tree.suite, 'amd64');
  const why = await apt.update();
  if (why !== '') throw new Error(`${NOT_DELIVERED}index of ${tree.suite}: ${why}`);
  const { files, missing } = await apt.download([tree.package]);
  if (missing.length > 0 || files.length === 0) {
    throw new Error(`${NOT_DELIVERED}${tree.package} of ${tree.suite}: ${missing[0]?.why ?? 'no file'}`);
  }
  const deb = join(folder, 'deb');
  run('dpkg-deb', ['-x', files.at(-1), deb], folder);
  const archive = readdirSync(join(deb, 'usr/src')).find((name) => /^linux-source-.*\.tar\.\w+$/.test(name));
  const fresh = join(folder, 'unpacking');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh);
  run('tar', ['-xf', join(deb, 'usr/src', archive)], fresh);
  rmSync(deb, { recursive: true });
  rmSync(join(folder, 'apt/cache'), { recursive: true, force: true });
  writeFileSync(join(folder, 'package'), `${files.at(-1).split('/').at(-1)}\n`);
  renameSync(fresh, done);
  return join(done, readdirSync(done)[0]);
}

/** What tells whether anything in a directory was written: names, sizes, times of change of every file. */
export function fingerprint(dir) {
  const r = spawnSync('bash', ['-c', `find . -printf '%p %s %T@ %C@\\n' | sort | sha256sum`], {
    cwd: dir,
    encoding: 'utf8',
  });
  return r.stdout;
}
