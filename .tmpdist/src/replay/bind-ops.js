import { DRM_PANTHOR_VM_BIND_ASYNC, DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE, DRM_PANTHOR_VM_BIND_OP_TYPE_MAP, DRM_PANTHOR_VM_BIND_OP_TYPE_MASK, DRM_PANTHOR_VM_BIND_OP_TYPE_SYNC_ONLY, DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP, drm_panthor_vm_bind, drm_panthor_vm_bind_op, } from '../../uapi/panthor_drm.js';
const ARG = drm_panthor_vm_bind.off;
const COUNT = ARG.ops + 4;
const ARRAY = ARG.ops + 8;
const TYPE_MASK = DRM_PANTHOR_VM_BIND_OP_TYPE_MASK >>> 0;
/** Counts the operations of a VM_BIND whose argument is at `at` in `mem`, by what they ask for. */
export function countBindOps(mem, at, tally) {
    const { view } = mem;
    const stride = view.getUint32(at + ARG.ops, true);
    const count = view.getUint32(at + COUNT, true);
    const base = count === 0 || stride === 0 ? -1 : mem.locate(mem.u64(at + ARRAY), count * stride);
    if (base < 0)
        return;
    const ops = tally.bindOps;
    if ((view.getUint32(at + ARG.flags, true) & DRM_PANTHOR_VM_BIND_ASYNC) !== 0)
        ops.async += count;
    else
        ops.sync += count;
    for (let i = 0; i < count; i++) {
        const flags = view.getUint32(base + i * stride + drm_panthor_vm_bind_op.off.flags, true);
        switch ((flags & TYPE_MASK) >>> 0) {
            case DRM_PANTHOR_VM_BIND_OP_TYPE_MAP:
                ops.map++;
                if ((flags & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0)
                    ops.sparse++;
                break;
            case DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP >>> 0:
                ops.unmap++;
                break;
            case DRM_PANTHOR_VM_BIND_OP_TYPE_SYNC_ONLY >>> 0:
                ops.sync_only++;
                break;
        }
    }
}
//# sourceMappingURL=bind-ops.js.map