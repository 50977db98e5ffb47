import {
  DRM_PANTHOR_VM_BIND_ASYNC,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MAP,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MASK,
  DRM_PANTHOR_VM_BIND_OP_TYPE_SYNC_ONLY,
  DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP,
  drm_panthor_vm_bind,
  drm_panthor_vm_bind_op,
} from '../../uapi/panthor_drm.ts';
import type { UserMemory } from '../driver/base/uaccess.ts';
import type { Tally } from './tally.ts';

const { flags: FLAGS, ops: OPS } = drm_panthor_vm_bind.off;
const COUNT = OPS + 4;
const ARRAY = OPS + 8;
const OP_FLAGS = drm_panthor_vm_bind_op.off.flags;
/** Types are the upper bits of a u32; as signed numbers V8 compares them in a register. */
const MASK = DRM_PANTHOR_VM_BIND_OP_TYPE_MASK | 0;
const MAP = DRM_PANTHOR_VM_BIND_OP_TYPE_MAP | 0;
const UNMAP = DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP | 0;
const SYNC_ONLY = DRM_PANTHOR_VM_BIND_OP_TYPE_SYNC_ONLY | 0;

/** Counts the operations of a VM_BIND whose argument is at `at` in `mem`, by what they ask for. */
export function countBindOps(mem: UserMemory, at: number, tally: Tally): void {
  const { view } = mem;
  const stride = view.getUint32(at + OPS, true);
  const count = view.getUint32(at + COUNT, true);
  const base = count === 0 || stride === 0 ? -1 : mem.locate(mem.u64(at + ARRAY), count * stride);
  if (base < 0) return;
  const ops = tally.bindOps;
  if ((view.getInt32(at + FLAGS, true) & DRM_PANTHOR_VM_BIND_ASYNC) !== 0) ops.async += count;
  else ops.sync += count;
  for (let i = 0, op = base + OP_FLAGS; i < count; i++, op += stride) {
    const flags = view.getInt32(op, true);
    const type = flags & MASK;
    if (type === MAP) {
      ops.map++;
      if ((flags & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0) ops.sparse++;
    } else if (type === UNMAP) ops.unmap++;
    else if (type === SYNC_ONLY) ops.sync_only++;
  }
}
