/** /proc/self/fdinfo of an open device: drm_show_fdinfo() and panthor_show_fdinfo(). */
import { writeSync } from 'node:fs';
import { ENOMEM } from '../../../../uapi/errno.ts';
import { type Fd, owned } from '../../fd.ts';
import { native } from '../../native.ts';
import type { OpenFile } from '../open-file.ts';

/** What VFS shows before: position, flags, mount and inode. */
function vfsText({ flags, minor }: OpenFile): string {
  return `pos:\t0\nflags:\t0${flags.toString(8)}\nmnt_id:\t21\nino:\t${700 + minor}\n`;
}

/** A size as drm_fdinfo_print_size() prints it. */
function size(bytes: number): string {
  if (bytes > 0 && bytes % (1 << 20) === 0) return `${bytes >> 20} MiB`;
  return bytes > 0 && bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes}`;
}

/** The text. Engines have done nothing as long as sysfs's `profiling` is 0, which is the kernel's default. */
export function fdinfoText(file: OpenFile): string {
  const { drm } = file;
  let total = 0;
  let shared = 0;
  for (const handle of drm.bos.ids()) {
    const bo = drm.bos.get(handle);
    if (bo === undefined) continue;
    if (bo.handleCount > 1) shared += bo.size;
    else total += bo.size;
  }
  const lines = [
    'drm-driver:\tpanthor',
    `drm-client-id:\t${file.id + 1}`,
    ...(drm.clientName === null ? [] : [`drm-client-name:\t${drm.clientName}`]),
    `drm-maxfreq-panthor:\t${drm.drv.gpu.gpu_frequency} Hz`,
    `drm-curfreq-panthor:\t${drm.drv.gpu.gpu_frequency} Hz`,
    `drm-total-memory:\t${size(total + shared)}`,
    `drm-shared-memory:\t${size(shared)}`,
    'drm-active-memory:\t0',
    `drm-resident-memory:\t${size(total + shared)}`,
    'drm-purgeable-memory:\t0',
  ];
  return `${vfsText(file)}${lines.join('\n')}\n`;
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
