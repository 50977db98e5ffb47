/** panthor_drm.h: buffer objects. */
import { enumeration, flagSet } from '../enumeration.js';
import { f, struct } from '../layout.js';
import { drm_panthor_obj_array, objects } from './common.js';
export const drm_panthor_bo_flags = flagSet('drm_panthor_bo_flags', {
    DRM_PANTHOR_BO_NO_MMAP: 1 << 0,
    DRM_PANTHOR_BO_WB_MMAP: { value: 1 << 1, since: '1.7' },
});
export const { DRM_PANTHOR_BO_NO_MMAP, DRM_PANTHOR_BO_WB_MMAP } = drm_panthor_bo_flags.values;
export const drm_panthor_bo_create = struct('drm_panthor_bo_create', 'creates a buffer object', [
    f('size', 'u64', 0, { dir: 'inout', unit: 'bytes', hex: true, doc: 'returned rounded up to whole pages' }),
    f('flags', 'u32', 8, { set: drm_panthor_bo_flags }),
    f('exclusive_vm_id', 'u32', 12, { unit: 'handle', doc: 'the only VM it may be bound to, or 0' }),
    f('handle', 'u32', 16, { dir: 'out', unit: 'handle' }),
    f('pad', 'u32', 20, { pad: true }),
]);
export const drm_panthor_bo_mmap_offset = struct('drm_panthor_bo_mmap_offset', 'asks for the file offset that mmap() takes for an object', [
    f('handle', 'u32', 0, { unit: 'handle' }),
    f('pad', 'u32', 4, { pad: true }),
    f('offset', 'u64', 8, { dir: 'out', unit: 'file offset', hex: true }),
]);
/** PANTHOR_BO_LABEL_MAXLEN (panthor_gem.h): longest label in bytes, its NUL included. */
export const PANTHOR_BO_LABEL_MAXLEN = 4096;
export const drm_panthor_bo_set_label = struct('drm_panthor_bo_set_label', 'labels an object for debugging; a NULL label removes it', [
    f('handle', 'u32', 0, { unit: 'handle' }),
    f('pad', 'u32', 4, { pad: true }),
    f('label', 'u64', 8, {
        unit: 'address',
        user: { dir: 'in', length: { kind: 'string', max: PANTHOR_BO_LABEL_MAXLEN }, element: 'text' },
    }),
], { since: '1.4' });
export const drm_panthor_set_user_mmio_offset = struct('drm_panthor_set_user_mmio_offset', 'says where this file has its user MMIO regions', [f('offset', 'u64', 0, { unit: 'file offset', hex: true, doc: '1 << 43 or 1 << 56' })], { since: '1.5' });
export const drm_panthor_bo_sync_op_type = enumeration('drm_panthor_bo_sync_op_type', {
    DRM_PANTHOR_BO_SYNC_CPU_CACHE_FLUSH: 0,
    DRM_PANTHOR_BO_SYNC_CPU_CACHE_FLUSH_AND_INVALIDATE: 1,
}, { since: '1.7' });
export const { DRM_PANTHOR_BO_SYNC_CPU_CACHE_FLUSH, DRM_PANTHOR_BO_SYNC_CPU_CACHE_FLUSH_AND_INVALIDATE } = drm_panthor_bo_sync_op_type.values;
export const drm_panthor_bo_sync_op = struct('drm_panthor_bo_sync_op', 'CPU cache maintenance for a range of an object', [
    f('handle', 'u32', 0, { unit: 'handle' }),
    f('type', 'u32', 4, { set: drm_panthor_bo_sync_op_type }),
    f('offset', 'u64', 8, { unit: 'bytes', hex: true, doc: 'rounded down to a cache line' }),
    f('size', 'u64', 16, { unit: 'bytes', hex: true, doc: 'its end is rounded up to a cache line' }),
], { since: '1.7', lastMandatory: 'size' });
export const drm_panthor_bo_sync = struct('drm_panthor_bo_sync', 'CPU cache maintenance', [f('ops', drm_panthor_obj_array, 0, { array: objects('ops', drm_panthor_bo_sync_op) })], { since: '1.7' });
export const drm_panthor_bo_extra_flags = flagSet('drm_panthor_bo_extra_flags', { DRM_PANTHOR_BO_IS_IMPORTED: 1 << 0 }, { since: '1.7' });
export const { DRM_PANTHOR_BO_IS_IMPORTED } = drm_panthor_bo_extra_flags.values;
export const drm_panthor_bo_query_info = struct('drm_panthor_bo_query_info', 'how an object was made', [
    f('handle', 'u32', 0, { unit: 'handle' }),
    f('extra_flags', 'u32', 4, { dir: 'out', set: drm_panthor_bo_extra_flags }),
    f('create_flags', 'u32', 8, { dir: 'out', set: drm_panthor_bo_flags }),
    f('pad', 'u32', 12, { dir: 'out', pad: true }),
], { since: '1.7' });
//# sourceMappingURL=bo.js.map