/**
 * Calls of a scenario that enter the driver where a client does: bytes in user memory, through drm_ioctl(). So the
 * lookup of the VM, its references, drm_dev_enter() and the decoding of operations take part.
 */
import { encode } from '../../../uapi/codec.js';
import { EINVAL, ENODEV } from '../../../uapi/errno.js';
import { DRM_IOCTL_PANTHOR_VM_BIND, DRM_IOCTL_PANTHOR_VM_DESTROY, drm_panthor_vm_bind, drm_panthor_vm_bind_op, drm_panthor_vm_destroy, } from '../../../uapi/panthor_drm.js';
import { run } from '../../coroutine/op.js';
import { UserMemory } from '../../driver/base/uaccess.js';
import { PanthorDrv } from '../../driver/ioctl/drv.js';
/** Where a call's argument and its operations are in user memory. */
const ARGUMENT = 0x10000;
const OPS = 0x20000;
/** Bytes; a call needs less than a hundred. */
const USER_MEMORY = 128;
/** The driver's front for a device whose resets and faults the scenario's own threads handle, and a file on it. */
export function openFile(device) {
    device.onResetScheduled = () => { };
    const drv = new PanthorDrv(device);
    drv.drainsInline = false;
    device.onMmuFault = null;
    return run(drv.open());
}
/** One call; its argument is in `mem`. */
function* ioctl(harness, request, mem) {
    const file = harness.file;
    return yield* file.drv.ioctl(file, request, mem, ARGUMENT);
}
/** A synchronous DRM_IOCTL_PANTHOR_VM_BIND of one operation. */
export function* vmBind(harness, state, op) {
    yield 'VM_BIND';
    const mem = new UserMemory(USER_MEMORY);
    const { flags, boHandle, boOffset, va, size } = op;
    mem.add(OPS, encode(drm_panthor_vm_bind_op, { flags, bo_handle: boHandle, bo_offset: boOffset, va, size }));
    const ops = { stride: drm_panthor_vm_bind_op.size, count: 1, array: OPS };
    mem.add(ARGUMENT, encode(drm_panthor_vm_bind, { vm_id: state.id, ops }));
    const ret = yield* ioctl(harness, DRM_IOCTL_PANTHOR_VM_BIND, mem);
    state.spec.observe();
    // Those two say that the operation has not begun.
    if (ret !== 0 && ret !== -EINVAL && ret !== -ENODEV)
        state.spec.failed();
}
/** DRM_IOCTL_PANTHOR_VM_DESTROY */
export function* vmDestroy(harness, state) {
    const mem = new UserMemory(USER_MEMORY);
    mem.add(ARGUMENT, encode(drm_panthor_vm_destroy, { id: state.id }));
    yield* ioctl(harness, DRM_IOCTL_PANTHOR_VM_DESTROY, mem);
}
//# sourceMappingURL=ioctl.js.map