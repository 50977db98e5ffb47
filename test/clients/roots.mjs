// What is fetched, and the folders it is unpacked into: nothing is installed, nothing needs root. A folder that
// is complete is used as it is, so a kept cache makes a run independent of the mirror and of sid's daily moves.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import { NOT_DELIVERED } from '../tooling/excuse.mjs';
import { Apt, machineArchive } from './apt.mjs';

/**
 * `root`: the folder under the cache; groups that share one share its libraries. `names`: what the clients of
 * the group need, the closure is apt's. `only`: the members to unpack, where the rest of a package is large.
 * `unless`: a program of the machine that makes the group unnecessary.
 */
export const GROUPS = {
  igt: { root: 'amd64', suite: 'sid', architecture: 'amd64', names: ['igt-gpu-tools-tests'] },
  // Programs that look at what devices there are and say so.
  'drm-tools': {
    root: 'amd64',
    suite: 'sid',
    architecture: 'amd64',
    names: ['igt-gpu-tools', 'drm-info', 'libdrm-tests', 'nvtop'],
  },
  // valgrind refuses to start a program whose ld.so has no symbols (it must redirect strlen in it): libc6-dbg.
  valgrind: {
    root: 'amd64',
    suite: 'sid',
    architecture: 'amd64',
    names: ['valgrind', 'libc6-dbg'],
    finish: linkDebugFiles,
  },
  vulkan: {
    root: 'arm64',
    suite: 'sid',
    architecture: 'arm64',
    names: ['mesa-vulkan-drivers', 'libvulkan1', 'vulkan-tools'],
  },
  gl: {
    root: 'arm64',
    suite: 'sid',
    architecture: 'arm64',
    names: ['libgl1-mesa-dri', 'libegl1', 'libgles2', 'libgl1', 'libgbm1', 'mesa-utils-bin', 'vkmark'],
  },
  piglit: {
    root: 'arm64',
    suite: 'sid',
    architecture: 'arm64',
    names: ['piglit', 'libxcb-dri2-0', 'libxkbcommon0', 'xkb-data'],
    only: { piglit: ['./usr/lib/*/piglit/bin/arb_sparse*', './usr/lib/*/piglit/lib'] },
  },
  // A compositor without a display, and its dmabuf clients.
  weston: { root: 'arm64', suite: 'sid', architecture: 'arm64', names: ['weston'] },
  ffmpeg: { root: 'arm64', suite: 'sid', architecture: 'arm64', names: ['ffmpeg'] },
  gstreamer: {
    root: 'arm64',
    suite: 'sid',
    architecture: 'arm64',
    names: ['gstreamer1.0-tools', 'gstreamer1.0-gl'],
  },
  opencl: { root: 'arm64', suite: 'sid', architecture: 'arm64', names: ['clinfo', 'mesa-opencl-icd'] },
  peer: { root: 'arm64', suite: 'sid', architecture: 'arm64', names: ['mesa-drm-shim'] },
  qemu: {
    root: 'tools',
    names: ['qemu-user-static'],
    only: { 'qemu-user-static': ['./usr/bin/qemu-aarch64-static'] },
  },
  // For pages of `report`; the machine's own one does as well.
  chromium: { root: 'browser', names: ['chromium', 'fonts-dejavu-core'], unless: 'chromium' },
  // For the completion of shells; `unless` is fish, which fewer machines have.
  shells: { root: 'shells', names: ['zsh', 'fish'], unless: 'fish' },
  // A server for queues of jobs.
  redis: { root: 'services', names: ['redis-server'], unless: 'redis-server' },
  valkey: { root: 'valkey', suite: 'sid', names: ['valkey-server'] },
  // A batch system, of which a test makes a cluster in a folder.
  slurm: { root: 'slurm', names: ['slurmctld', 'slurmd', 'slurm-client', 'munge'] },
  cross: {
    root: 'tools',
    names: ['gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross'],
    unless: 'aarch64-linux-gnu-gcc',
    finish: wrapCross,
  },
  // gcc compiles for i386 by itself; what it links with is fetched.
  ...(process.arch === 'x64'
    ? { i386: { root: 'tools', names: ['libc6-dev-i386', `lib32gcc-${gccMajor()}-dev`], finish: linkLdSo } }
    : {}),
  go: { root: 'tools', names: ['golang-go'] },
  musl: { root: 'tools', names: ['musl-dev'] },
  rust: { root: 'tools', names: ['rustc'] },
};

// Dependencies that none of the programs run here looks at: scripts, fonts, databases of names.
const UNNEEDED =
  /^(python3|libpython3|media-types|netbase|debconf|tzdata|fonts-|fontconfig-config|pci\.ids|readline-common|openssl-provider|libsqlite3|libdb5|intel-gpu-tools|libc-gconv)/;
// Programs of group `tools` run on the machine's own C library.
const MACHINE_HAS = /^(libc6|libgcc-s1|libstdc\+\+6|gcc-\d+-base|zlib1g)$/;

