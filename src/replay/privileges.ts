import { EACCES } from '../../uapi/errno.ts';
import { _IOC, _IOC_NONE, DRM_IOCTL_BASE } from '../../uapi/ioctl.ts';
import {
  DRM_IOCTL_PANTHOR_DEV_QUERY,
  DRM_IOCTL_PANTHOR_GROUP_CREATE,
  DRM_PANTHOR_DEV_QUERY_GROUP_PRIORITIES_INFO,
  drm_panthor_dev_query,
  drm_panthor_group_create,
  PANTHOR_GROUP_PRIORITY_HIGH,
} from '../../uapi/panthor_drm.ts';
import type { CaptureRecord } from '../capture/record.ts';

/**
 * Whether a reply shows that the client had CAP_SYS_NICE, which captures do not say: it was told that it may use high
 * group priorities, or has used one (group_priority_permit()).
 */
export function showsSysNice(record: CaptureRecord): boolean {
  const { ret, request, bytes } = record;
  if (ret < 0) return false;
  if (request === DRM_IOCTL_PANTHOR_GROUP_CREATE) {
    return bytes[record.argInAt + drm_panthor_group_create.off.priority] >= PANTHOR_GROUP_PRIORITY_HIGH;
  }
  if (request !== DRM_IOCTL_PANTHOR_DEV_QUERY || record.bufferCount === 0) return false;
  const type = record.view.getUint32(record.argInAt + drm_panthor_dev_query.off.type, true);
  const { outAt, outSize } = record.buffers[0];
  if (type !== DRM_PANTHOR_DEV_QUERY_GROUP_PRIORITIES_INFO || outAt < 0 || outSize < 1) return false;
  return bytes[outAt] >> PANTHOR_GROUP_PRIORITY_HIGH !== 0;
}

const SET_MASTER = _IOC(_IOC_NONE, DRM_IOCTL_BASE, 0x1e, 0);
const DROP_MASTER = _IOC(_IOC_NONE, DRM_IOCTL_BASE, 0x1f, 0);

/**
 * Whether a reply shows that the client had CAP_SYS_ADMIN, unless its file was master once: it was not refused with
 * EACCES what only those may ask for (drm_master_check_perm()).
 */
export function showsSysAdmin(record: CaptureRecord): boolean {
  if (record.request !== SET_MASTER && record.request !== DROP_MASTER) return false;
  return record.ret >= 0 || record.errno !== EACCES;
}
