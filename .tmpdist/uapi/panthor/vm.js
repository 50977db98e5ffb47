/** panthor_drm.h: VM_CREATE, VM_DESTROY, VM_BIND, VM_GET_STATE. */
import { enumeration, flagSet } from '../enumeration.js';
import { f, struct } from '../layout.js';
import { drm_panthor_obj_array, drm_panthor_sync_op, objects } from './common.js';
export const drm_panthor_vm_create = struct('drm_panthor_vm_create', 'creates a GPU address space', [
    f('flags', 'u32', 0, { hex: true, doc: 'must be zero' }),
    f('id', 'u32', 4, { dir: 'out', unit: 'handle', doc: 'VM, 1 to 32' }),
    f('user_va_range', 'u64', 8, {
        dir: 'inout',
        unit: 'bytes',
        hex: true,
        doc: 'addresses below this are user space’s, those above the kernel’s; 0 lets the driver choose',
    }),
]);
export const drm_panthor_vm_destroy = struct('drm_panthor_vm_destroy', 'destroys a GPU address space', [
    f('id', 'u32', 0, { unit: 'handle', doc: 'VM' }),
    f('pad', 'u32', 4, { pad: true }),
]);
export const drm_panthor_vm_bind_op_flags = flagSet('drm_panthor_vm_bind_op_flags', {
    DRM_PANTHOR_VM_BIND_OP_MAP_READONLY: 1 << 0,
    DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC: 1 << 1,
    DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED: 1 << 2,
    // The 7.2 driver, which says 1.8, takes it; clients rely on it from 1.9 on.
    DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE: { value: 1 << 3, since: '1.8' },
    DRM_PANTHOR_VM_BIND_OP_TYPE_MASK: { value: 0xf << 28, isMask: true },
    DRM_PANTHOR_VM_BIND_OP_TYPE_MAP: { value: 0 << 28, mask: 0xf << 28 },
    DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP: { value: 1 << 28, mask: 0xf << 28 },
    DRM_PANTHOR_VM_BIND_OP_TYPE_SYNC_ONLY: { value: 2 << 28, mask: 0xf << 28 },
});
export const { DRM_PANTHOR_VM_BIND_OP_MAP_READONLY, DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC, DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED, DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE, DRM_PANTHOR_VM_BIND_OP_TYPE_MASK, DRM_PANTHOR_VM_BIND_OP_TYPE_MAP, DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP, DRM_PANTHOR_VM_BIND_OP_TYPE_SYNC_ONLY, } = drm_panthor_vm_bind_op_flags.values;
export const drm_panthor_vm_bind_op = struct('drm_panthor_vm_bind_op', 'one map, unmap or synchronization point', [
    f('flags', 'u32', 0, { set: drm_panthor_vm_bind_op_flags }),
    f('bo_handle', 'u32', 4, { unit: 'handle', doc: 'buffer object; zero unless it maps one' }),
    f('bo_offset', 'u64', 8, { unit: 'bytes', hex: true, doc: 'where the mapping starts in the object' }),
    f('va', 'u64', 16, { unit: 'address', doc: 'first GPU address' }),
    f('size', 'u64', 24, { unit: 'bytes', hex: true }),
    f('syncs', drm_panthor_obj_array, 32, { array: objects('syncs', drm_panthor_sync_op) }),
], { lastMandatory: 'syncs' });
export const drm_panthor_vm_bind_flags = flagSet('drm_panthor_vm_bind_flags', {
    DRM_PANTHOR_VM_BIND_ASYNC: 1 << 0,
});
export const { DRM_PANTHOR_VM_BIND_ASYNC } = drm_panthor_vm_bind_flags.values;
export const drm_panthor_vm_bind = struct('drm_panthor_vm_bind', 'changes the mappings of a VM', [
    f('vm_id', 'u32', 0, { unit: 'handle', doc: 'VM' }),
    f('flags', 'u32', 4, { set: drm_panthor_vm_bind_flags }),
    f('ops', drm_panthor_obj_array, 8, {
        dir: 'inout',
        array: objects('ops', drm_panthor_vm_bind_op),
        doc: 'when a synchronous bind fails, count is the index of the operation that did',
    }),
]);
export const drm_panthor_vm_state = enumeration('drm_panthor_vm_state', {
    DRM_PANTHOR_VM_STATE_USABLE: 0,
    DRM_PANTHOR_VM_STATE_UNUSABLE: 1,
});
export const { DRM_PANTHOR_VM_STATE_USABLE, DRM_PANTHOR_VM_STATE_UNUSABLE } = drm_panthor_vm_state.values;
export const drm_panthor_vm_get_state = struct('drm_panthor_vm_get_state', 'whether a VM still works', [
    f('vm_id', 'u32', 0, { unit: 'handle', doc: 'VM' }),
    f('state', 'u32', 4, { dir: 'out', set: drm_panthor_vm_state }),
]);
//# sourceMappingURL=vm.js.map