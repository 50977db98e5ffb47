/**
 * Calls of a scenario that enter the driver where a client does: bytes in user memory, through drm_ioctl(). So the
 * lookup of the VM, its references, drm_dev_enter() and the decoding of operations take part.
 */
import { encode } from '../../../uapi/codec.ts';
import { EINVAL, ENODEV } from '../../../uapi/errno.ts';
import {
  DRM_IOCTL_PANTHOR_VM_BIND,
  DRM_IOCTL_PANTHOR_VM_DESTROY,
  drm_panthor_vm_bind,
  drm_panthor_vm_bind_op,
  drm_panthor_vm_destroy,
} from '../../../uapi/panthor_drm.ts';
import { type Op, run } from '../../coroutine/op.ts';
import { UserMemory } from '../../driver/base/uaccess.ts';
import type { PanthorDevice } from '../../driver/device.ts';
import { PanthorDrv } from '../../driver/ioctl/drv.ts';
import type { DrmFile } from '../../driver/ioctl/file.ts';
import type { BindOp } from '../../driver/mmu/vm-bind.ts';
import type { Harness, VmState } from './harness.ts';

/** Where a call's argument and its operations are in user memory. */
const ARGUMENT = 0x10000;
const OPS = 0x20000;
/** Bytes; a call needs less than a hundred. */
const USER_MEMORY = 128;

/** The driver's front for a device whose resets and faults the scenario's own threads handle, and a file on it. */
export function openFile(device: PanthorDevice): DrmFile {
  device.onResetScheduled = () => {};
  const drv = new PanthorDrv(device);
  drv.drainsInline = false;
  device.onMmuFault = null;
  return run(drv.open());
}

/** One call; its argument is in `mem`. */
function* ioctl(harness: Harness, request: number, mem: UserMemory): Op<number> {
  const file = harness.file as DrmFile;
  return yield* file.drv.ioctl(file, request, mem, ARGUMENT);
}

/** A synchronous DRM_IOCTL_PANTHOR_VM_BIND of one operation. */
export function* vmBind(harness: Harness, state: VmState, op: BindOp): Op<number> {
  yield 'VM_BIND';
  const mem = new UserMemory(USER_MEMORY);
  const { flags, boHandle, boOffset, va, size } = op;
  mem.add(OPS, encode(drm_panthor_vm_bind_op, { flags, bo_handle: boHandle, bo_offset: boOffset, va, size }));
  const ops = { stride: drm_panthor_vm_bind_op.size, count: 1, array: OPS };
  mem.add(ARGUMENT, encode(drm_panthor_vm_bind, { vm_id: state.id, ops }));
  const ret = yield* ioctl(harness, DRM_IOCTL_PANTHOR_VM_BIND, mem);
  state.spec.observe();
  // Those two say that the operation has not begun.
  if (ret !== 0 && ret !== -EINVAL && ret !== -ENODEV) state.spec.failed();
  return ret;
}

/** DRM_IOCTL_PANTHOR_VM_DESTROY */
export function* vmDestroy(harness: Harness, state: VmState): Op<number> {
  const mem = new UserMemory(USER_MEMORY);
  mem.add(ARGUMENT, encode(drm_panthor_vm_destroy, { id: state.id }));
  return yield* ioctl(harness, DRM_IOCTL_PANTHOR_VM_DESTROY, mem);
}
