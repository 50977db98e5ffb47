// Clients of Mesa's Vulkan, GL and OpenCL drivers that want no display.

import { dirname, join } from 'node:path';
import { mesa } from './arm64.mjs';
import { status0 } from './process.mjs';

/** Clients as commands.mjs has them. */
export function mesaClients(place) {
  return [
    mesa(place, 'vulkaninfo', ['vulkan'], ['vulkaninfo', '--summary'], {}, (r) =>
      /deviceName\s+= Mali-G610/.test(r.stdout) ? status0(r) : 'no Mali-G610 in its summary',
    ),
    mesa(place, 'eglinfo', ['gl'], ['eglinfo.aarch64-linux-gnu', '-p', 'surfaceless'], {}, (r) => {
      const profiles = r.stdout.match(/renderer: Mali-G610.*\(Panfrost\)/g) ?? [];
      return profiles.length === 3
        ? status0(r)
        : `${profiles.length} of 3 contexts on a Mali-G610 (Panfrost)`;
    }),
    mesa(place, 'vkmark', ['vulkan', 'gl'], ['vkmark', '--winsys', 'headless', '-b', SHORT], {}, (r) => {
      const scenes = r.stdout.match(/^\[.*FPS: [1-9]/gm) ?? [];
      if (scenes.length < 12) return `${scenes.length} of at least 12 scenes drew a frame`;
      return /vkmark Score/.test(r.stdout) ? status0(r) : 'no score at the end';
    }),
    ...['basic', 'commit', 'buffer-data'].map((test) =>
      mesa(
        place,
        `piglit-sparse-${test}`,
        ['vulkan', 'gl', 'piglit'],
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
    {
      ...mesa(place, 'ffmpeg', ['vulkan', 'ffmpeg'], ['ffmpeg', ...FFMPEG], {}, (r) =>
        /^frame=5$/m.test(r.stdout) && /^progress=end$/m.test(r.stdout)
          ? status0(r)
          : 'not 5 frames to the end',
      ),
      kernels: ['next', '6.12'],
    },
    {
      ...mesa(place, 'gstreamer', ['gl', 'gstreamer'], ['gst-launch-1.0', ...gstreamer(place)], GST, (r) =>
        /^Got EOS from element/m.test(r.stdout) ? status0(r) : 'no end of the stream',
      ),
      kernels: ['7.2', '6.12'],
    },
    {
      ...mesa(place, 'clinfo', ['vulkan', 'gl', 'opencl'], ['clinfo'], rusticl(place), (r) =>
        /Device Name +Mali-G610.*\(Panfrost\)/.test(r.stdout) ? status0(r) : 'no Mali-G610 (Panfrost)',
      ),
      seconds: 900,
      kernels: ['next'],
    },
  ];
}

// Twelve scenes of 10 s each are two minutes of the same submissions.
const SHORT = ':duration=0.4';

const ZINK = {
  MESA_LOADER_DRIVER_OVERRIDE: 'zink',
  PIGLIT_PLATFORM: 'surfaceless_egl',
  MESA_GL_VERSION_OVERRIDE: '4.6',
  MESA_GLSL_VERSION_OVERRIDE: '460',
  MESA_EXTENSION_OVERRIDE: '+GL_ARB_sparse_buffer',
};

// Up to the GPU, scaled and blurred there, and back.
const FFMPEG = [
  ...['-v', 'error', '-progress', 'pipe:1', '-init_hw_device', 'vulkan=vk:0', '-filter_hw_device', 'vk'],
  ...['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=5:duration=1'],
  '-vf',
  'format=yuv420p,hwupload,scale_vulkan=160:120,avgblur_vulkan,hwdownload,format=yuv420p',
  ...['-f', 'null', '-'],
];

/** The two plugins are named: a search through all that are there takes longer than the rest. */
function gstreamer(place) {
  const folder = join(place.roots.arm64, 'usr/lib/aarch64-linux-gnu/gstreamer-1.0');
  return [
    `--gst-plugin-load=${join(folder, 'libgstcoreelements.so')},${join(folder, 'libgstopengl.so')}`,
    ...'gltestsrc num-buffers=10 ! glcolorconvert ! gldownload ! fakesink'.split(' '),
  ];
}

const GST = {
  GST_PLUGIN_SYSTEM_PATH_1_0: '/nowhere',
  GST_REGISTRY_UPDATE: 'no',
  GST_REGISTRY_FORK: 'no',
  GST_GL_PLATFORM: 'egl',
  GST_GL_WINDOW: 'surfaceless',
  GST_GL_API: 'gles2',
};

/**
 * rusticl compiles the whole library of OpenCL C before it shows a device: under qemu-user nearly a minute of
 * computing, which is kept beside the packages.
 */
function rusticl(place) {
  return {
    RUSTICL_ENABLE: 'panfrost',
    OCL_ICD_VENDORS: join(place.roots.arm64, 'etc/OpenCL/vendors'),
    MESA_SHADER_CACHE_DISABLE: 'false',
    MESA_SHADER_CACHE_DIR: join(dirname(place.roots.arm64), 'mesa-shader-cache'),
  };
}
