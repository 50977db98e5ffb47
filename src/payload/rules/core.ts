/** What the DRM core refuses: drm_ioctl.c, drm_prime.c, drm_syncobj.c. */
import {
  DRM_CLIENT_NAME_MAX_LEN,
  drm_capabilities,
  drm_prime_flags,
  drm_syncobj_create_flags,
  drm_syncobj_handle_to_fd_flags,
  drm_syncobj_query_flags,
  drm_syncobj_wait_flags,
} from '../../../uapi/drm.ts';
import { EACCES, EFAULT, EINVAL, EOPNOTSUPP } from '../../../uapi/errno.ts';
import type { Context } from './context.ts';

/** Capabilities that drm_getcap() answers for a driver without mode setting. */
const RENDER_CAPS = [
  'DRM_CAP_TIMESTAMP_MONOTONIC',
  'DRM_CAP_PRIME',
  'DRM_CAP_SYNCOBJ',
  'DRM_CAP_SYNCOBJ_TIMELINE',
];

export function getCap(c: Context): void {
  c.in('drm_getcap');
  const value = c.arg.get('capability');
  const known = drm_capabilities.enumerators.find((one) => BigInt(one.value) === value);
  if (known !== undefined && RENDER_CAPS.includes(known.name)) return;
  c.reject(EOPNOTSUPP, 'capability', 'only drivers with mode setting have it');
}

export function setClientCap(c: Context): void {
  c.in('drm_ioctl_permit');
  c.reject(EACCES, 'capability', 'not for render nodes (on a primary node drm_setclientcap says EOPNOTSUPP)');
}

export function setClientName(c: Context): void {
  if (!c.has('setClientName')) {
    c.in('drm_ioctl');
    c.reject(EINVAL, '', 'this kernel has no SET_CLIENT_NAME');
    return;
  }
  c.in('drm_set_client_name');
  const length = c.arg.get('name_len');
  const most = BigInt(DRM_CLIENT_NAME_MAX_LEN);
  if (c.invalid(length > most, 'name_len', `${length} bytes, ${most} are possible`) || length === 0n) return;
  const bytes = c.arg.buffer('name')?.bytes;
  if (c.arg.get('name') === 0n) c.reject(EFAULT, 'name', 'NULL');
  const bad = bytes?.findIndex((byte) => byte < 0x21 || byte > 0x7e) ?? -1;
  c.invalid(bad >= 0, 'name', `byte ${bad} is blank or not printable`);
}

export function primeHandleToFd(c: Context): void {
  c.in('drm_prime_handle_to_fd_ioctl');
  c.flags(c.arg, 'flags', drm_prime_flags);
}

export function syncobjCreate(c: Context): void {
  c.in('drm_syncobj_create_ioctl');
  c.flags(c.arg, 'flags', drm_syncobj_create_flags);
}

export function syncobjDestroy(c: Context): void {
  c.in('drm_syncobj_destroy_ioctl');
  c.pad(c.arg);
}

/** Both directions: the flags have the same bits, and a point needs the TIMELINE flag. */
export function syncobjHandle(c: Context): void {
  c.in(
    c.payload.spec?.shortName === 'SYNCOBJ_HANDLE_TO_FD'
      ? 'drm_syncobj_handle_to_fd_ioctl'
      : 'drm_syncobj_fd_to_handle_ioctl',
  );
  if (c.pad(c.arg) || c.flags(c.arg, 'flags', drm_syncobj_handle_to_fd_flags)) return;
  const file = (c.arg.get('flags') & 1n) !== 0n;
  c.invalid(!file && c.arg.get('point') !== 0n, 'point', 'must be zero unless a sync_file is meant');
}

export function syncobjTransfer(c: Context): void {
  c.in('drm_syncobj_transfer_ioctl');
  c.pad(c.arg);
}

export function syncobjWait(c: Context): void {
  c.in('drm_syncobj_wait_ioctl');
  const names = drm_syncobj_wait_flags.enumerators.map((one) => one.name);
  const allowed = names.filter((name) => !name.endsWith('WAIT_AVAILABLE'));
  if (!c.flags(c.arg, 'flags', drm_syncobj_wait_flags, allowed)) handles(c);
}

export function syncobjTimelineWait(c: Context): void {
  c.in('drm_syncobj_timeline_wait_ioctl');
  if (!c.flags(c.arg, 'flags', drm_syncobj_wait_flags)) handles(c);
}

export function syncobjArray(c: Context): void {
  c.in(
    c.payload.spec?.shortName === 'SYNCOBJ_RESET' ? 'drm_syncobj_reset_ioctl' : 'drm_syncobj_signal_ioctl',
  );
  if (!c.pad(c.arg)) someHandles(c);
}

export function syncobjTimelineSignal(c: Context): void {
  c.in('drm_syncobj_timeline_signal_ioctl');
  if (!c.invalid(c.arg.get('flags') !== 0n, 'flags', 'must be zero')) someHandles(c);
}

export function syncobjQuery(c: Context): void {
  c.in('drm_syncobj_query_ioctl');
  if (!c.flags(c.arg, 'flags', drm_syncobj_query_flags)) someHandles(c);
}

export function syncobjEventfd(c: Context): void {
  c.in('drm_syncobj_eventfd_ioctl');
  const allowed = ['DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE'];
  if (!c.flags(c.arg, 'flags', drm_syncobj_wait_flags, allowed)) c.pad(c.arg);
}

function someHandles(c: Context): void {
  if (c.arg.get('count_handles') === 0n) c.reject(EINVAL, 'count_handles', 'no handles');
  else handles(c);
}

/** drm_syncobj_array_find(). */
function handles(c: Context): void {
  const count = c.arg.get('count_handles');
  c.in('drm_syncobj_array_find');
  if (count > 0n && c.arg.get('handles') === 0n)
    c.reject(EFAULT, 'handles', `NULL, with ${count} handles to read`);
}
