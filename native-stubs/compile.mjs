/**
 * Compiles what is C in this package into native-stubs/build/:
 *
 *   x86_64/libpanthor_shim.so, aarch64/libpanthor_shim.so   the preload library, for each compiler that is here
 *   x86_64/libdrm_recorder.so, aarch64/libdrm_recorder.so   the library of `record`, which shares half of its files
 *   x86_64/server.node, aarch64/server.node                 the server's helper, for the machine that runs Node
 *
 * As a script: `node native-stubs/compile.mjs` fails when the machine's own compiler is missing, `--if-possible` says so
 * in one sentence and succeeds. The published package has all of it ready-made in native-stubs/prebuilt (prebuilt.mjs);
 * what is in build/ comes first.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const hostArch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

export const FLAGS = ['-std=c11', '-D_GNU_SOURCE', '-O2', '-g', '-fPIC', '-fvisibility=hidden'];
export const WARNINGS = ['-Wall', '-Wextra'];
/** Warnings are errors where we compile for ourselves: tests and prebuilt.mjs. A user's compiler may know more of them. */
export const STRICT = ['-Werror'];

function works(compiler) {
  return spawnSync(compiler, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** The compiler for an architecture, or null. CC names the machine's own, CC_x86_64 and CC_aarch64 each one. */
export function compilerFor(arch) {
  const names = [process.env[`CC_${arch}`]];
  if (arch === hostArch) names.push(process.env.CC, 'cc', 'gcc', 'clang');
  else names.push(`${arch}-linux-gnu-gcc`);
  return names.find((name) => name && works(name)) ?? null;
}

/** The C files in a folder and below it. */
function sources(dir) {
  return readdirSync(join(here, dir), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.c'))
    .map((name) => join(here, dir, name));
}

/** Where preload/ has its headers: calls to the server, what a descriptor is, names of files. */
const HEADERS = ['link', 'fds', 'names'].map((folder) => `-I${join(here, 'preload', folder)}`);

/** Files of preload/ by their names alone. */
function preloadSources(names) {
  return sources('preload').filter((path) => names.includes(basename(path, '.c')));
}

/** Files of preload/ that the recording library has, too. */
const SHARED = [
  'at-fork',
  'channel',
  'close-range',
  'file-requests',
  'gather',
  'hidden',
  'identity',
  'known',
  'message',
  'own-stack',
  'process',
  'transfer',
  'usermem',
];

function run(compiler, args, quiet) {
  const output = quiet ? 'ignore' : 'inherit';
  execFileSync(compiler, args, { stdio: ['ignore', output, output] });
}

/**
 * Compiles everything that there is a compiler for. `tables` is the text of ioctl-tables.c. Files are made aside and
 * moved into place, so a library in use is never half written.
 *
 * @param {{ tables: string, out?: string, flags?: string[], quiet?: boolean }} options
 * @returns {{ built: string[], missing: string[] }} architectures with a library, and without
 */
export function compile({ tables, out = join(here, 'build'), flags = [], quiet = false }) {
  mkdirSync(out, { recursive: true });
  const work = mkdtempSync(join(out, '.new-'));
  const built = [];
  const missing = [];
  try {
    const generated = join(work, 'ioctl-tables.c');
    writeFileSync(generated, tables);
    const common = [...FLAGS, ...WARNINGS, ...flags, '-shared'];
    for (const arch of ['x86_64', 'aarch64']) {
      const compiler = compilerFor(arch);
      if (compiler === null) {
        missing.push(arch);
        continue;
      }
      mkdirSync(join(out, arch), { recursive: true });
      const shared = preloadSources(SHARED);
      for (const [name, inputs] of [
        ['libpanthor_shim.so', sources('preload')],
        ['libdrm_recorder.so', [...sources('record'), ...shared]],
      ]) {
        const made = join(work, `${arch}-${name}.new`);
        const all = [...HEADERS, '-o', made, ...inputs, generated];
        run(compiler, [...common, ...all, '-ldl', '-lpthread'], quiet);
        renameSync(made, join(out, arch, name));
      }
      const helper = join(work, `${arch}-server.node`);
      run(compiler, [...common, '-o', helper, ...sources('server'), '-lpthread', '-lrt'], quiet);
      renameSync(helper, join(out, arch, 'server.node'));
      // What programs that cannot preload a library are run by.
      const door = join(work, `${arch}-door.new`);
      const parts = [
        'config',
        'scatter',
        'device',
        'paths',
        ...SHARED.filter((name) => !['usermem', 'close-range', 'own-stack'].includes(name)),
      ];
      const inputs = [...sources('door'), ...preloadSources(parts), generated];
      run(
        compiler,
        [...FLAGS, ...WARNINGS, ...flags, ...HEADERS, '-o', door, ...inputs, '-ldl', '-lpthread'],
        quiet,
      );
      renameSync(door, join(out, arch, 'panthor-door'));
      built.push(arch);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return { built, missing };
}

async function main(ifPossible) {
  const generator = join(here, '../dist/src/live/launch/native-tables.js');
  if (!existsSync(generator)) {
    process.stderr.write('native-stubs: dist/ is missing, run `npm run build` first\n');
    return 1;
  }
  const { nativeTables } = await import(pathToFileURL(generator).href);
  try {
    const { built, missing } = compile({ tables: nativeTables(), quiet: ifPossible });
    if (!built.includes(hostArch)) {
      process.stderr.write(
        'panthor-shim: there is no C compiler here, so the commands run, serve and record will not work (everything else does)\n',
      );
      return ifPossible ? 0 : 1;
    }
    if (!ifPossible && missing.length > 0) {
      process.stderr.write(
        `native-stubs: no compiler for ${missing.join(', ')}, built ${built.join(', ')}\n`,
      );
    }
    return 0;
  } catch (error) {
    if (!ifPossible) throw error;
    process.stderr.write(
      'panthor-shim: compiling the preload library failed, so the commands run, serve and record will not work\n',
    );
    return 0;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  process.exitCode = await main(process.argv.includes('--if-possible'));
}
