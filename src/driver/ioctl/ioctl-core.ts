/** The DRM core's own calls about the device and the client: drm_ioctl.c and drm_auth.c. */
import {
  DRM_CAP_PRIME,
  DRM_CAP_SYNCOBJ,
  DRM_CAP_SYNCOBJ_TIMELINE,
  DRM_CAP_TIMESTAMP_MONOTONIC,
  DRM_CLIENT_NAME_MAX_LEN,
  DRM_PRIME_CAP_EXPORT,
  DRM_PRIME_CAP_IMPORT,
  drm_get_cap,
  drm_set_client_name,
  drm_set_version,
  drm_unique,
  drm_version,
} from '../../../uapi/drm.ts';
import { EACCES, EBUSY, EFAULT, EINVAL, EOPNOTSUPP } from '../../../uapi/errno.ts';
import { getU64, setU64 } from '../base/u64.ts';
import type { UserMemory } from '../base/uaccess.ts';
import type { IoctlHandler } from './entry.ts';
import type { DrmFile } from './file.ts';

const encoder = new TextEncoder();
const NAME = encoder.encode('panthor');
const DESC = encoder.encode('Panthor DRM driver');
/** "Driver date is deprecated. Userspace expects a non-empty string." */
const DATE = encoder.encode('0');

/** DRM_IF_MAJOR and DRM_IF_MINOR: the version of the DRM core's interface. */
const DRM_IF_MAJOR = 1;
const DRM_IF_MINOR = 4;
/** drm_device.unique: the name of the platform device (drm_dev_set_unique). */
const UNIQUE = 'fb000000.gpu';

/** drm_copy_field(): as much of a string as there is room for; the length field then holds its true length. */
function copyField(mem: UserMemory, view: DataView, lenAt: number, ptrAt: number, text: Uint8Array): number {
  const room = getU64(view, lenAt);
  const ptr = getU64(view, ptrAt);
  setU64(view, lenAt, text.length);
  const length = Math.min(room, text.length);
  return length > 0 && ptr !== 0 && !mem.write(ptr, text.subarray(0, length)) ? -EFAULT : 0;
}

/** drm_version() */
export const version: IoctlHandler = function* (drv, _file, mem, view, at) {
  const { off } = drm_version;
  const { major, minor } = drv.device.kernel.uapi;
  view.setInt32(at + off.version_major, major, true);
  view.setInt32(at + off.version_minor, minor, true);
  view.setInt32(at + off.version_patchlevel, 0, true);
  return (
    copyField(mem, view, at + off.name_len, at + off.name, NAME) ||
    copyField(mem, view, at + off.date_len, at + off.date, DATE) ||
    copyField(mem, view, at + off.desc_len, at + off.desc, DESC)
  );
};

/** drm_getcap(): what a driver without displays has. */
export const getCap: IoctlHandler = function* (_drv, _file, _mem, view, at) {
  const cap = view.getUint32(at + 4, true) === 0 ? view.getUint32(at, true) : -1;
  let value = 0;
  if (cap === DRM_CAP_PRIME) value = DRM_PRIME_CAP_IMPORT | DRM_PRIME_CAP_EXPORT;
  else if (
    cap === DRM_CAP_TIMESTAMP_MONOTONIC ||
    cap === DRM_CAP_SYNCOBJ ||
    cap === DRM_CAP_SYNCOBJ_TIMELINE
  ) {
    value = 1;
  }
  setU64(view, at + drm_get_cap.off.value, value);
  return value === 0 ? -EOPNOTSUPP : 0;
};

/** drm_setclientcap(), and everything else that only drivers with displays do. */
export const notSupported: IoctlHandler = function* () {
  return -EOPNOTSUPP;
};

/** drm_noop() */
export const noop: IoctlHandler = function* () {
  return 0;
};

/** drm_invalid_op() */
export const invalidOp: IoctlHandler = function* () {
  return -EINVAL;
};

/** drm_getunique(): the bus id, empty until SET_VERSION asked for 1.1 or newer. */
export const getUnique: IoctlHandler = function* (drv, _file, mem, view, at) {
  const { off } = drm_unique;
  const text = encoder.encode(drv.unique);
  const room = getU64(view, at + off.unique_len);
  if (room >= text.length && !mem.write(getU64(view, at + off.unique), text)) return -EFAULT;
  setU64(view, at + off.unique_len, text.length);
  return 0;
};

