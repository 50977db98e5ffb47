// How each client is started, and how one sees that it ran to its end. The pictures and numbers that Mesa's clients
// compute are wrong without shaders being executed; that they get there, with every call answered, is what counts.

import { join, resolve } from 'node:path';
import { IGT, IGT_CORE, IGT_ROOT } from './igt-tests.mjs';
import { crashed } from './process.mjs';
import { buildProgram, PROGRAMS, programPath } from './programs.mjs';

/**
 * All clients. `place`: { roots, preload: { amd64, arm64 } }. Each client: `name`, `needs` (groups of roots.mjs),
 * `seconds` (time limit), `argv(preload)` with the path of the library to preload or undefined, and
 * `complaint(result)`: '' when it ran to its end on a Mali-G610. Some have `options` of `run`, and `build()`, which is
 * called before they are started. `asRoot`: in a user namespace, with the
 * server. `calls: false`: it makes none.
 */
export function clients(place) {
  return [
    ...Object.keys(IGT).map((name) => igt(place, name)),
    ...Object.keys(IGT_CORE).map((name) => igt(place, name)),
    ...Object.keys(IGT_ROOT).map((name) => ({ ...igt(place, name), asRoot: true })),
    mesa(place, 'vulkaninfo', ['vulkan', 'qemu'], ['vulkaninfo', '--summary'], {}, (r) =>
      /deviceName\s+= Mali-G610/.test(r.stdout) ? status0(r) : 'no Mali-G610 in its summary',
    ),
    mesa(place, 'eglinfo', ['gl', 'qemu'], ['eglinfo.aarch64-linux-gnu', '-p', 'surfaceless'], {}, (r) => {
      const profiles = r.stdout.match(/renderer: Mali-G610.*\(Panfrost\)/g) ?? [];
      return profiles.length === 3
        ? status0(r)
        : `${profiles.length} of 3 contexts on a Mali-G610 (Panfrost)`;
    }),
    mesa(
      place,
      'vkmark',
      ['vulkan', 'gl', 'qemu'],
      ['vkmark', '--winsys', 'headless', '-b', SHORT],
      {},
      (r) => {
        const scenes = r.stdout.match(/^\[.*FPS: [1-9]/gm) ?? [];
        if (scenes.length < 12) return `${scenes.length} of at least 12 scenes drew a frame`;
        return /vkmark Score/.test(r.stdout) ? status0(r) : 'no score at the end';
      },
    ),
    ...['basic', 'commit', 'buffer-data'].map((test) =>
      mesa(
        place,
        `piglit-sparse-${test}`,
        ['vulkan', 'gl', 'piglit', 'qemu'],
        [`../lib/aarch64-linux-gnu/piglit/bin/arb_sparse_buffer-${test}`, '-auto', '-fbo'],
        ZINK,
        (r) => {
          const verdict = /PIGLIT: \{"result": "(\w+)"/.exec(r.stdout)?.[1];
          if (verdict === undefined) return 'no verdict at the end';
          // What the vertex and compute shaders would have written is missing: "fail" is an honest end.
          return verdict === 'pass' || verdict === 'fail' ? '' : `piglit says ${verdict}`;
        },
      ),
    ),
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

// Twelve scenes of 10 s each are two minutes of the same submissions.
const SHORT = ':duration=0.4';

const ZINK = {
  MESA_LOADER_DRIVER_OVERRIDE: 'zink',
  PIGLIT_PLATFORM: 'surfaceless_egl',
  MESA_GL_VERSION_OVERRIDE: '4.6',
  MESA_GLSL_VERSION_OVERRIDE: '460',
  MESA_EXTENSION_OVERRIDE: '+GL_ARB_sparse_buffer',
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

function mesa(place, name, needs, command, env, complaint) {
  return {
    name,
    needs,
    seconds: 180,
    architecture: 'arm64',
    argv: (preload, more = {}) =>
      arm64Argv(place, join('usr/bin', command[0]), command.slice(1), preload, { ...env, ...more }),
    complaint: (r) => {
      const lost = /DEVICE_LOST|device lost|VK_ERROR_\w+/i.exec(r.stdout + r.stderr);
      return lost === null ? complaint(r) : lost[0];
    },
  };
}

/** A program, of the arm64 root unless its path is absolute, under qemu-user. */
export function arm64Argv(place, program, args, preload, env = {}) {
  const root = place.roots.arm64;
  const lib = join(root, 'usr/lib/aarch64-linux-gnu');
  const settings = {
    LD_LIBRARY_PATH: `${lib}:${join(lib, 'piglit/lib')}`,
    VK_DRIVER_FILES: join(root, 'usr/share/vulkan/icd.d/panfrost_icd.json'),
    VK_LOADER_LAYERS_DISABLE: '~all~',
    MESA_SHADER_CACHE_DISABLE: 'true',
    __EGL_VENDOR_LIBRARY_FILENAMES: join(root, 'usr/share/glvnd/egl_vendor.d/50_mesa.json'),
    LIBGL_DRIVERS_PATH: join(lib, 'dri'),
    GBM_BACKENDS_PATH: join(lib, 'gbm'),
    ...env,
  };
  // The guest must not be asked to preload the host's library.
  const flags = preload === undefined ? ['-U', 'LD_PRELOAD'] : ['-E', `LD_PRELOAD=${preload}`];
  for (const [name, value] of Object.entries(settings)) flags.push('-E', `${name}=${value}`);
  return [
    join(place.roots.tools, 'usr/bin/qemu-aarch64-static'),
    '-L',
    root,
    ...flags,
    resolve(root, program),
    ...args,
  ];
}

/** Mesa's own no-op shim, the peer. */
export function peerPreload(place) {
  return join(place.roots.arm64, 'usr/lib/aarch64-linux-gnu/libpanfrost_noop_drm_shim.so');
}

function status0(r) {
  return r.status === 0 ? '' : crashed(r) || `status ${r.status}`;
}
