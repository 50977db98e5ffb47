// Clients of our own, for each kind of program that a library meets or cannot meet: static, raw system calls, Go, Rust
// without libraries, musl, 32 bits. All that are in C are one program, test/live/programs/door.c.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compilerFor } from '../../native-stubs/compile.mjs';

const TRIPLET = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
const MUSL = TRIPLET.replace('gnu', 'musl');
const C_FLAGS = ['-std=c11', '-D_GNU_SOURCE', '-O1', '-g', '-Wall', '-Wextra'];

/**
 * `needs`: groups of roots.mjs. `options`: of `run`. `args`: the program's. `build(place, out)`: the command that makes it, with
 * more environment.
 */
export const PROGRAMS = {
  'c-static': { needs: [], build: (place, out) => cc(place, ['-static', '-o', out]) },
  'c-raw': {
    needs: [],
    options: ['--door', 'seccomp'],
    args: ['raw'],
    build: (place, out) => cc(place, ['-o', out]),
  },
  musl: { needs: ['musl'], build: withMusl },
  ...(process.arch === 'x64'
    ? {
        'i386-static': { needs: ['i386'], build: (place, out) => forI386(place, ['-static', '-o', out]) },
        i386: { needs: ['i386'], build: withLdSo },
      }
    : {}),
  go: { needs: ['go'], build: withGo },
  ...(process.arch === 'x64' ? { rust: { needs: ['rust'], build: withRust } } : {}),
};

function cc(place, args) {
  const source = join(place.project, 'test/live/programs/door.c');
  return { argv: [hostCompiler(), ...C_FLAGS, ...args, source, '-lpthread'] };
}

const hostCompiler = () => compilerFor(TRIPLET.split('-')[0]) ?? 'cc';

/** gcc with musl's headers, start files and libraries in place of glibc's; the loader is the one in the folder. */
function withMusl(place, out) {
  const root = place.roots.tools;
  const lib = join(root, 'usr/lib', MUSL);
  const libc = join(root, 'lib', MUSL, 'libc.so');
  const own = spawnSync(hostCompiler(), ['-print-file-name=include'], { encoding: 'utf8' }).stdout.trim();
  const objects = ['crt1.o', 'crti.o'].map((name) => join(lib, name));
  const { argv } = cc(place, [
    ...['-nostdinc', '-isystem', join(root, 'usr/include', MUSL), '-isystem', own],
    ...['-nostdlib', '-no-pie', '-fno-stack-protector', '-o', out, ...objects],
  ]);
  return { argv: [...argv, libc, '-lgcc', join(lib, 'crtn.o'), `-Wl,-dynamic-linker,${libc}`] };
}

/** The machine's gcc, which compiles for i386, with the headers and libraries in the folder. */
function forI386(place, args) {
  const root = place.roots.tools;
  const [version] = readdirSync(join(root, 'usr/lib/gcc', TRIPLET));
  const { argv } = cc(place, [
    ...['-m32', '-D_FILE_OFFSET_BITS=64', `--sysroot=${root}`],
    ...['-B', `${join(root, 'usr/lib/gcc', TRIPLET, version, '32')}/`],
    ...['-idirafter', join(root, 'usr/include', TRIPLET)],
    ...args,
  ]);
  return { argv };
}

/** A dynamic program: it is started by the ld.so in the folder. */
function withLdSo(place, out) {
  const lib = join(place.roots.tools, 'lib32');
  return forI386(place, ['-o', out, `-Wl,-dynamic-linker,${join(lib, 'ld-linux.so.2')},-rpath,${lib}`]);
}

function withGo(place, out) {
  const goroot = join(place.roots.tools, 'usr/lib/go');
  const argv = [
    join(goroot, 'bin/go'),
    'build',
    '-o',
    out,
    join(place.project, 'test/clients/programs/client.go'),
  ];
  const env = {
    GOROOT: goroot,
    GOCACHE: join(place.scratch, 'go-cache'),
    GOPATH: join(place.scratch, 'go'),
    GO111MODULE: 'off',
    CGO_ENABLED: '0',
    GOFLAGS: '',
  };
  return { argv, env };
}

/** Debian's rustc, and the machine's compiler as the linker; nothing of a library is linked. */
function withRust(place, out) {
  const root = place.roots.tools;
  const link = [
    'linker=gcc',
    'link-arg=-nostdlib',
    'link-arg=-static',
    'relocation-model=static',
    'panic=abort',
  ];
  const argv = [
    join(root, 'usr/bin/rustc'),
    ...['--edition', '2021', '--sysroot', join(root, 'usr'), '-O'],
    ...link.flatMap((option) => ['-C', option]),
    ...['-o', out, join(place.project, 'test/clients/programs/client.rs')],
  ];
  return { argv, env: { LD_LIBRARY_PATH: join(root, 'usr/lib', TRIPLET) } };
}

/** A library that is preloaded beside ours, programs/NAME.c. Throws with what the compiler said. */
export function buildLibrary(place, name) {
  const out = programPath(place, `${name}.so`);
  const source = join(place.project, 'test/clients/programs', `${name}.c`);
  const argv = [hostCompiler(), ...C_FLAGS, '-shared', '-fPIC', '-o', out, source, '-ldl', '-lpthread'];
  compileTo(place, out, () => ({ argv }));
}

/** The program's path; it is not there where its build failed. */
export function programPath(place, name) {
  return join(place.scratch, 'programs', name);
}

/** Builds a program. Throws with what the compiler said. */
export function buildProgram(place, name) {
  const out = programPath(place, name);
  compileTo(place, out, () => PROGRAMS[name].build(place, out));
}

function compileTo(place, out, command) {
  if (existsSync(out)) return;
  const { argv, env } = command();
  mkdirSync(dirname(out), { recursive: true });
  const r = spawnSync(argv[0], argv.slice(1), { encoding: 'utf8', env: { ...place.env, ...env } });
  if (r.status !== 0)
    throw new Error(`${argv.slice(0, 2).join(' ')} does not build it: ${r.error?.message ?? r.stderr}`);
}
