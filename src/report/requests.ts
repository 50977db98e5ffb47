import { dmaBufIoctls, drmIoctls, syncFileIoctls } from '../../uapi/drm.ts';
import { _IOC_NR, _IOC_TYPE, type IoctlSpec } from '../../uapi/ioctl.ts';
import { panthorIoctls } from '../../uapi/panthor_drm.ts';
import { requestOf } from '../payload/request.ts';

const byTypeAndNumber = new Map<number, IoctlSpec>();
for (const spec of [...panthorIoctls, ...drmIoctls, ...dmaBufIoctls, ...syncFileIoctls]) {
  byTypeAndNumber.set(_IOC_TYPE(spec.request) * 256 + _IOC_NR(spec.request), spec);
}

/**
 * The ioctl that a request number means. The driver goes by letter and number (drm_ioctl()), so a request of another
 * size or direction is the same call with an older or newer argument.
 */
export function ioctlOf(request: number): IoctlSpec | undefined {
  return byTypeAndNumber.get(request & 0xffff);
}

/** How reports call a request: VM_BIND, SYNCOBJ_WAIT, or its number where it is unknown. */
export function ioctlName(request: number): string {
  return ioctlOf(request)?.shortName ?? `0x${(request >>> 0).toString(16)}`;
}

/** Whether a request is what somebody calls `name`: DRM_IOCTL_PANTHOR_VM_BIND, VM_BIND, vm_bind or 0xc0186443. */
export function isNamed(request: number, name: string): boolean {
  const wanted = name.toUpperCase();
  const spec = ioctlOf(request);
  return spec?.shortName === wanted || spec?.name === wanted || requestOf(name) === request;
}

/** Whether any ioctl has that name. */
export function isKnownName(name: string): boolean {
  if (requestOf(name) !== null) return true;
  const wanted = name.toUpperCase();
  return [...byTypeAndNumber.values()].some((spec) => spec.shortName === wanted || spec.name === wanted);
}
