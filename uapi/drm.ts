/**
 * include/uapi/drm/drm.h, as far as clients of panthor use it, and the dma-buf ioctls that follow an export: structs,
 * flags and ioctls under their C names. The tables are in drm/.
 */
import * as device from './drm/device.ts';
import * as dmaBuf from './drm/dma-buf.ts';
import * as syncFile from './drm/sync-file.ts';
import * as syncobj from './drm/syncobj.ts';
import type { EnumTable } from './enumeration.ts';
import type { StructLayout } from './layout.ts';

export * from './drm/device.ts';
export * from './drm/dma-buf.ts';
export * from './drm/ioctls.ts';
export * from './drm/sync-file.ts';
export * from './drm/syncobj.ts';
export { DRM_COMMAND_BASE, DRM_COMMAND_END, DRM_IOCTL_BASE } from './ioctl.ts';

/** The structs of drm.h that are modelled. */
export const drmStructs: readonly StructLayout[] = [
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
export const dmaBufStructs: readonly StructLayout[] = [
  dmaBuf.dma_buf_sync,
  dmaBuf.dma_buf_export_sync_file,
  dmaBuf.dma_buf_import_sync_file,
];

/** The structs of linux/sync_file.h. */
export const syncFileStructs: readonly StructLayout[] = [
  syncFile.sync_merge_data,
  syncFile.sync_fence_info,
  syncFile.sync_file_info,
  syncFile.sync_set_deadline,
];

/** Constant families of drm.h. */
export const drmEnums: readonly EnumTable[] = [
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
export const dmaBufEnums: readonly EnumTable[] = [dmaBuf.dma_buf_sync_flags];
