/** panthor_drm.h: what several ioctls share. Object arrays, sync operations, the user MMIO offsets. */
import { flagSet } from '../enumeration.js';
import { f, struct } from '../layout.js';
/** File offset of the user MMIO regions for a 32-bit process. */
export const DRM_PANTHOR_USER_MMIO_OFFSET_32BIT = 2 ** 43;
/** File offset of the user MMIO regions for a 64-bit process; exact as a Number. */
export const DRM_PANTHOR_USER_MMIO_OFFSET_64BIT = 2 ** 56;
/** DRM_PANTHOR_USER_MMIO_OFFSET where unsigned long has 64 bits. */
export const DRM_PANTHOR_USER_MMIO_OFFSET = DRM_PANTHOR_USER_MMIO_OFFSET_64BIT;
/** Where the page with the LATEST_FLUSH_ID register is mapped. */
export const DRM_PANTHOR_USER_FLUSH_ID_MMIO_OFFSET = DRM_PANTHOR_USER_MMIO_OFFSET;
export const drm_panthor_obj_array = struct('drm_panthor_obj_array', 'an array of objects whose size may change between versions', [
    f('stride', 'u32', 0, { unit: 'bytes', doc: 'size of one object as user space knows it' }),
    f('count', 'u32', 4, { unit: 'count', doc: 'objects in the array' }),
    f('array', 'u64', 8, { unit: 'address', doc: 'user pointer to the first object' }),
]);
/** What an object-array field called `name` consists of. */
export function objects(name, element) {
    return {
        dir: 'in',
        element,
        length: { kind: 'array', count: `${name}.count`, stride: `${name}.stride` },
    };
}
export const drm_panthor_sync_op_flags = flagSet('drm_panthor_sync_op_flags', {
    DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_MASK: { value: 0xff, isMask: true },
    DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_SYNCOBJ: { value: 0, mask: 0xff },
    DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_TIMELINE_SYNCOBJ: { value: 1, mask: 0xff },
    DRM_PANTHOR_SYNC_OP_WAIT: { value: 0 << 31, mask: 1 << 31 },
    DRM_PANTHOR_SYNC_OP_SIGNAL: { value: 1 << 31, mask: 1 << 31 },
});
export const { DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_MASK, DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_SYNCOBJ, DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_TIMELINE_SYNCOBJ, DRM_PANTHOR_SYNC_OP_WAIT, DRM_PANTHOR_SYNC_OP_SIGNAL, } = drm_panthor_sync_op_flags.values;
export const drm_panthor_sync_op = struct('drm_panthor_sync_op', 'one wait or signal', [
    f('flags', 'u32', 0, { set: drm_panthor_sync_op_flags }),
    f('handle', 'u32', 4, { unit: 'handle', doc: 'syncobj' }),
    f('timeline_value', 'u64', 8, { doc: 'point; must be zero for a binary syncobj' }),
], { lastMandatory: 'timeline_value' });
//# sourceMappingURL=common.js.map