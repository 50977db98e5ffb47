/** Compiling and linking, with the tree's own build as far as it goes. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { COMMAND_OF, CONFIGURATION, REQUIRED, SOURCES } from './config.ts';
import type { FoundFeature } from './features.ts';
import { PANTHOR } from './source.ts';

/** What one build works with. */
export interface Place {
  /** The mirror of the sources, and where make writes. */
  mirror: string;
  out: string;
  /** Our C: native-stubs/tree. */
  native: string;
  features: readonly FoundFeature[];
  /** Whether loads and stores are announced, so that they can be judged and undone; without it, code runs at its own speed. */
  announced: boolean;
  /** Told what is being done, for a terminal. */
  progress: (what: string) => void;
}

/** Tells the tree's objects from those of an ordinary build: position-independent, nothing of them visible. */
const EXTRA_FLAGS = ['-fPIC', '-mcmodel=small', '-fvisibility=hidden', '-g1'];
/** Loads and stores are announced, as calls (host/access.c); who calls an allocator or takes a lock is read from the stack. */
const ANNOUNCING = [
  '-fsanitize=kernel-address',
  '--param=asan-instrumentation-with-call-threshold=0',
  '--param=asan-stack=0',
  '--param=asan-globals=0',
  '-fno-omit-frame-pointer',
  '-fno-optimize-sibling-calls',
];
const PLAIN = ['-DPANTHOR_SHIM_PLAIN'];
const HOST_FLAGS = [
  '-std=gnu11',
  '-O2',
  '-g',
  '-fPIC',
  '-fvisibility=hidden',
  '-fno-omit-frame-pointer',
  '-Wall',
  '-Wextra',
  '-Werror',
];

/** Runs a program; its output is shown only where it fails. Throws InputError with what it said. */
async function run(program: string, args: string[], cwd: string, env = process.env): Promise<string> {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let all = '';
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
    all += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    all += data.toString();
  });
  const status = await new Promise<number | null>((done, failed) => {
    child.on('error', failed);
    child.on('close', done);
  });
  if (status !== 0) {
    const words = [program, ...args].slice(0, 6).join(' ');
    throw new InputError(`the tree does not build (${words} …):\n${all.trimEnd()}`);
  }
  return out;
}

const variant = ({ announced }: Place): string[] => (announced ? ANNOUNCING : PLAIN);

function make(place: Place, targets: string[]): Promise<string> {
  const jobs = `-j${availableParallelism()}`;
  // A caller's own make, or its flags for another kernel, are nothing to these.
  const { MAKEFLAGS: _flags, KCFLAGS: _kcflags, KBUILD_OUTPUT: _output, ARCH: _arch, ...env } = process.env;
  return run(
    'make',
    [
      '-s',
      jobs,
      '-C',
      place.mirror,
      `O=${place.out}`,
      'ARCH=um',
      `KCFLAGS=${[...EXTRA_FLAGS, ...variant(place), '-include', announceHeader(place)].join(' ')}`,
      ...targets,
    ],
    place.mirror,
    { ...env, KCONFIG_ALLCONFIG: join(place.out, 'panthor-shim.config'), LC_ALL: 'C' },
  );
}

/** What the mirror was configured from, once that is done. */
const configuredFrom = (place: Place): string => join(place.out, 'panthor-shim.configured');

/** Whether the mirror was configured, and as it would be now: `settings` tells its files that say how from others. */
export function isConfigured(place: Place, settings: string): boolean {
  const from = configuredFrom(place);
  return existsSync(from) && readFileSync(from, 'utf8') === `${settings}\n${CONFIGURATION}`;
}

/** Configures the mirror. Throws InputError where the tree's Kconfig does not give what is needed. */
export async function configure(place: Place, settings: string): Promise<void> {
  mkdirSync(place.out, { recursive: true });
  rmSync(configuredFrom(place), { force: true });
  writeFileSync(join(place.out, 'panthor-shim.config'), CONFIGURATION);
  place.progress('configuring');
  await make(place, ['allnoconfig']);
  const config = readFileSync(join(place.out, '.config'), 'utf8');
  const lacking = REQUIRED.filter((symbol) => !config.includes(`${symbol}=y\n`));
  if (lacking.length > 0) {
    throw new InputError(
      `the tree's Kconfig leaves out ${lacking.join(', ')}; panthor cannot be built for UML`,
    );
  }
  await make(place, ['prepare']);
  writeFileSync(configuredFrom(place), `${settings}\n${CONFIGURATION}`);
}

/**
 * The header before all others, at a place that is the same for each version of ours: make compiles again where a command line
 * has changed, and where a file has.
 */
