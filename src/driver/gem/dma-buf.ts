import {
  DMA_BUF_IOCTL_EXPORT_SYNC_FILE,
  DMA_BUF_IOCTL_IMPORT_SYNC_FILE,
  DMA_BUF_IOCTL_SYNC,
  DMA_BUF_SYNC_RW,
  DMA_BUF_SYNC_VALID_FLAGS_MASK,
  DMA_BUF_SYNC_WRITE,
  dma_buf_export_sync_file,
  dma_buf_import_sync_file,
} from '../../../uapi/drm.ts';
import { EFAULT, EINVAL, ENOTTY } from '../../../uapi/errno.ts';
import type { UserMemory } from '../base/uaccess.ts';
import type { FdTable } from '../ioctl/fd-table.ts';
import { type Fence, FenceArray, stubFence } from '../sync/fence.ts';
import { unwrapped } from '../sync/fence-chain.ts';
import type { GemObject } from './gem.ts';

/**
 * A buffer object as other processes get it: the file behind a PRIME descriptor (struct dma_buf). It holds the object;
 * descriptors, and files that know it under a handle, hold it.
 */
export class DmaBuf {
  readonly kind = 'dma-buf';
  readonly gem: GemObject;
  /** DMA_BUF_SET_NAME */
  name = '';
  #refs = 1;
  /**
   * dma_resv: fences that were put in from outside. Panthor adds the fences of jobs as DMA_RESV_USAGE_BOOKKEEP, which
   * exports never contain, so they are not kept.
   */
  #fences: { fence: Fence; write: boolean }[] = [];

  /** drm_gem_dmabuf_export(): takes a reference to `gem`. */
  constructor(gem: GemObject) {
    this.gem = gem.get();
  }

  get(): this {
    this.#refs++;
    return this;
  }

  /** dma_buf_put(); the last one lets the object go (drm_gem_dmabuf_release). */
  put(): void {
    if (--this.#refs === 0) this.gem.put();
  }

  /** Whether anything still holds it. */
  get alive(): boolean {
    return this.#refs > 0;
  }

  /** dma_buf_import_sync_file(): adds the fences inside `fence`. */
  importFence(fence: Fence, write: boolean): void {
    this.#fences = this.#fences.filter((entry) => !entry.fence.signaled);
    for (const inner of unwrapped(fence)) {
      if (!inner.signaled) this.#fences.push({ fence: inner, write });
    }
  }

  /** dma_resv_get_singleton(): what a reader (writers only) or a writer (all) has to wait for. */
  exportFence(write: boolean): Fence {
    const fences = this.#fences.filter((entry) => write || entry.write).map((entry) => entry.fence);
    if (fences.length === 0) return stubFence();
    return fences.length === 1 ? fences[0] : new FenceArray(fences);
  }
}

/**
 * dma_buf_ioctl(): the ioctls of a dma-buf's own descriptor, as far as clients make them.
 *
 * @returns 0; -ENOTTY for others; -EINVAL for flags that make no sense and files that are no sync_file; -EFAULT
 */
export function dmaBufIoctl(
  buf: DmaBuf,
  request: number,
  mem: UserMemory,
  argAddr: number,
  fds: FdTable,
): number {
  if ((request & 0xffff) === DMA_BUF_SET_NAME) return setName(buf, mem, argAddr);
  switch (request) {
    case DMA_BUF_IOCTL_SYNC: {
      const at = mem.locate(argAddr, 8);
      if (at < 0) return -EFAULT;
      const flags = mem.view.getUint32(at, true);
      const unknown =
        mem.view.getUint32(at + 4, true) !== 0 || (flags & ~DMA_BUF_SYNC_VALID_FLAGS_MASK) !== 0;
      // Memory is shared and coherent here: there are no caches to clean.
      return unknown || (flags & DMA_BUF_SYNC_RW) === 0 ? -EINVAL : 0;
    }
    case DMA_BUF_IOCTL_EXPORT_SYNC_FILE: {
      const at = mem.locate(argAddr, dma_buf_export_sync_file.size);
      if (at < 0) return -EFAULT;
      const flags = mem.view.getUint32(at, true);
      if (badDirection(flags)) return -EINVAL;
      const fd = fds.install({
        kind: 'sync-file',
        fence: buf.exportFence((flags & DMA_BUF_SYNC_WRITE) !== 0),
      });
      if (fd < 0) return fd;
      mem.view.setInt32(at + dma_buf_export_sync_file.off.fd, fd, true);
      mem.markDirty(at);
      return 0;
    }
    case DMA_BUF_IOCTL_IMPORT_SYNC_FILE: {
      const at = mem.locate(argAddr, dma_buf_import_sync_file.size);
      if (at < 0) return -EFAULT;
      const flags = mem.view.getUint32(at, true);
      if (badDirection(flags)) return -EINVAL;
      const file = fds.lookup(mem.view.getInt32(at + dma_buf_import_sync_file.off.fd, true));
      if (file?.kind !== 'sync-file') return -EINVAL;
      buf.importFence(file.fence, (flags & DMA_BUF_SYNC_WRITE) !== 0);
      return 0;
    }
    default:
      return -ENOTTY;
  }
}

/** DMA_BUF_SET_NAME_A and _B, without the size that tells them apart. */
const DMA_BUF_SET_NAME = 0x6201;
const DMA_BUF_NAME_LEN = 32;

/** dma_buf_set_name(): the argument is the text. */
function setName(buf: DmaBuf, mem: UserMemory, argAddr: number): number {
  let name = '';
  for (let i = 0; i < DMA_BUF_NAME_LEN; i++) {
    const at = mem.locate(argAddr + i, 1);
    if (at < 0) return -EFAULT;
    if (mem.data[at] === 0) {
      buf.name = name;
      return 0;
    }
    name += String.fromCharCode(mem.data[at]);
  }
  return -EINVAL;
}

function badDirection(flags: number): boolean {
  return (flags & ~DMA_BUF_SYNC_RW) !== 0 || (flags & DMA_BUF_SYNC_RW) === 0;
}
