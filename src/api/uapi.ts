/** The uAPI under its C names: structs, flags, enumerations and request numbers of panthor_drm.h, drm.h and dma-buf.h. */
export * from '../../uapi/drm.ts';
export * from '../../uapi/errno.ts';
export * from '../../uapi/panthor_drm.ts';
