/** Why the DRM core refused a call whose bytes are sound: drm_ioctl.c, drm_prime.c, drm_syncobj.c. */
import {
  DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
  DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
  DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_TIMELINE,
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE,
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT,
} from '../../uapi/drm.ts';
import { ENOENT } from '../../uapi/errno.ts';
import type { View } from '../payload/rules/context.ts';
import type { Asked, Reason } from './refused-call.ts';
import { noFence } from './syncs.ts';

/** A wait for what was not submitted yet. */
const FOR_SUBMIT = DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT | DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE;

/** drm_ioctl_permit(): calls that are not for render nodes, and on a card for those who are authenticated. */
export function permit({ file }: Asked): Reason | null {
  const why = file.render
    ? 'not for render nodes'
    : file.authenticated
      ? null
      : 'the file is not authenticated (DRM_AUTH)';
  return why === null ? null : { function: 'drm_ioctl_permit', field: '', why };
}

/** panthor_gem_prime_export(): what belongs to one VM stays in it. */
export function primeExport({ arg, file, toDriver }: Asked): Reason | null {
  const handle = Number(arg.get('handle'));
  const bo = file.lookupGem(toDriver('bo', handle));
  if (bo === undefined || bo.exclusiveVm === null) return null;
  const why = `object ${handle} was made for one VM (exclusive_vm_id)`;
  return { function: 'panthor_gem_prime_export', field: 'handle', why };
}

export function notADmaBuf({ arg }: Asked): Reason {
  return { function: 'dma_buf_get', field: 'fd', why: `descriptor ${arg.get('fd')} is no dma-buf` };
}

export function syncobjEventfd(call: Asked): Reason {
  return {
    function: 'eventfd_ctx_fdget',
    field: 'fd',
    why: `descriptor ${call.arg.get('fd')} is no eventfd`,
  };
}

/** drm_syncobj_export_sync_file(); a syncobj itself is exported whatever it holds. */
export function syncobjExport(call: Asked): Reason | null {
  const flags = Number(call.arg.get('flags'));
  if ((flags & DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE) === 0) return null;
  const point = (flags & DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_TIMELINE) === 0 ? 0n : call.arg.get('point');
  return noFence(call, call.arg.get('handle'), point, 'handle');
}

/** drm_syncobj_import_sync_file_fence() and drm_syncobj_fd_to_handle() */
export function syncobjImport({ arg }: Asked): Reason {
  const isFile = (Number(arg.get('flags')) & DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE) !== 0;
  return {
    function: isFile ? 'drm_syncobj_import_sync_file_fence' : 'drm_syncobj_fd_to_handle',
    field: 'fd',
    why: `descriptor ${arg.get('fd')} is no ${isFile ? 'sync_file' : 'syncobj'}`,
  };
}

/** drm_syncobj_array_wait_timeout(): something without a fence, which the caller does not want to wait for. */
export function syncobjWait(call: Asked): Reason | null {
  if ((Number(call.arg.get('flags')) & FOR_SUBMIT) !== 0) return null;
  const points = words(call.arg, 'points', 8);
  for (const [i, handle] of words(call.arg, 'handles', 4).entries()) {
    const found = noFence(call, handle, points[i] ?? 0n, `handles[${i}]`);
    if (found === null) continue;
    const why = `${found.why}, and WAIT_FOR_SUBMIT is not asked for`;
    return { ...found, function: 'drm_syncobj_array_wait_timeout', why };
  }
  return null;
}

export function syncobjTransfer(call: Asked): Reason | null {
  if (call.errno === ENOENT) return null;
  return noFence(call, call.arg.get('src_handle'), call.arg.get('src_point'), 'src_handle');
}

/** The numbers of `size` bytes that a pointer leads to. */
function words(arg: View, field: string, size: 4 | 8): bigint[] {
  const bytes = arg.buffer(field)?.bytes;
  if (bytes == null) return [];
  const there = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
    size === 8 ? there.getBigUint64(8 * i, true) : BigInt(there.getUint32(4 * i, true)),
  );
}
