/** panthor_drm.h: the ioctls. Each number is DRM_COMMAND_BASE plus an enumerator of drm_panthor_ioctl_id. */
import { enumeration } from '../enumeration.js';
import { DRM_COMMAND_BASE, DRM_IOCTL_BASE } from '../ioctl.js';
import { ioctlTable } from '../ioctl-table.js';
import * as bo from './bo.js';
import { drm_panthor_dev_query } from './dev-query.js';
import * as group from './group.js';
import * as heap from './heap.js';
import * as vm from './vm.js';
export const drm_panthor_ioctl_id = enumeration('drm_panthor_ioctl_id', {
    DRM_PANTHOR_DEV_QUERY: 0,
    DRM_PANTHOR_VM_CREATE: 1,
    DRM_PANTHOR_VM_DESTROY: 2,
    DRM_PANTHOR_VM_BIND: 3,
    DRM_PANTHOR_VM_GET_STATE: 4,
    DRM_PANTHOR_BO_CREATE: 5,
    DRM_PANTHOR_BO_MMAP_OFFSET: 6,
    DRM_PANTHOR_GROUP_CREATE: 7,
    DRM_PANTHOR_GROUP_DESTROY: 8,
    DRM_PANTHOR_GROUP_SUBMIT: 9,
    DRM_PANTHOR_GROUP_GET_STATE: 10,
    DRM_PANTHOR_TILER_HEAP_CREATE: 11,
    DRM_PANTHOR_TILER_HEAP_DESTROY: 12,
    DRM_PANTHOR_BO_SET_LABEL: { value: 13, since: '1.4' },
    DRM_PANTHOR_SET_USER_MMIO_OFFSET: { value: 14, since: '1.5' },
    DRM_PANTHOR_BO_SYNC: { value: 15, since: '1.7' },
    DRM_PANTHOR_BO_QUERY_INFO: { value: 16, since: '1.7' },
});
export const { DRM_PANTHOR_DEV_QUERY, DRM_PANTHOR_VM_CREATE, DRM_PANTHOR_VM_DESTROY, DRM_PANTHOR_VM_BIND, DRM_PANTHOR_VM_GET_STATE, DRM_PANTHOR_BO_CREATE, DRM_PANTHOR_BO_MMAP_OFFSET, DRM_PANTHOR_GROUP_CREATE, DRM_PANTHOR_GROUP_DESTROY, DRM_PANTHOR_GROUP_SUBMIT, DRM_PANTHOR_GROUP_GET_STATE, DRM_PANTHOR_TILER_HEAP_CREATE, DRM_PANTHOR_TILER_HEAP_DESTROY, DRM_PANTHOR_BO_SET_LABEL, DRM_PANTHOR_SET_USER_MMIO_OFFSET, DRM_PANTHOR_BO_SYNC, DRM_PANTHOR_BO_QUERY_INFO, } = drm_panthor_ioctl_id.values;
function row(id, arg, doc, since) {
    return { access: 'WR', nr: DRM_COMMAND_BASE + id, arg, doc, ...(since === undefined ? {} : { since }) };
}
const table = ioctlTable(DRM_IOCTL_BASE, 'DRM_IOCTL_PANTHOR_', {
    DRM_IOCTL_PANTHOR_DEV_QUERY: row(DRM_PANTHOR_DEV_QUERY, drm_panthor_dev_query, 'asks about the device'),
    DRM_IOCTL_PANTHOR_VM_CREATE: row(DRM_PANTHOR_VM_CREATE, vm.drm_panthor_vm_create, 'creates a VM'),
    DRM_IOCTL_PANTHOR_VM_DESTROY: row(DRM_PANTHOR_VM_DESTROY, vm.drm_panthor_vm_destroy, 'destroys a VM'),
    DRM_IOCTL_PANTHOR_VM_BIND: row(DRM_PANTHOR_VM_BIND, vm.drm_panthor_vm_bind, 'maps and unmaps'),
    DRM_IOCTL_PANTHOR_VM_GET_STATE: row(DRM_PANTHOR_VM_GET_STATE, vm.drm_panthor_vm_get_state, 'VM state'),
    DRM_IOCTL_PANTHOR_BO_CREATE: row(DRM_PANTHOR_BO_CREATE, bo.drm_panthor_bo_create, 'creates an object'),
    DRM_IOCTL_PANTHOR_BO_MMAP_OFFSET: row(DRM_PANTHOR_BO_MMAP_OFFSET, bo.drm_panthor_bo_mmap_offset, 'where to mmap an object'),
    DRM_IOCTL_PANTHOR_GROUP_CREATE: row(DRM_PANTHOR_GROUP_CREATE, group.drm_panthor_group_create, 'creates a group'),
    DRM_IOCTL_PANTHOR_GROUP_DESTROY: row(DRM_PANTHOR_GROUP_DESTROY, group.drm_panthor_group_destroy, 'destroys a group'),
    DRM_IOCTL_PANTHOR_GROUP_SUBMIT: row(DRM_PANTHOR_GROUP_SUBMIT, group.drm_panthor_group_submit, 'submits jobs'),
    DRM_IOCTL_PANTHOR_GROUP_GET_STATE: row(DRM_PANTHOR_GROUP_GET_STATE, group.drm_panthor_group_get_state, 'group state'),
    DRM_IOCTL_PANTHOR_TILER_HEAP_CREATE: row(DRM_PANTHOR_TILER_HEAP_CREATE, heap.drm_panthor_tiler_heap_create, 'creates a tiler heap'),
    DRM_IOCTL_PANTHOR_TILER_HEAP_DESTROY: row(DRM_PANTHOR_TILER_HEAP_DESTROY, heap.drm_panthor_tiler_heap_destroy, 'destroys a tiler heap'),
    DRM_IOCTL_PANTHOR_BO_SET_LABEL: row(DRM_PANTHOR_BO_SET_LABEL, bo.drm_panthor_bo_set_label, 'labels an object', '1.4'),
    DRM_IOCTL_PANTHOR_SET_USER_MMIO_OFFSET: row(DRM_PANTHOR_SET_USER_MMIO_OFFSET, bo.drm_panthor_set_user_mmio_offset, 'moves the user MMIO regions', '1.5'),
    DRM_IOCTL_PANTHOR_BO_SYNC: row(DRM_PANTHOR_BO_SYNC, bo.drm_panthor_bo_sync, 'CPU cache maintenance', '1.7'),
    DRM_IOCTL_PANTHOR_BO_QUERY_INFO: row(DRM_PANTHOR_BO_QUERY_INFO, bo.drm_panthor_bo_query_info, 'how an object was made', '1.7'),
});
/** All 17 panthor ioctls; entry n is number DRM_COMMAND_BASE + n. */
export const panthorIoctls = table.specs;
export const { DRM_IOCTL_PANTHOR_DEV_QUERY, DRM_IOCTL_PANTHOR_VM_CREATE, DRM_IOCTL_PANTHOR_VM_DESTROY, DRM_IOCTL_PANTHOR_VM_BIND, DRM_IOCTL_PANTHOR_VM_GET_STATE, DRM_IOCTL_PANTHOR_BO_CREATE, DRM_IOCTL_PANTHOR_BO_MMAP_OFFSET, DRM_IOCTL_PANTHOR_GROUP_CREATE, DRM_IOCTL_PANTHOR_GROUP_DESTROY, DRM_IOCTL_PANTHOR_GROUP_SUBMIT, DRM_IOCTL_PANTHOR_GROUP_GET_STATE, DRM_IOCTL_PANTHOR_TILER_HEAP_CREATE, DRM_IOCTL_PANTHOR_TILER_HEAP_DESTROY, DRM_IOCTL_PANTHOR_BO_SET_LABEL, DRM_IOCTL_PANTHOR_SET_USER_MMIO_OFFSET, DRM_IOCTL_PANTHOR_BO_SYNC, DRM_IOCTL_PANTHOR_BO_QUERY_INFO, } = table.requests;
//# sourceMappingURL=ioctls.js.map