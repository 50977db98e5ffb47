// VM_BINDs of one operation, as bytes of user memory: an argument, and an array whose elements it is pointed at in turn.
import {
  DRM_PANTHOR_VM_BIND_OP_TYPE_MAP,
  DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP,
  drm_panthor_vm_bind,
  drm_panthor_vm_bind_op,
} from '../dist/uapi/panthor_drm.js';

/** User addresses. */
export const ARG = 0x10000;
export const OPS = 0x20000;
const BIND = drm_panthor_vm_bind.off;
const OP = drm_panthor_vm_bind_op.off;
const OP_SIZE = drm_panthor_vm_bind_op.size;

/** Puts the argument of a VM_BIND into `mem`; returns its place. */
export function encodeBind(mem, vmId) {
  const arg = mem.reserve(ARG, drm_panthor_vm_bind.size);
  mem.view.setUint32(arg + BIND.vm_id, vmId, true);
  mem.view.setUint32(arg + BIND.ops, OP_SIZE, true);
  mem.view.setUint32(arg + BIND.ops + 4, 1, true);
  return arg;
}

/** Encodes operations behind the argument, which ends at `end`: maps of `bo`, unmaps without one; bytes. */
export function encodeOps(mem, end, ops) {
  mem.used = end;
  mem.count = 1;
  const at = mem.reserve(OPS, ops.length * OP_SIZE);
  ops.forEach(({ bo, boOffset = 0, va, size }, i) => {
    const op = at + i * OP_SIZE;
    const type = bo === undefined ? DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP : DRM_PANTHOR_VM_BIND_OP_TYPE_MAP;
    mem.view.setUint32(op + OP.flags, type, true);
    mem.view.setUint32(op + OP.bo_handle, bo ?? 0, true);
    mem.setU64(op + OP.bo_offset, boOffset);
    mem.setU64(op + OP.va, va);
    mem.setU64(op + OP.size, size);
  });
}
