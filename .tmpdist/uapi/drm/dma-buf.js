/** linux/dma-buf.h: what clients ask of an exported object's file descriptor. */
import { flagSet } from '../enumeration.js';
import { ioctlTable } from '../ioctl-table.js';
import { f, struct } from '../layout.js';
export const dma_buf_sync_flags = flagSet('DMA_BUF_SYNC', {
    DMA_BUF_SYNC_READ: 1 << 0,
    DMA_BUF_SYNC_WRITE: 2 << 0,
    DMA_BUF_SYNC_RW: { value: 3, isMask: true },
    DMA_BUF_SYNC_START: { value: 0 << 2, mask: 1 << 2 },
    DMA_BUF_SYNC_END: { value: 1 << 2, mask: 1 << 2 },
    DMA_BUF_SYNC_VALID_FLAGS_MASK: { value: 7, isMask: true },
}, { defines: true });
export const { DMA_BUF_SYNC_READ, DMA_BUF_SYNC_WRITE, DMA_BUF_SYNC_RW, DMA_BUF_SYNC_START, DMA_BUF_SYNC_END, DMA_BUF_SYNC_VALID_FLAGS_MASK, } = dma_buf_sync_flags.values;
export const dma_buf_sync = struct('dma_buf_sync', 'brackets CPU access', [
    f('flags', 'u64', 0, { set: dma_buf_sync_flags }),
]);
export const dma_buf_export_sync_file = struct('dma_buf_export_sync_file', 'takes the fences out as a sync_file', [f('flags', 'u32', 0, { set: dma_buf_sync_flags }), f('fd', 's32', 4, { dir: 'out', unit: 'fd' })]);
export const dma_buf_import_sync_file = struct('dma_buf_import_sync_file', 'adds the fence of a sync_file', [
    f('flags', 'u32', 0, { set: dma_buf_sync_flags }),
    f('fd', 's32', 4, { unit: 'fd' }),
]);
/** 'b', DMA_BUF_BASE. */
export const DMA_BUF_BASE = 0x62;
const table = ioctlTable(DMA_BUF_BASE, 'DMA_BUF_IOCTL_', {
    DMA_BUF_IOCTL_SYNC: { access: 'W', nr: 0, arg: dma_buf_sync, doc: 'brackets CPU access' },
    DMA_BUF_IOCTL_EXPORT_SYNC_FILE: {
        access: 'WR',
        nr: 2,
        arg: dma_buf_export_sync_file,
        doc: 'takes the fences of a dma-buf out as a sync_file',
    },
    DMA_BUF_IOCTL_IMPORT_SYNC_FILE: {
        access: 'W',
        nr: 3,
        arg: dma_buf_import_sync_file,
        doc: 'adds the fence of a sync_file to a dma-buf',
    },
});
/** Ioctls of a dma-buf's file descriptor, not of the DRM device. */
export const dmaBufIoctls = table.specs;
export const { DMA_BUF_IOCTL_SYNC, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, DMA_BUF_IOCTL_IMPORT_SYNC_FILE } = table.requests;
//# sourceMappingURL=dma-buf.js.map