import {
  DRM_IOCTL_PANTHOR_TILER_HEAP_CREATE,
  DRM_IOCTL_PANTHOR_VM_BIND,
  DRM_IOCTL_PANTHOR_VM_DESTROY,
  drm_panthor_tiler_heap_create,
  drm_panthor_vm_bind,
  drm_panthor_vm_bind_op,
  drm_panthor_vm_destroy,
} from '../../../../uapi/panthor_drm.ts';
import { getU64 } from '../../../driver/base/u64.ts';
import type { Scheduler } from '../../../driver/sched/sched.ts';
import type { Call } from '../call.ts';
import type { OpenFile } from '../open-file.ts';

/** User memory of a call, bytes: with more it may take milliseconds. */
export const LONG_CALL = 16 << 10;
/** Address space, bytes; page tables and mappings of a VM: likewise. */
const LONG_RANGE = 64 << 20;
const LONG_VM = 1024;
/** Jobs that could run: no more calls before some have. */
const BACKLOG = 4096;

/** Whether a call may take more than a slice. Being wrong costs turns, not results. */
export function mayBeLong(call: Call, file: OpenFile): boolean {
  const arg = call.arg();
  if (arg === null) return false;
  switch (call.request) {
    case DRM_IOCTL_PANTHOR_VM_BIND:
      return rangeOf(call, arg) > LONG_RANGE;
    case DRM_IOCTL_PANTHOR_TILER_HEAP_CREATE: {
      const { off } = drm_panthor_tiler_heap_create;
      const chunks = arg.getUint32(off.initial_chunk_count, true);
      return chunks * arg.getUint32(off.chunk_size, true) > LONG_RANGE;
    }
    case DRM_IOCTL_PANTHOR_VM_DESTROY: {
      const vm = file.drm.vms.get(arg.getUint32(drm_panthor_vm_destroy.off.id, true));
      return vm !== undefined && vm.vmas.count + vm.pgtable.tables[3] > LONG_VM;
    }
    default:
      return false;
  }
}

/** Bytes that the operations of a VM_BIND are about, together. */
function rangeOf({ mem }: Call, arg: DataView): number {
  const { ops } = drm_panthor_vm_bind.off;
  const stride = arg.getUint32(ops, true);
  const count = arg.getUint32(ops + 4, true);
  if (stride < drm_panthor_vm_bind_op.size) return 0;
  const at = mem.locate(getU64(arg, ops + 8), stride * count);
  let sum = 0;
  for (let i = 0; i < count && at >= 0; i++)
    sum += mem.u64(at + i * stride + drm_panthor_vm_bind_op.off.size);
  return sum;
}

/** Whether a VM of the file has so many asynchronous binds to do that more would only fill memory. */
export function hasBacklog(sched: Scheduler, file: OpenFile): boolean {
  return file.drm.vms.some((vm) => {
    const entity = sched.vmEntity(vm);
    return entity.pending && entity.queued > BACKLOG;
  });
}
