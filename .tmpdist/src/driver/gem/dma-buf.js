import { DMA_BUF_IOCTL_EXPORT_SYNC_FILE, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, DMA_BUF_IOCTL_SYNC, DMA_BUF_SYNC_RW, DMA_BUF_SYNC_VALID_FLAGS_MASK, DMA_BUF_SYNC_WRITE, dma_buf_export_sync_file, dma_buf_import_sync_file, } from '../../../uapi/drm.js';
import { EFAULT, EINVAL, ENOTTY } from '../../../uapi/errno.js';
import { FenceArray, stubFence } from '../sync/fence.js';
import { unwrapped } from '../sync/fence-chain.js';
/**
 * A buffer object as other processes get it: the file behind a PRIME descriptor (struct dma_buf). It holds the object;
 * descriptors, and files that know it under a handle, hold it.
 */
export class DmaBuf {
    kind = 'dma-buf';
    gem;
    #refs = 1;
    /**
     * dma_resv: fences that were put in from outside. Panthor adds the fences of jobs as DMA_RESV_USAGE_BOOKKEEP, which
     * exports never contain, so they are not kept.
     */
    #fences = [];
    /** drm_gem_dmabuf_export(): takes a reference to `gem`. */
    constructor(gem) {
        this.gem = gem.get();
    }
    get() {
        this.#refs++;
        return this;
    }
    /** dma_buf_put(); the last one lets the object go (drm_gem_dmabuf_release). */
    put() {
        if (--this.#refs === 0)
            this.gem.put();
    }
    /** Whether anything still holds it. */
    get alive() {
        return this.#refs > 0;
    }
    /** dma_buf_import_sync_file(): adds the fences inside `fence`. */
    importFence(fence, write) {
        this.#fences = this.#fences.filter((entry) => !entry.fence.signaled);
        for (const inner of unwrapped(fence)) {
            if (!inner.signaled)
                this.#fences.push({ fence: inner, write });
        }
    }
    /** dma_resv_get_singleton(): what a reader (writers only) or a writer (everybody) has to wait for. */
    exportFence(write) {
        const fences = this.#fences.filter((entry) => write || entry.write).map((entry) => entry.fence);
        if (fences.length === 0)
            return stubFence();
        return fences.length === 1 ? fences[0] : new FenceArray(fences);
    }
}
/**
 * dma_buf_ioctl(): the ioctls of a dma-buf's own descriptor, as far as clients make them.
 *
 * @returns 0; -ENOTTY for others; -EINVAL for flags that make no sense and files that are no sync_file; -EFAULT
 */
export function dmaBufIoctl(buf, request, mem, argAddr, fds) {
    switch (request) {
        case DMA_BUF_IOCTL_SYNC: {
            const at = mem.locate(argAddr, 8);
            if (at < 0)
                return -EFAULT;
            const flags = mem.view.getUint32(at, true);
            const unknown = mem.view.getUint32(at + 4, true) !== 0 || (flags & ~DMA_BUF_SYNC_VALID_FLAGS_MASK) !== 0;
            // Memory is shared and coherent here: there are no caches to clean.
            return unknown || (flags & DMA_BUF_SYNC_RW) === 0 ? -EINVAL : 0;
        }
        case DMA_BUF_IOCTL_EXPORT_SYNC_FILE: {
            const at = mem.locate(argAddr, dma_buf_export_sync_file.size);
            if (at < 0)
                return -EFAULT;
            const flags = mem.view.getUint32(at, true);
            if (badDirection(flags))
                return -EINVAL;
            const fd = fds.install({
                kind: 'sync-file',
                fence: buf.exportFence((flags & DMA_BUF_SYNC_WRITE) !== 0),
            });
            if (fd < 0)
                return fd;
            mem.view.setInt32(at + dma_buf_export_sync_file.off.fd, fd, true);
            mem.markDirty(at);
            return 0;
        }
        case DMA_BUF_IOCTL_IMPORT_SYNC_FILE: {
            const at = mem.locate(argAddr, dma_buf_import_sync_file.size);
            if (at < 0)
                return -EFAULT;
            const flags = mem.view.getUint32(at, true);
            if (badDirection(flags))
                return -EINVAL;
            const file = fds.lookup(mem.view.getInt32(at + dma_buf_import_sync_file.off.fd, true));
            if (file?.kind !== 'sync-file')
                return -EINVAL;
            buf.importFence(file.fence, (flags & DMA_BUF_SYNC_WRITE) !== 0);
            return 0;
        }
        default:
            return -ENOTTY;
    }
}
function badDirection(flags) {
    return (flags & ~DMA_BUF_SYNC_RW) !== 0 || (flags & DMA_BUF_SYNC_RW) === 0;
}
//# sourceMappingURL=dma-buf.js.map