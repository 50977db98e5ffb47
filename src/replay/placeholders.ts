import {
  DMA_BUF_IOCTL_IMPORT_SYNC_FILE,
  DRM_IOCTL_PRIME_FD_TO_HANDLE,
  DRM_IOCTL_SYNCOBJ_EVENTFD,
  DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE,
  DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
  dma_buf_import_sync_file,
  drm_prime_handle,
  drm_syncobj_eventfd,
  drm_syncobj_handle,
  SYNC_IOC_MERGE,
  sync_merge_data,
} from '../../uapi/drm.ts';
import { EBADF, EINVAL, ENOENT } from '../../uapi/errno.ts';
import type { CaptureRecord } from '../capture/record.ts';
import { DmaBuf } from '../driver/gem/dma-buf.ts';
import type { GemTable } from '../driver/gem/gem.ts';
import type { FdObject } from '../driver/ioctl/fd-table.ts';
import { stubFence } from '../driver/sync/fence.ts';
import { Syncobj } from '../driver/sync/syncobj.ts';

/**
 * How large an object of another process is taken to be: captures do not say. Larger than what clients share, small
 * enough for thousands of them in the GPU's physical address space.
 */
const FOREIGN_BYTES = 256 << 20;

/** A descriptor that a call took, and what it must have been: 'other' is a file that the call does not take. */
export interface TakenFd {
  kind: FdObject['kind'] | 'other' | 'closed';
  /** Where it stands in the argument. */
  at: number;
  /** As the client calls it. */
  fd: number;
}

/** What an error says of the descriptor: nothing is open there, or what is no dma-buf, no eventfd and so on. */
const REFUSED: ReadonlyMap<number, 'closed' | 'other'> = new Map([
  [EBADF, 'closed'],
  [EINVAL, 'other'],
  // SYNC_IOC_MERGE
  [ENOENT, 'other'],
]);

/** The descriptor that a call took from the client, where its result tells what that was; or null. */
export function takenFd(record: CaptureRecord): TakenFd | null {
  switch (record.request) {
    case DRM_IOCTL_SYNCOBJ_EVENTFD:
      return taken(record, 'eventfd', drm_syncobj_eventfd.off.fd);
    case DRM_IOCTL_PRIME_FD_TO_HANDLE:
      return taken(record, 'dma-buf', drm_prime_handle.off.fd);
    case DMA_BUF_IOCTL_IMPORT_SYNC_FILE:
      return taken(record, 'sync-file', dma_buf_import_sync_file.off.fd);
    case SYNC_IOC_MERGE:
      return taken(record, 'sync-file', sync_merge_data.off.fd2);
    case DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE: {
      const flags = record.view.getUint32(record.argInAt + drm_syncobj_handle.off.flags, true);
      const isFile = (flags & DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE) !== 0;
      return taken(record, isFile ? 'sync-file' : 'syncobj-file', drm_syncobj_handle.off.fd);
    }
    default:
      return null;
  }
}

/** The descriptor at byte `at` of the argument, unless the call failed with what says nothing of it. */
function taken(record: CaptureRecord, kind: FdObject['kind'], at: number): TakenFd | null {
  const refused = record.ret < 0 ? REFUSED.get(record.errno) : null;
  if (refused === undefined) return null;
  return { kind: refused ?? kind, at, fd: record.view.getUint32(record.argInAt + at, true) };
}

/**
 * Something to stand in for a file that this driver never gave out: another device's object, a compositor's fence, a
 * process that was not captured. Fences of others are taken to be done.
 */
export function placeholderFor(kind: Exclude<TakenFd['kind'], 'closed'>, gem: GemTable): FdObject | null {
  switch (kind) {
    case 'other':
      return null;
    case 'eventfd':
      return { kind, signal: () => {} };
    case 'sync-file':
      return { kind, fence: stubFence() };
    case 'syncobj-file': {
      const syncobj = new Syncobj();
      syncobj.replaceFence(stubFence());
      return { kind, syncobj };
    }
    case 'dma-buf': {
      const bo = gem.create(FOREIGN_BYTES, 0, null);
      bo.imported = true;
      const buf = new DmaBuf(bo);
      bo.put();
      return buf;
    }
  }
}
