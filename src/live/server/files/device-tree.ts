import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The files by which a client finds the device. They are real files and links below `root`, laid out as on a machine
 * with a Mali (a platform device of the device tree); the preload library turns paths into them.
 *
 * `card` is N of /dev/dri/cardN and renderD<128 + N>.
 */
export function makeDeviceTree(root: string, card: number): void {
  const file = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const link = (path: string, target: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(target, join(root, path));
  };
  const device = 'sys/devices/platform/panthor-shim.gpu';
  const up = '../../..';
  file(
    `${device}/uevent`,
    [
      'DRIVER=panthor',
      'OF_NAME=gpu',
      'OF_FULLNAME=/soc/mali',
      'OF_COMPATIBLE_0=arm,mali-valhall-csf',
      'OF_COMPATIBLE_N=1',
      'MODALIAS=of:NgpuT(null)Carm,mali-valhall-csf',
      '',
    ].join('\n'),
  );
  mkdirSync(join(root, 'sys/bus/platform/drivers/panthor'), { recursive: true });
  mkdirSync(join(root, 'sys/class/drm'), { recursive: true });
  link(`${device}/driver`, `${up}/bus/platform/drivers/panthor`);
  link('sys/bus/platform/devices/panthor-shim.gpu', `${up}/devices/platform/panthor-shim.gpu`);
  link('sys/bus/platform/drivers/panthor/panthor-shim.gpu', `../../../../devices/platform/panthor-shim.gpu`);
  // udev's database: libudev shows only what is in it.
  file('run/udev/data/+platform:panthor-shim.gpu', 'I:1\nE:ID_PATH=platform-panthor-shim.gpu\n');
  // DRM_PANTHOR's attribute groups: profiling is off, and only root may change that.
  file(`${device}/profiling`, '0\n');
  chmodSync(join(root, `${device}/profiling`), 0o444);
  link(`${device}/subsystem`, `${up}/bus/platform`);
  for (const [minor, name] of [
    [card, `card${card}`],
    [card + 128, `renderD${card + 128}`],
  ] as const) {
    const node = `${device}/drm/${name}`;
    file(`${node}/uevent`, `MAJOR=226\nMINOR=${minor}\nDEVNAME=dri/${name}\nDEVTYPE=drm_minor\n`);
    file(`${node}/dev`, `226:${minor}\n`);
    link(`${node}/device`, '../../../panthor-shim.gpu');
    link(`${node}/subsystem`, `${up}/../../class/drm`);
    link(`sys/dev/char/226:${minor}`, `../../devices/platform/panthor-shim.gpu/drm/${name}`);
    link(`sys/class/drm/${name}`, `../../devices/platform/panthor-shim.gpu/drm/${name}`);
    link(`dev/char/226:${minor}`, `../dri/${name}`);
    file(
      `run/udev/data/c226:${minor}`,
      'I:1\nE:ID_PATH=platform-panthor-shim.gpu\nE:ID_PATH_TAG=platform-panthor-shim_gpu\nG:seat\nQ:seat\nV:1\n',
    );
    file(`dev/dri/${name}`, '');
    // The server's umask is not the device's.
    chmodSync(join(root, `dev/dri/${name}`), 0o666);
  }
  for (const name of realNodes()) link(`dev/dri/${name}`, `/dev/dri/${name}`);
  for (const name of namesIn('/sys/class'))
    if (name !== 'drm') link(`sys/class/${name}`, `/sys/class/${name}`);
  for (const name of namesIn('/sys/class/drm')) link(`sys/class/drm/${name}`, `/sys/class/drm/${name}`);
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

/** Device nodes that the machine itself has; they stay visible beside ours. */
function realNodes(): string[] {
  return namesIn('/dev/dri').filter((name) => /^(card|renderD)\d+$/.test(name));
}

/** The first N for which the machine has neither cardN nor renderD<128 + N>. */
export function freeCard(nodes: readonly string[] = realNodes()): number {
  for (let card = 0; card < 64; card++) {
    if (!nodes.includes(`card${card}`) && !nodes.includes(`renderD${card + 128}`)) return card;
  }
  throw new Error('all 64 pairs of device nodes below /dev/dri are taken');
}
