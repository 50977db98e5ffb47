// Programs of arm64, the architecture that Debian builds Mesa's Mali drivers for, under qemu-user.

import { join, resolve } from 'node:path';

/** Folders of libraries that programs here find by their RUNPATH or by Debian's alternatives. */
const LIBRARIES = ['piglit/lib', 'pulseaudio', 'blas', 'lapack', 'weston'];

/** A client of Mesa: `needs` are groups of roots.mjs, `command` a program of usr/bin with its arguments. */
export function mesa(place, name, needs, command, env, complaint) {
  return {
    name,
    needs: [...needs, 'qemu'],
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
  return [...qemu(place, root, preload, env), resolve(root, program), ...args];
}

/**
 * The same for a program that looks around in /sys from an open "/", as libudev does: with -L qemu opens the folder of
 * packages there. Without it the packages' own ld.so starts the program.
 */
export function arm64LdArgv(place, program, args, preload, env = {}) {
  const root = place.roots.arm64;
  const ld = join(root, 'usr/lib/ld-linux-aarch64.so.1');
  return [...qemu(place, '/', preload, env), ld, join(root, program), ...args];
}

/** qemu-user with the environment that Mesa's drivers need there. `prefix`: where absolute paths are looked for first. */
function qemu(place, prefix, preload, env) {
  const root = place.roots.arm64;
  const lib = join(root, 'usr/lib/aarch64-linux-gnu');
  const settings = {
    LD_LIBRARY_PATH: [lib, ...LIBRARIES.map((folder) => join(lib, folder))].join(':'),
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
  return [join(place.roots.tools, 'usr/bin/qemu-aarch64-static'), '-L', prefix, ...flags];
}

/** Mesa's own no-op shim, the peer. */
export function peerPreload(place) {
  return join(place.roots.arm64, 'usr/lib/aarch64-linux-gnu/libpanfrost_noop_drm_shim.so');
}