/** Fetches and unpacks what the groups name. Returns { roots, incomplete: { group: [sentence] } }. */
export async function prepareRoots(cache, groups) {
  const names = ['amd64', 'arm64', 'tools', 'browser', 'shells', 'services', 'valkey', 'slurm'];
  const roots = Object.fromEntries(names.map((name) => [name, join(cache, name)]));
  const incomplete = {};
  const apts = new Map();
  let archive;
  for (const group of groups) {
    const spec = GROUPS[group];
    if (spec.unless !== undefined && onPath(spec.unless)) continue;
    const root = roots[spec.root];
    const stampFile = join(cache, `${group}.complete`);
    if (existsSync(stampFile) && process.env.PANTHOR_SHIM_REFRESH === undefined) continue;
    try {
      archive ??= machineArchive();
      const suite = spec.suite ?? archive.codename;
      const architecture = spec.architecture ?? machineArchitecture();
      const key = `${suite}-${architecture}`;
      const apt = apts.get(key) ?? new Apt(join(cache, 'apt', key), archive, suite, architecture);
      apts.set(key, apt);
      const missing = await fetchGroup(apt, spec, root);
      spec.finish?.(root);
      if (missing.length > 0) incomplete[group] = missing;
      else writeFileSync(stampFile, `${new Date().toISOString()}\n`);
    } catch (e) {
      incomplete[group] = [e.message];
    }
  }
  return { roots, incomplete };
}

async function fetchGroup(apt, spec, root) {
  const late = await apt.update();
  if (late !== '') return [`${NOT_DELIVERED}the index of ${apt.suite} (${late})`];
  const { packages, why } = apt.closure(spec.names);
  if (why !== '')
    return [`${NOT_DELIVERED}${spec.names.join(' ')}, not to be resolved in ${apt.suite} (${why})`];
  const wanted = packages.filter(
    (p) => spec.names.includes(p) || !(UNNEEDED.test(p) || (spec.suite === undefined && MACHINE_HAS.test(p))),
  );
  const { files, missing } = await apt.download(wanted);
  skeleton(root);
  for (const file of files) unpack(file, root, spec.only?.[basename(file).split('_')[0]]);
  return missing.map((m) => `${NOT_DELIVERED}package ${m.name} (${m.why})`);
}

/** The merged-usr layout: packages of sid have their files under /usr, a few old ones still under /lib. */
function skeleton(root) {
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(join(root, 'usr', folder), { recursive: true });
    if (!existsSync(join(root, folder))) symlinkSync(`usr/${folder}`, join(root, folder));
  }
}

function unpack(deb, root, members) {
  // Unpacked once per version: a group shares most of its closure with the groups before it.
  const seen = join(root, '.unpacked.json');
  const done = existsSync(seen) ? JSON.parse(readFileSync(seen, 'utf8')) : [];
  if (done.includes(basename(deb))) return;
  const wildcards = members === undefined ? [] : ['--wildcards', ...members];
  const script = `dpkg-deb --fsys-tarfile "$1" | tar -C "$2" -x --keep-directory-symlink --no-same-permissions "\${@:3}"`;
  const r = spawnSync('bash', ['-o', 'pipefail', '-c', script, 'unpack', deb, root, ...wildcards], {
    encoding: 'utf8',
  });
  // tar that was told which members to take ends before dpkg-deb has written all: not an error of either.
  if (r.status !== 0 && !(members !== undefined && /Broken pipe/.test(r.stderr))) {
    throw new Error(`${basename(deb)} cannot be unpacked: ${r.stderr.trim().split('\n').at(-1)}`);
  }
  done.push(basename(deb));
  writeFileSync(`${seen}.new`, JSON.stringify(done));
  renameSync(`${seen}.new`, seen);
}

/**
 * Debian files debug symbols by build id, below /usr/lib/debug only. Beside the library, valgrind looks for the
 * .gnu_debuglink name (the build id without its first byte) in .debug/.
 */
function linkDebugFiles(root) {
  const ids = join(root, 'usr/lib/debug/.build-id');
  const beside = join(root, 'usr/lib/x86_64-linux-gnu/.debug');
  if (!existsSync(ids)) return;
  mkdirSync(beside, { recursive: true });
  for (const first of readdirSync(ids)) {
    for (const file of readdirSync(join(ids, first))) {
      const link = join(beside, file);
      if (!existsSync(link)) symlinkSync(relative(beside, join(ids, first, file)), link);
    }
  }
}

/** Debian's link to the ld.so of i386 is absolute, and leads out of this folder. */
function linkLdSo(root) {
  const link = join(root, 'usr/lib/ld-linux.so.2');
  rmSync(link, { force: true });
  symlinkSync('../../lib32/ld-linux.so.2', link);
}

/** Debian has gcc's libraries for each of its versions. */
function gccMajor() {
  const { stdout } = spawnSync('gcc', ['-dumpversion'], { encoding: 'utf8' });
  return /^\d+/.exec(stdout ?? '')?.[0] ?? '';
}

/** The folder of programs that call the unpacked cross compiler with its own libraries and system root. */
export const CROSS_BIN = 'usr/cross-bin';

function wrapCross(root) {
  const bin = join(root, CROSS_BIN);
  mkdirSync(bin, { recursive: true });
  for (const tool of ['gcc', 'objdump', 'readelf', 'nm']) {
    const program = `aarch64-linux-gnu-${tool}`;
    // libc.so is a linker script with absolute names: without --sysroot it leads out of this folder.
    const sysroot = tool === 'gcc' ? ' --sysroot="$root"' : '';
    const script = [
      '#!/bin/sh',
      'root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)',
      'export LD_LIBRARY_PATH="$root/usr/lib/x86_64-linux-gnu"',
      `exec "$root/usr/bin/${program}"${sysroot} "$@"`,
      '',
    ];
    writeFileSync(join(bin, program), script.join('\n'));
    chmodSync(join(bin, program), 0o755);
  }
}

function machineArchitecture() {
  return { x64: 'amd64', arm64: 'arm64' }[process.arch] ?? process.arch;
}

/** Whether the machine has a program of this name. */
export function onPath(program) {
  return (process.env.PATH ?? '')
    .split(':')
    .some((folder) => folder !== '' && existsSync(join(folder, program)));
}
