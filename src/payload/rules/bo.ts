/** What panthor refuses in buffer-object ioctls and DEV_QUERY. */

import { E2BIG, EFAULT, EINVAL } from '../../../uapi/errno.ts';
import { hex } from '../../../uapi/hex.ts';
import {
  DRM_PANTHOR_USER_MMIO_OFFSET_32BIT,
  DRM_PANTHOR_USER_MMIO_OFFSET_64BIT,
  drm_panthor_bo_flags,
  drm_panthor_dev_query_type,
  drm_panthor_timestamp_info,
  drm_panthor_timestamp_info_flags,
  PANTHOR_BO_LABEL_MAXLEN,
} from '../../../uapi/panthor_drm.ts';
import { availableIn } from '../../../uapi/version.ts';
import { checkObjectSize, firstNonZero } from '../../../uapi/versioning.ts';
import { type Context, pathOf, view } from './context.ts';

/** panthor_ioctl_dev_query(). */
export function devQuery(c: Context): void {
  c.in('panthor_ioctl_dev_query');
  const { arg } = c;
  const type = arg.get('type');
  const known = drm_panthor_dev_query_type.enumerators.find((one) => BigInt(one.value) === type);
  const unknownHere =
    known?.name === 'DRM_PANTHOR_DEV_QUERY_MMU_INFO'
      ? !c.has('mmuInfo', '1.9')
      : !availableIn(known?.since, c.uapi);
  if (known === undefined || unknownHere) {
    c.reject(EINVAL, 'type', `no query ${type} in uAPI ${c.uapi.major}.${c.uapi.minor}`);
    return;
  }
  if (arg.get('pointer') === 0n) return;
  const buffer = arg.buffer('pointer');
  const size = Number(arg.get('size'));
  if (known.name === 'DRM_PANTHOR_DEV_QUERY_TIMESTAMP_INFO' && buffer?.bytes) {
    const at = firstNonZero(buffer.bytes, drm_panthor_timestamp_info.size, buffer.bytes.length);
    if (at >= 0) {
      c.reject(
        E2BIG,
        'pointer',
        `byte ${at} is not zero, past the ${drm_panthor_timestamp_info.size} known ones`,
      );
      return;
    }
    if (timestampFlags(c)) return;
  }
  const layout = c.payload.root.buffers.find((one) => one.path === 'pointer')?.layout;
  c.in('panthor_set_uobj');
  if (size === 0) c.reject(EINVAL, 'size', '0 bytes');
  else if (layout && checkObjectSize(layout, size) !== 0) {
    c.reject(
      EINVAL,
      'size',
      `${size} bytes, ${layout.name} needs ${layout.minSize} (up to ${layout.lastMandatory})`,
    );
  }
}

/** panthor_query_timestamp_info(). */
function timestampFlags(c: Context): boolean {
  const node = c.arg.buffer('pointer')?.items[0];
  if (node === undefined || !availableIn('1.8', c.uapi)) return false;
  const info = view(node);
  c.in('panthor_query_timestamp_info');
  const clock = (info.get('flags') >> 1n) & 7n;
  if (c.invalid(clock > 2n, pathOf(info, 'flags'), `no CPU clock ${clock}`)) return true;
  return c.flags(info, 'flags', drm_panthor_timestamp_info_flags);
}

/** panthor_ioctl_bo_create(). */
export function boCreate(c: Context): void {
  c.in('panthor_ioctl_bo_create');
  const { arg } = c;
  if (c.invalid(arg.get('size') === 0n, 'size', 'an object of 0 bytes')) return;
  if (c.pad(arg) || c.flags(arg, 'flags', drm_panthor_bo_flags)) return;
  const both = (arg.get('flags') & 3n) === 3n;
  c.invalid(both, 'flags', 'NO_MMAP and WB_MMAP exclude each other');
}

/** panthor_ioctl_bo_mmap_offset(). */
export function boMmapOffset(c: Context): void {
  c.in('panthor_ioctl_bo_mmap_offset');
  c.pad(c.arg);
}

/** panthor_ioctl_bo_set_label(). */
export function boSetLabel(c: Context): void {
  c.in('panthor_ioctl_bo_set_label');
  if (c.pad(c.arg)) return;
  const buffer = c.arg.buffer('label');
  if (buffer?.bytes == null || buffer.bytes.includes(0)) return;
  if (buffer.bytes.length >= PANTHOR_BO_LABEL_MAXLEN) {
    c.reject(E2BIG, 'label', `no NUL in the first ${PANTHOR_BO_LABEL_MAXLEN} bytes`);
  } else {
    c.reject(EFAULT, 'label', `no NUL in the ${buffer.bytes.length} bytes that are there`);
  }
}

/** panthor_ioctl_set_user_mmio_offset(). */
export function setUserMmioOffset(c: Context): void {
  c.in('panthor_ioctl_set_user_mmio_offset');
  const offset = c.arg.get('offset');
  const allowed = [DRM_PANTHOR_USER_MMIO_OFFSET_32BIT, DRM_PANTHOR_USER_MMIO_OFFSET_64BIT].map(BigInt);
  c.invalid(!allowed.includes(offset), 'offset', `${hex(offset)} is neither 1 << 43 nor 1 << 56`);
}

/** panthor_ioctl_bo_sync(). */
export function boSync(c: Context): void {
  for (const op of c.objects(c.arg, 'ops') ?? []) {
    c.in('panthor_gem_sync');
    const end = op.get('offset') + op.get('size');
    if (c.invalid(end >= 1n << 64n, pathOf(op, 'size'), 'offset and size wrap around')) return;
    const type = op.get('type');
    if (c.invalid(type > 1n, pathOf(op, 'type'), `no synchronization of type ${type}`)) return;
  }
}
