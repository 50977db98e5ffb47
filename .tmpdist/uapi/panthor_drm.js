import * as bo from './panthor/bo.js';
import * as common from './panthor/common.js';
import * as devQuery from './panthor/dev-query.js';
import * as group from './panthor/group.js';
import * as heap from './panthor/heap.js';
import * as ioctls from './panthor/ioctls.js';
import * as vm from './panthor/vm.js';
export * from './panthor/bo.js';
export * from './panthor/common.js';
export * from './panthor/dev-query.js';
export * from './panthor/group.js';
export * from './panthor/heap.js';
export * from './panthor/ioctls.js';
export * from './panthor/vm.js';
/** The newest uAPI that the tables know. */
export const panthorUapi = { major: 1, minor: 9 };
/** Every struct of the header, in the order of the header. */
export const panthorStructs = [
    common.drm_panthor_obj_array,
    common.drm_panthor_sync_op,
    devQuery.drm_panthor_gpu_info,
    devQuery.drm_panthor_csif_info,
    devQuery.drm_panthor_timestamp_info,
    devQuery.drm_panthor_group_priorities_info,
    devQuery.drm_panthor_mmu_info,
    devQuery.drm_panthor_dev_query,
    vm.drm_panthor_vm_create,
    vm.drm_panthor_vm_destroy,
    vm.drm_panthor_vm_bind_op,
    vm.drm_panthor_vm_bind,
    vm.drm_panthor_vm_get_state,
    bo.drm_panthor_bo_create,
    bo.drm_panthor_bo_mmap_offset,
    group.drm_panthor_queue_create,
    group.drm_panthor_group_create,
    group.drm_panthor_group_destroy,
    group.drm_panthor_queue_submit,
    group.drm_panthor_group_submit,
    group.drm_panthor_group_get_state,
    heap.drm_panthor_tiler_heap_create,
    heap.drm_panthor_tiler_heap_destroy,
    bo.drm_panthor_bo_set_label,
    bo.drm_panthor_set_user_mmio_offset,
    bo.drm_panthor_bo_sync_op,
    bo.drm_panthor_bo_sync,
    bo.drm_panthor_bo_query_info,
];
/** Every enumeration of the header. */
export const panthorEnums = [
    ioctls.drm_panthor_ioctl_id,
    common.drm_panthor_sync_op_flags,
    devQuery.drm_panthor_dev_query_type,
    devQuery.drm_panthor_gpu_coherency,
    devQuery.drm_panthor_timestamp_info_flags,
    vm.drm_panthor_vm_bind_op_flags,
    vm.drm_panthor_vm_bind_flags,
    vm.drm_panthor_vm_state,
    bo.drm_panthor_bo_flags,
    group.drm_panthor_group_priority,
    group.drm_panthor_group_state_flags,
    bo.drm_panthor_bo_sync_op_type,
    bo.drm_panthor_bo_extra_flags,
];
//# sourceMappingURL=panthor_drm.js.map