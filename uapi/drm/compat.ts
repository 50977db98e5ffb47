/**
 * Calls of the DRM core whose arguments differ in 32-bit processes, since their structs have pointers and longs in them
 * (drm_ioc32.c); panthor's own structs are alike. Their pointers have four bytes.
 */
import { DRM_IOCTL_BASE } from '../ioctl.ts';
import { ioctlTable } from '../ioctl-table.ts';
import { f, struct } from '../layout.ts';

const LENGTH = { dir: 'inout', unit: 'bytes', doc: 'size of the buffer, then of the string' } as const;
const POINTER = { unit: 'address', hex: true } as const;

export const drm_version32 = struct('drm_version32', 'driver version and names, of a 32-bit process', [
  f('version_major', 's32', 0, { dir: 'out' }),
  f('version_minor', 's32', 4, { dir: 'out' }),
  f('version_patchlevel', 's32', 8, { dir: 'out' }),
  f('name_len', 'u32', 12, LENGTH),
  f('name', 'u32', 16, POINTER),
  f('date_len', 'u32', 20, LENGTH),
  f('date', 'u32', 24, POINTER),
  f('desc_len', 'u32', 28, LENGTH),
  f('desc', 'u32', 32, POINTER),
]);

export const drm_unique32 = struct('drm_unique32', 'bus id of the device, of a 32-bit process', [
  f('unique_len', 'u32', 0, LENGTH),
  f('unique', 'u32', 4, POINTER),
]);

const table = ioctlTable(DRM_IOCTL_BASE, 'DRM_IOCTL_', {
  DRM_IOCTL_VERSION: { access: 'WR', nr: 0x00, arg: drm_version32, doc: 'driver version' },
  DRM_IOCTL_GET_UNIQUE: { access: 'WR', nr: 0x01, arg: drm_unique32, doc: 'bus id' },
});

/** The specs of DRM_IOCTL_VERSION32 and DRM_IOCTL_GET_UNIQUE32, under the names that people use for them. */
export const compatIoctls = table.specs;
