import { DRM_IOCTL_PANTHOR_DEV_QUERY, DRM_IOCTL_PANTHOR_GROUP_CREATE, DRM_PANTHOR_DEV_QUERY_GROUP_PRIORITIES_INFO, drm_panthor_dev_query, drm_panthor_group_create, PANTHOR_GROUP_PRIORITY_HIGH, } from '../../uapi/panthor_drm.js';
/**
 * Whether a reply shows that the client had CAP_SYS_NICE, which captures do not say: it was told that it may use high
 * group priorities, or has used one (group_priority_permit()).
 */
export function showsSysNice(record) {
    if (record.ret < 0)
        return false;
    const view = new DataView(record.bytes.buffer, record.bytes.byteOffset);
    if (record.request === DRM_IOCTL_PANTHOR_GROUP_CREATE) {
        return (view.getUint8(record.argInAt + drm_panthor_group_create.off.priority) >= PANTHOR_GROUP_PRIORITY_HIGH);
    }
    if (record.request !== DRM_IOCTL_PANTHOR_DEV_QUERY || record.bufferCount === 0)
        return false;
    const type = view.getUint32(record.argInAt + drm_panthor_dev_query.off.type, true);
    const { outAt, outSize } = record.buffers[0];
    if (type !== DRM_PANTHOR_DEV_QUERY_GROUP_PRIORITIES_INFO || outAt < 0 || outSize < 1)
        return false;
    return view.getUint8(outAt) >> PANTHOR_GROUP_PRIORITY_HIGH !== 0;
}
//# sourceMappingURL=privileges.js.map