// Where the probe's inputs come from: linux-libc-dev of two suites and a compiler for each architecture, fetched with a
// private apt and unpacked into the cache folder. Nothing is installed, nothing needs root.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Apt, machineArchive } from '../../test/clients/apt.mjs';
import { CROSS_BIN, prepareRoots } from '../../test/clients/roots.mjs';
import { NOT_DELIVERED } from '../../test/tooling/excuse.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Downloads and what is unpacked from them; kept between runs. */
export const cacheFolder = process.env.PANTHOR_SHIM_CACHE ?? join(repository, '.cache');

/** Suites whose headers are checked: the first panthor (6.12) and the newest there is. */
export const suites = ['bookworm-backports', 'sid'];

/** Architectures that clients run on. */
export const triplets = ['x86_64-linux-gnu', 'aarch64-linux-gnu'];

/**
 * The `usr/include` folder of a suite's linux-libc-dev: { include, why }, `why` a sentence when it cannot be had.
 * PANTHOR_SHIM_REFRESH asks the mirror even where the cache has it.
 */
export async function fetchHeaders(suite) {
  const folder = join(cacheFolder, 'abi', suite);
  const include = join(folder, 'usr/include');
  const complete = () => existsSync(join(include, 'drm/panthor_drm.h'));
  if (complete() && process.env.PANTHOR_SHIM_REFRESH === undefined) return { include, why: '' };
  try {
    // The package is for all architectures; asking as amd64 finds it everywhere.
    const apt = new Apt(join(cacheFolder, 'abi', 'apt', suite), machineArchive(), suite, 'amd64');
    const late = await apt.update();
    if (late !== '') throw new Error(`${NOT_DELIVERED}the index of ${suite} (${late})`);
    const { files, missing } = await apt.download(['linux-libc-dev']);
    if (missing.length > 0) throw new Error(`${NOT_DELIVERED}linux-libc-dev of ${suite} (${missing[0].why})`);
    unpackInto(folder, files[0]);
  } catch (error) {
    if (!complete()) return { include: '', why: error.message };
  }
  return { include, why: '' };
}

/** Unpacks beside the target and moves it there, so that an interrupted run leaves nothing half done. */
function unpackInto(folder, deb) {
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const result = spawnSync('dpkg-deb', ['-x', deb, fresh], { encoding: 'utf8' });
  if (result.status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error(`${deb} cannot be unpacked: ${result.error?.message ?? result.stderr.trim()}`);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}

/** A compiler for the architecture: { compiler, why }. The one that the environment names, or the machine's own where it has one. */
export async function findCompiler(triplet) {
  const named = process.env[`CC_${triplet.split('-')[0]}`];
  for (const compiler of [named, `${triplet}-gcc`, 'gcc', 'cc']) {
    if (compiler === undefined) continue;
    const machine = spawnSync(compiler, ['-dumpmachine'], { encoding: 'utf8' }).stdout?.trim();
    if (machine === triplet) return { compiler, why: '' };
  }
  if (triplet !== 'aarch64-linux-gnu')
    return { compiler: '', why: `this machine has no compiler for ${triplet}` };
  const { roots, incomplete } = await prepareRoots(join(cacheFolder, 'clients'), ['cross']);
  if (incomplete.cross !== undefined) return { compiler: '', why: incomplete.cross.join('; ') };
  return { compiler: join(roots.tools, CROSS_BIN, `${triplet}-gcc`), why: '' };
}
