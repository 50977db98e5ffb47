/** What calls with arrays ask for, read where user memory holds them. */
import {
  DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_MASK,
  DRM_PANTHOR_SYNC_OP_SIGNAL,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MAP,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MASK,
  drm_panthor_group_submit,
  drm_panthor_queue_submit,
  drm_panthor_sync_op,
  drm_panthor_vm_bind,
  drm_panthor_vm_bind_op,
} from '../../../uapi/panthor_drm.ts';
import type { UserMemory } from '../../driver/base/uaccess.ts';

/** Where the elements of the drm_panthor_obj_array at `at` lie in `mem`; none where they are not mapped. */
function elements(mem: UserMemory, at: number): number[] {
  const stride = mem.view.getUint32(at, true);
  const count = mem.view.getUint32(at + 4, true);
  const base = count === 0 || stride === 0 ? -1 : mem.locate(mem.u64(at + 8), count * stride);
  return base < 0 ? [] : Array.from({ length: count }, (_, i) => base + i * stride);
}

/** An operation of VM_BIND that maps something. */
export interface AskedMap {
  vm: number;
  handle: number;
  sparse: boolean;
}

/** The maps of the VM_BIND whose argument is at `at`. */
export function askedMaps(mem: UserMemory, at: number): AskedMap[] {
  const { view } = mem;
  const bind = drm_panthor_vm_bind.off;
  const op = drm_panthor_vm_bind_op.off;
  const vm = view.getUint32(at + bind.vm_id, true);
  return elements(mem, at + bind.ops)
    .filter((from) => isMap(view.getUint32(from + op.flags, true)))
    .map((from) => ({
      vm,
      handle: view.getUint32(from + op.bo_handle, true),
      sparse: (view.getUint32(from + op.flags, true) & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0,
    }));
}

const isMap = (flags: number): boolean =>
  (flags & DRM_PANTHOR_VM_BIND_OP_TYPE_MASK) >>> 0 === DRM_PANTHOR_VM_BIND_OP_TYPE_MAP;

/** A syncobj that a call signals; `point` is null for a binary one. */
export interface Signalled {
  handle: number;
  point: bigint | null;
}

/** What the GROUP_SUBMIT whose argument is at `at` signals when its jobs are done. */
export function signalledBy(mem: UserMemory, at: number): Signalled[] {
  const { view } = mem;
  const op = drm_panthor_sync_op.off;
  return elements(mem, at + drm_panthor_group_submit.off.queue_submits)
    .flatMap((submit) => elements(mem, submit + drm_panthor_queue_submit.off.syncs))
    .filter((sync) => (view.getUint32(sync + op.flags, true) & DRM_PANTHOR_SYNC_OP_SIGNAL) !== 0)
    .map((sync) => {
      const isTimeline = (view.getUint32(sync + op.flags, true) & DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_MASK) !== 0;
      const point = view.getBigUint64(sync + op.timeline_value, true);
      return { handle: view.getUint32(sync + op.handle, true), point: isTimeline ? point : null };
    });
}
