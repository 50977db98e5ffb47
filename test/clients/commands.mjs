// How each client is started, and how one sees that it ran to its end. The pictures and numbers that Mesa's clients
// compute are wrong without shaders being executed; that they get there, with every call answered, is what counts.

import { join } from 'node:path';
import { IGT, IGT_CORE, IGT_ROOT, IGT_SYNC } from './igt-tests.mjs';
import { mesaClients } from './mesa-clients.mjs';
import { crashed, status0 } from './process.mjs';
import { buildLibrary, buildProgram, PROGRAMS, programPath } from './programs.mjs';
import { westonClients } from './weston.mjs';

/**
 * All clients. `place`: { roots, preload: { amd64, arm64 } }. Each client: `name`, `needs` (groups of roots.mjs),
 * `seconds` (time limit), `argv(preload)` with the path of the library to preload or undefined, and
 * `complaint(result)`: '' when it ran to its end on a Mali-G610. Some have `options` of `run`, and `build()`, which is
 * called before they are started. `asRoot`: in a user namespace, with the server. `calls: false`: it makes none.
 * `kernels`: those that it is run on where --everywhere is not asked for.
 */
export function clients(place) {
  return [
    ...Object.keys(IGT).map((name) => igt(place, name)),
    ...Object.keys(IGT_CORE).map((name) => igt(place, name)),
    ...Object.keys(IGT_SYNC).map((name) => igtSync(place, name)),
    ...Object.keys(IGT_ROOT).map((name) => ({ ...igt(place, name), asRoot: true })),
    ...mesaClients(place),
    ...westonClients(place),
    ...Object.keys(TOOLS).map((name) => tool(place, name)),
    ...Object.keys(PROGRAMS).map((name) => ours(place, name)),
  ];
}

/** Programs that say what devices there are: arguments, what they have to print, and the exit status that they end with. */
const TOOLS = {
  lsgpu: { prints: /card0.*\n.*renderD128/, calls: false },
  // There is no display: DRM_IOCTL_MODE_GETRESOURCES is refused, and both say so.
  drm_info: { prints: /drmModeGetResources: Operation not supported/ },
  modetest: { args: ['-M', 'panthor'], prints: /on driver `panthor`/, status: 1 },
  drmdevice: { prints: /platform\n(?:.*\n)*?.*fullname\t\/soc\/mali/, calls: false },
  nvtop: { args: ['-s'], prints: /"device_name": "g610"/ },
};

function igt(place, name) {
  return {
    name,
    needs: ['igt'],
    seconds: 60,
    architecture: 'amd64',
    argv: (preload) => igtArgv(place, name, preload, name === 'core_setmaster' ? IGT_ROOT[name] : []),
    complaint: (r) => {
      const ok = new Set([...r.stdout.matchAll(/^Subtest (\S+): SUCCESS/gm)].map((m) => m[1]));
      const wanted = IGT[name] ?? IGT_CORE[name] ?? IGT_ROOT[name];
      if (wanted.length === 0 && !/^SUCCESS/m.test(r.stdout)) return 'no SUCCESS at the end';
      const not = wanted.filter((s) => !ok.has(s));
      if (not.length > 0) return `${not.length} of ${wanted.length} subtests not SUCCESS: ${not.join(', ')}`;
      const others = [...r.stdout.matchAll(/^Subtest (\S+): (?!SUCCESS)(\w+)/gm)].map(
        (m) => `${m[1]} ${m[2]}`,
      );
      return others.length > 0 ? others.join(', ') : status0(r);
    },
  };
}

/** An IGT binary with a library in front of it that has fences for it. */
function igtSync(place, name) {
  return {
    ...igt(place, name),
    build: () => buildLibrary(place, 'sw-sync'),
    argv: (preload) => {
      const libraries = [programPath(place, 'sw-sync.so'), preload].filter((one) => one !== undefined);
      return igtArgv(place, name, libraries.join(':'), ['*,!*-snapshot']);
    },
    complaint: (r) => {
      const ends = [...r.stdout.matchAll(/^Subtest (\S+): (\w+)/gm)];
      const not = ends.filter((m) => m[2] !== 'SUCCESS').map((m) => `${m[1]} ${m[2]}`);
      if (not.length > 0) return not.join(', ');
      return ends.length === IGT_SYNC[name] ? status0(r) : `${ends.length} of ${IGT_SYNC[name]} subtests`;
    },
  };
}

/** An IGT binary. */
export function igtArgv(place, name, preload, subtests = []) {
  const folder = name in IGT ? 'panthor' : '';
  const args = subtests.flatMap((one) => ['--run-subtest', one]);
  return amd64Argv(place, join('usr/libexec/igt-gpu-tools', folder, name), args, preload);
}

/** A program on its own ld.so and libraries: sid's, newer than the machine's. */
function amd64Argv(place, program, args, preload) {
  const root = place.roots.amd64;
  const shim = preload === undefined ? [] : ['--preload', preload];
  return [
    join(root, 'usr/lib64/ld-linux-x86-64.so.2'),
    '--library-path',
    join(root, 'usr/lib/x86_64-linux-gnu'),
    ...shim,
    join(root, program),
    ...args,
  ];
}

function tool(place, name) {
  const { args = [], prints, status = 0, calls = true } = TOOLS[name];
  return {
    name,
    needs: ['igt', 'drm-tools'],
    seconds: 60,
    architecture: 'amd64',
    calls,
    argv: (preload) => amd64Argv(place, join('usr/bin', name), args, preload),
    complaint: (r) => {
      if (!prints.test(r.stdout + r.stderr)) return `it does not print ${prints}`;
      return r.status === status ? '' : crashed(r) || `status ${r.status}`;
    },
  };
}

/** A program of programs.mjs, which says itself what does not hold. */
function ours(place, name) {
  const { needs, options = [], args = [] } = PROGRAMS[name];
  return {
    name,
    needs,
    seconds: 60,
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    options,
    build: () => buildProgram(place, name),
    argv: () => [programPath(place, name), ...args],
    complaint: (r) => (r.stderr === '' ? status0(r) : r.stderr.split('\n')[0]),
  };
}
