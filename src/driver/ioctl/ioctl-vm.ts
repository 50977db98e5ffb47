/** VM_CREATE, VM_DESTROY, VM_GET_STATE: panthor_drv.c. */
import { EINVAL, ENODEV } from '../../../uapi/errno.ts';
import {
  DRM_PANTHOR_VM_STATE_UNUSABLE,
  DRM_PANTHOR_VM_STATE_USABLE,
  drm_panthor_vm_create,
  drm_panthor_vm_destroy,
  drm_panthor_vm_get_state,
} from '../../../uapi/panthor_drm.ts';
import { getU64, setU64 } from '../base/u64.ts';
import type { IoctlHandler } from './entry.ts';

/** panthor_ioctl_vm_create(): the user range comes back as large as it became. */
export const vmCreate: IoctlHandler = function* (drv, file, _mem, view, at) {
  const { off } = drm_panthor_vm_create;
  if (!drv.device.enter()) return -ENODEV;
  const id = file.vms.create(
    getU64(view, at + off.user_va_range),
    view.getUint32(at + off.flags, true),
    drv.limits.vms,
  );
  const vm = file.vms.get(id);
  if (vm !== undefined) {
    view.setUint32(at + off.id, id, true);
    setU64(view, at + off.user_va_range, vm.userVaRange);
  }
  drv.device.exit();
  return Math.min(id, 0);
};

/** panthor_ioctl_vm_destroy() */
export const vmDestroy: IoctlHandler = function* (_drv, file, _mem, view, at) {
  const { off } = drm_panthor_vm_destroy;
  if (view.getUint32(at + off.pad, true) !== 0) return -EINVAL;
  const id = view.getUint32(at + off.id, true);
  const vm = file.vms.get(id);
  if (vm === undefined) return -EINVAL;
  return yield* file.vms.destroyVm(id);
};

/** panthor_ioctl_vm_get_state() */
export const vmGetState: IoctlHandler = function* (_drv, file, _mem, view, at) {
  const { off } = drm_panthor_vm_get_state;
  const vm = yield* file.vms.getVm(view.getUint32(at + off.vm_id, true));
  if (vm === undefined) return -EINVAL;
  const state = vm.unusable ? DRM_PANTHOR_VM_STATE_UNUSABLE : DRM_PANTHOR_VM_STATE_USABLE;
  view.setUint32(at + off.state, state, true);
  yield* vm.put();
  return 0;
};
