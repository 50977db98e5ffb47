/**
 * include/uapi/drm/drm.h, as far as clients of panthor use it, and the dma-buf ioctls that follow an export: structs,
 * flags and ioctls under their C names. The tables are in drm/.
 */
import * as device from './drm/device.js';
import * as dmaBuf from './drm/dma-buf.js';
import * as syncobj from './drm/syncobj.js';
export * from './drm/device.js';
export * from './drm/dma-buf.js';
export * from './drm/ioctls.js';
export * from './drm/syncobj.js';
export { DRM_COMMAND_BASE, DRM_COMMAND_END, DRM_IOCTL_BASE } from './ioctl.js';
/** The structs of drm.h that are modelled. */
export const drmStructs = [
    device.drm_version,
    device.drm_unique,
    device.drm_set_version,
    device.drm_gem_close,
    device.drm_gem_flink,
    device.drm_gem_open,
    device.drm_get_cap,
    device.drm_set_client_cap,
    device.drm_set_client_name,
    device.drm_prime_handle,
    syncobj.drm_syncobj_create,
    syncobj.drm_syncobj_destroy,
    syncobj.drm_syncobj_handle,
    syncobj.drm_syncobj_transfer,
    syncobj.drm_syncobj_wait,
    syncobj.drm_syncobj_timeline_wait,
    syncobj.drm_syncobj_eventfd,
    syncobj.drm_syncobj_array,
    syncobj.drm_syncobj_timeline_array,
];
/** The structs of linux/dma-buf.h. */
export const dmaBufStructs = [
    dmaBuf.dma_buf_sync,
    dmaBuf.dma_buf_export_sync_file,
    dmaBuf.dma_buf_import_sync_file,
];
/** Constant families of drm.h. */
export const drmEnums = [
    device.drm_capabilities,
    device.drm_prime_caps,
    device.drm_client_capabilities,
    device.drm_prime_flags,
    syncobj.drm_syncobj_create_flags,
    syncobj.drm_syncobj_fd_to_handle_flags,
    syncobj.drm_syncobj_handle_to_fd_flags,
    syncobj.drm_syncobj_wait_flags,
    syncobj.drm_syncobj_query_flags,
];
/** Constant families of linux/dma-buf.h. */
export const dmaBufEnums = [dmaBuf.dma_buf_sync_flags];
//# sourceMappingURL=drm.js.map