/** enum drm_ioctl_flags: who may make a call. */
export const DRM_AUTH = 1 << 0;
export const DRM_MASTER = 1 << 1;
export const DRM_ROOT_ONLY = 1 << 2;
export const DRM_RENDER_ALLOW = 1 << 5;
/** drm_ioctl_permit() */
export function permitted(flags, file) {
    if (file.render)
        return (flags & DRM_RENDER_ALLOW) !== 0;
    if ((flags & DRM_ROOT_ONLY) !== 0 && !file.sysAdmin)
        return false;
    if ((flags & DRM_AUTH) !== 0 && !file.authenticated)
        return false;
    return (flags & DRM_MASTER) === 0 || file.isMaster;
}
//# sourceMappingURL=entry.js.map