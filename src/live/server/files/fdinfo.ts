/** /proc/self/fdinfo of an open device: drm_show_fdinfo() and panthor_show_fdinfo(). */
import { writeSync } from 'node:fs';
import { ENOMEM } from '../../../../uapi/errno.ts';
import { heapPool } from '../../../driver/sched/heap.ts';
import { type Fd, owned } from '../../fd.ts';
import { native } from '../../native.ts';
import type { OpenFile } from '../open-file.ts';

/** uAPI of the first release whose driver has show_fdinfo: 6.13. */
const SINCE_MINOR = 2;

/** What VFS shows before: position, flags, mount and inode. */
function vfsText({ flags, minor }: OpenFile): string {
  return `pos:\t0\nflags:\t0${flags.toString(8)}\nmnt_id:\t21\nino:\t${700 + minor}\n`;
}

/** A line as drm_fdinfo_print_size() prints it; bytes. */
function size(name: string, bytes: number): string {
  let left = bytes;
  let unit = 0;
  for (; unit < 2 && left !== 0 && left % 1024 === 0; unit++) left /= 1024;
  return `${name}:\t${left}${['', ' KiB', ' MiB'][unit]}`;
}

/** drm_show_memory_stats(): of the objects that have a handle. Fences of panthor's are no reason to call one active. */
function memoryLines({ drm }: OpenFile): string[] {
  let total = 0;
  let shared = 0;
  let resident = 0;
  let anyResident = false;
  for (const handle of drm.bos.ids()) {
    const bo = drm.bos.get(handle);
    if (bo === undefined) continue;
    total += bo.size;
    if (bo.handleCount > 1 || drm.drv.dmaBufs.has(bo)) shared += bo.size;
    // panthor_gem_status()
    if (!bo.imported && !bo.pinned) continue;
    anyResident = true;
    resident += bo.size;
  }
  return [
    size('drm-total-memory', total),
    size('drm-shared-memory', shared),
    ...(anyResident ? [size('drm-resident-memory', resident)] : []),
  ];
}

/** panthor_show_internal_memory_stats(), but for the buffers into which the firmware suspends groups: their size is the firmware's. */
function internalLines({ drm }: OpenFile): string[] {
  let resident = 0;
  let active = 0;
  for (const id of drm.groups.ids()) {
    const group = drm.groups.get(id);
    if (group === undefined) continue;
    resident += group.memory;
    if (group.slot >= 0) active += group.memory;
  }
  drm.vms.some((vm) => {
    const bytes = heapPool(vm)?.size ?? 0;
    resident += bytes;
    if (vm.as >= 0) active += bytes;
    return false;
  });
  return [size('panthor-resident-memory', resident), size('panthor-active-memory', active)];
}

/** panthor_show_fdinfo(), which 6.12 has not. Engines have done nothing as long as sysfs's `profiling` is 0, the kernel's default. */
function panthorLines(file: OpenFile): string[] {
  const { drv, clientName } = file.drm;
  if (drv.device.kernel.uapi.minor < SINCE_MINOR || drv.device.unplugged) return [];
  return [
    'drm-driver:\tpanthor',
    `drm-client-id:\t${file.id + 1}`,
    ...(clientName === null ? [] : [`drm-client-name:\t${clientName}`]),
    `drm-maxfreq-panthor:\t${drv.gpu.gpu_frequency} Hz`,
    `drm-curfreq-panthor:\t${drv.gpu.gpu_frequency} Hz`,
    ...internalLines(file),
    ...memoryLines(file),
  ];
}

/** The text. */
export function fdinfoText(file: OpenFile): string {
  return (
    vfsText(file) +
    panthorLines(file)
      .map((line) => `${line}\n`)
      .join('')
  );
}

/** A read-only file that holds `text`, or -errno. */
export function textFile(text: string): Fd | number {
  const bytes = new TextEncoder().encode(text);
  const fd = owned(native().memoryCreate('panthor-shim-fdinfo', bytes.length, 1));
  if (typeof fd === 'number') return -ENOMEM;
  try {
    writeSync(fd.number, bytes, 0, bytes.length, 0);
    return owned(native().memoryOpen(fd.number, 0));
  } finally {
    fd.close();
  }
}
