// A client of the model for benchmarks: one open file, one VM active on an address space, calls made as bytes.

import { run } from '../dist/src/coroutine/op.js';
import { UserMemory } from '../dist/src/driver/base/uaccess.js';
import { PanthorDevice } from '../dist/src/driver/device.js';
import { PanthorDrv } from '../dist/src/driver/ioctl/drv.js';
import { kernel } from '../dist/src/driver/kernels.js';
import {
  DRM_IOCTL_PANTHOR_VM_BIND,
  DRM_IOCTL_PANTHOR_VM_CREATE,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MAP,
  DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP,
  drm_panthor_vm_bind,
  drm_panthor_vm_bind_op,
  drm_panthor_vm_create,
} from '../dist/uapi/panthor_drm.js';

const ARG = 0x10000;
const OPS = 0x20000;
const BIND = drm_panthor_vm_bind.off;
const OP = drm_panthor_vm_bind_op.off;
const OP_SIZE = drm_panthor_vm_bind_op.size;

export class BenchClient {
  #objects = 0;

  constructor(kernelName = '7.2') {
    this.device = new PanthorDevice({ kernel: kernel(kernelName) });
    run(this.device.mmu.init());
    this.drv = new PanthorDrv(this.device);
    this.file = run(this.drv.open());
    this.vmId = this.#createVm();
    run(this.file.vms.get(this.vmId).active());
    this.mem = new UserMemory();
    this.arg = this.mem.reserve(ARG, drm_panthor_vm_bind.size);
    const { view } = this.mem;
    view.setUint32(this.arg + BIND.vm_id, this.vmId, true);
    view.setUint32(this.arg + BIND.ops, OP_SIZE, true);
    view.setUint32(this.arg + BIND.ops + 4, 1, true);
    view.setUint32(this.arg + BIND.ops + 12, 0, true);
    this.argEnd = this.mem.used;
  }

  get vm() {
    return this.file.vms.get(this.vmId);
  }

  /** An object of `size` bytes in one of the vectors' layouts; returns its handle. */
  object(size, layout) {
    return this.file.createHandle(this.device.gem.createAs(++this.#objects, size, null, layout, 7));
  }

  /** One map, bytes. */
  map(bo, boOffset, va, size) {
    this.encode([{ bo, boOffset, va, size }]);
    this.call(0, 1);
  }

  /** Encodes operations for call(), in the place of those from before: maps of `bo`, unmaps without one; bytes. */
  encode(ops) {
    const { mem } = this;
    mem.used = this.argEnd;
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

  /** One VM_BIND for each of the encoded operations [from, to). */
  call(from, to) {
    const { drv, file, mem } = this;
    const pointer = this.arg + BIND.ops + 8;
    for (let i = from; i < to; i++) {
      mem.view.setUint32(pointer, OPS + i * OP_SIZE, true);
      const ret = run(drv.ioctl(file, DRM_IOCTL_PANTHOR_VM_BIND, mem, ARG));
      if (ret !== 0) throw new Error(`VM_BIND: ${ret}`);
    }
  }

  #createVm() {
    const mem = new UserMemory();
    const at = mem.reserve(ARG, drm_panthor_vm_create.size);
    const ret = run(this.drv.ioctl(this.file, DRM_IOCTL_PANTHOR_VM_CREATE, mem, ARG));
    if (ret !== 0) throw new Error(`VM_CREATE: ${ret}`);
    return mem.view.getUint32(at + drm_panthor_vm_create.off.id, true);
  }
}