/** drm_setversion() */
export const setVersion: IoctlHandler = function* (drv, _file, _mem, view, at) {
  const { off } = drm_set_version;
  const { major, minor } = drv.device.kernel.uapi;
  const ask = (name: keyof typeof off): number => view.getInt32(at + off[name], true);
  const outside = (value: number, limit: number): boolean => value < 0 || value > limit;
  let ret = 0;
  if (ask('drm_di_major') !== -1) {
    if (ask('drm_di_major') !== DRM_IF_MAJOR || outside(ask('drm_di_minor'), DRM_IF_MINOR)) ret = -EINVAL;
    else if (ask('drm_di_minor') >= 1) drv.unique = UNIQUE;
  }
  if (ret === 0 && ask('drm_dd_major') !== -1) {
    if (ask('drm_dd_major') !== major || outside(ask('drm_dd_minor'), minor)) ret = -EINVAL;
  }
  view.setInt32(at + off.drm_di_major, DRM_IF_MAJOR, true);
  view.setInt32(at + off.drm_di_minor, DRM_IF_MINOR, true);
  view.setInt32(at + off.drm_dd_major, major, true);
  view.setInt32(at + off.drm_dd_minor, minor, true);
  return ret;
};

/** drm_set_client_name(): printable, without spaces, at most 64 bytes. */
export const setClientName: IoctlHandler = function* (_drv, file, mem, view, at) {
  const { off } = drm_set_client_name;
  const length = getU64(view, at + off.name_len);
  if (length > DRM_CLIENT_NAME_MAX_LEN) return -EINVAL;
  if (length === 0) {
    file.clientName = null;
    return 0;
  }
  const text = mem.locate(getU64(view, at + off.name), length);
  if (text < 0) return -EFAULT;
  const bytes = mem.data.subarray(text, text + length);
  if (!bytes.every((byte) => byte > 0x20 && byte < 0x7f)) return -EINVAL;
  file.clientName = String.fromCharCode(...bytes);
  return 0;
};

/** drm_getmagic(): struct drm_auth is one u32. */
export const getMagic: IoctlHandler = function* (_drv, file, _mem, view, at) {
  if (file.magic === 0) file.magic = file.magics.alloc({ file });
  view.setUint32(at, file.magic, true);
  return 0;
};

/** drm_authmagic() */
export const authMagic: IoctlHandler = function* (_drv, file, _mem, view, at) {
  const entry = file.magics.get(view.getUint32(at, true));
  if (entry === undefined || entry.file === null) return -EINVAL;
  entry.file.authenticated = true;
  // The number stays taken until the file is closed.
  entry.file = null;
  return 0;
};

/** drm_master_check_perm(): who was master once, in the process that opened the file, or who may do everything. */
function mayBeMaster(file: DrmFile): boolean {
  return (file.wasMaster && file.pid === file.callerPid) || file.sysAdmin;
}

/** drm_setmaster_ioctl(): for who was master once, or may do everything. */
export const setMaster: IoctlHandler = function* (drv, file) {
  if (!mayBeMaster(file)) return -EACCES;
  if (file.isMaster) return 0;
  if (drv.master !== null) return -EBUSY;
  drv.setMaster(file);
  return 0;
};

/** drm_dropmaster_ioctl() */
export const dropMaster: IoctlHandler = function* (drv, file) {
  if (!mayBeMaster(file)) return -EACCES;
  if (!file.isMaster) return -EINVAL;
  drv.master = null;
  return 0;
};

/** drm_getclient(): struct drm_client is idx, auth (int), pid, uid, magic, iocs (unsigned long). */
export const getClient: IoctlHandler = function* (_drv, file, _mem, view, at) {
  if (view.getInt32(at, true) !== 0) return -EINVAL;
  view.setInt32(at + 4, file.authenticated ? 1 : 0, true);
  for (let i = 8; i < 40; i += 4) view.setUint32(at + i, 0, true);
  // task_pid_vnr(current)
  view.setUint32(at + 8, file.callerTid, true);
  // overflowuid: nobody
  view.setUint32(at + 16, 65534, true);
  return 0;
};

/** drm_getstats(): nothing is counted any more. struct drm_stats is 248 bytes. */
export const getStats: IoctlHandler = function* (_drv, _file, _mem, view, at) {
  for (let i = 0; i < 248; i++) view.setUint8(at + i, 0);
  return 0;
};
