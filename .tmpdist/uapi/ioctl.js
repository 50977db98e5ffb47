export const _IOC_NONE = 0;
export const _IOC_WRITE = 1;
export const _IOC_READ = 2;
/** _IOC(dir, type, nr, size) as an unsigned number. `size` is below 2^14. */
export function _IOC(dir, type, nr, size) {
    return ((dir << 30) | (size << 16) | (type << 8) | nr) >>> 0;
}
/** _IOC_DIR(): a combination of _IOC_WRITE (user space to kernel) and _IOC_READ. */
export function _IOC_DIR(request) {
    return request >>> 30;
}
/** _IOC_SIZE(): bytes of the argument that the caller claims, 0 to 16383. */
export function _IOC_SIZE(request) {
    return (request >>> 16) & 0x3fff;
}
/** _IOC_TYPE(): the letter, 0x64 ('d') for DRM, 0x62 ('b') for dma-buf. */
export function _IOC_TYPE(request) {
    return (request >>> 8) & 0xff;
}
/** _IOC_NR(). */
export function _IOC_NR(request) {
    return request & 0xff;
}
/** 'd', DRM_IOCTL_BASE. */
export const DRM_IOCTL_BASE = 0x64;
/** Driver ioctls are numbered from here (drm.h). */
export const DRM_COMMAND_BASE = 0x40;
/** One past the last driver ioctl (drm.h). */
export const DRM_COMMAND_END = 0xa0;
//# sourceMappingURL=ioctl.js.map