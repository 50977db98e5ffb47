// A client of the model for benchmarks: one open file, one VM active on an address space, calls made as bytes.

import { run } from '../dist/src/coroutine/op.js';
import { UserMemory } from '../dist/src/driver/base/uaccess.js';
import { PanthorDevice } from '../dist/src/driver/device.js';
import { PanthorDrv } from '../dist/src/driver/ioctl/drv.js';
import { kernel } from '../dist/src/driver/kernels.js';
import {
  DRM_IOCTL_PANTHOR_VM_BIND,
  DRM_IOCTL_PANTHOR_VM_CREATE,
  drm_panthor_vm_bind,
  drm_panthor_vm_bind_op,
  drm_panthor_vm_create,
} from '../dist/uapi/panthor_drm.js';
import { ARG, encodeBind, encodeOps, OPS } from './encode.mjs';

const BIND = drm_panthor_vm_bind.off;
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
    this.arg = encodeBind(this.mem, this.vmId);
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
    encodeOps(this.mem, this.argEnd, ops);
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