function announceHeader(place: Place): string {
  const text = readFileSync(join(place.native, 'include/announce.h'), 'utf8');
  const header = join(place.out, 'panthor-shim-announce.h');
  if (!existsSync(header) || readFileSync(header, 'utf8') !== text) writeFileSync(header, text);
  return header;
}

function presentSources(place: Place): string[] {
  return SOURCES.filter(
    (name) => !name.endsWith('?') || existsSync(join(place.mirror, name.slice(0, -1))),
  ).map((name) => name.replace(/\?$/, ''));
}

const objectOf = (source: string): string => source.replace(/\.c$/, '.o');

/** Compiles the tree's objects; returns their paths. */
export async function compileTree(place: Place): Promise<string[]> {
  place.progress('compiling the tree');
  const objects = presentSources(place).map(objectOf);
  await make(place, objects);
  return objects.map((name) => join(place.out, name));
}

/** The compiler and flags that Kbuild uses for a file of the driver, without the file itself. */
function driverCommand(place: Place): string[] {
  const dir = COMMAND_OF.slice(0, COMMAND_OF.lastIndexOf('/'));
  const name = COMMAND_OF.slice(dir.length + 1);
  const text = readFileSync(join(place.out, dir, `.${name}.o.cmd`), 'utf8');
  const line = /^(?:saved)?cmd_\S+ := (.*)$/m.exec(text)?.[1].replace(/ ; .*$/, '');
  if (line === undefined) throw new InputError(`no command line in ${dir}/.${name}.o.cmd`);
  const words = (line.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? []).map((word) =>
    word.replaceAll("'", '').replaceAll('\\#', '#'),
  );
  return words.slice(0, words.indexOf('-c')).filter((word) => !word.startsWith('-Wp,-MMD'));
}

/** Compiles our kernel half, which includes files of the driver with our headers in front. Returns the objects. */
export async function compileShim(place: Place): Promise<string[]> {
  place.progress('compiling the shim');
  const [compiler, ...flags] = driverCommand(place);
  const dir = join(place.out, 'panthor-shim');
  mkdirSync(dir, { recursive: true });
  const have = place.features.filter(({ found }) => found).map(({ name }) => `-DHAVE_${name}`);
  const kernel = readdirSync(join(place.native, 'kernel')).filter((n) => n.endsWith('.c'));
  const files = kernel.map((name) => ({
    from: join(place.native, 'kernel', name),
    to: `shim-${objectOf(name)}`,
  }));
  const compile = async (from: string, to: string): Promise<string> => {
    const base = to.replace(/^.*?-|\.o$/g, '').replace(/\W/g, '_');
    const args = [
      `-I${join(place.native, 'include')}`,
      ...flags.filter((flag) => !/^-DKBUILD_(BASENAME|MODNAME)|^-D__KBUILD_MODNAME/.test(flag)),
      `-DKBUILD_BASENAME="${base}"`,
      '-DKBUILD_MODNAME="panthor"',
      '-D__KBUILD_MODNAME=kmod_panthor',
      ...have,
      `-DPANTHOR_MMU_C="${join(place.mirror, PANTHOR, 'panthor_mmu.c')}"`,
      `-DPANTHOR_DRV_C="${join(place.mirror, PANTHOR, 'panthor_drv.c')}"`,
      `-DPANTHOR_GPU_C="${join(place.mirror, PANTHOR, 'panthor_gpu.c')}"`,
      `-I${join(place.mirror, PANTHOR)}`,
      '-w',
      '-MMD',
      '-c',
      '-o',
      join(dir, to),
      from,
    ];
    await run(compiler, args, place.out);
    return join(dir, to);
  };
  const objects: string[] = [];
  // Two at a time: enough for two cores, and the order of messages stays that of the files.
  for (let i = 0; i < files.length; i += 2) {
    objects.push(...(await Promise.all(files.slice(i, i + 2).map(({ from, to }) => compile(from, to)))));
  }
  return objects;
}

/** Compiles the host half. */
export async function compileHost(place: Place): Promise<string[]> {
  const dir = join(place.out, 'panthor-shim');
  const names = readdirSync(join(place.native, 'host')).filter((name) => name.endsWith('.c'));
  const objects = names.map((name) => join(dir, `host-${objectOf(name)}`));
  await Promise.all(
    names.map((name, i) =>
      run(
        'gcc',
        [
          ...HOST_FLAGS,
          ...(place.announced ? [] : PLAIN),
          '-c',
          '-o',
          objects[i],
          join(place.native, 'host', name),
        ],
        dir,
      ),
    ),
  );
  return objects;
}

export { run as runTool };
