/** A client that binds, for tests of VM_BIND. */
import type { PanthorVm } from '../../../src/driver/mmu/vm.ts';
import { drm_panthor_sync_op, drm_panthor_vm_bind_op } from '../../../uapi/panthor_drm.ts';
import { TestClient } from '../client.ts';
import { type Buffer, type Struct, structs } from './arguments.ts';

export const MIB = 1024 * 1024;
export const ASYNC = 1;
export const UNMAP = 1 << 28;
export const SYNC_ONLY = 2 << 28;
export const SIGNAL = 1 << 31;
export const TIMELINE = 1;

export function syncs(...ops: Struct[]): Buffer {
  return structs(drm_panthor_sync_op, ...ops);
}

/** A client with VM 1, a 2 MiB object 1, and syncobjs 1 to 3. */
export class Binder extends TestClient {
  /** `served`: as in a server, which gives others their turns and uses jobs again. */
  constructor(kernel = '7.2', served = false) {
    super({ kernel });
    if (served) this.drv.device.condResched = () => undefined;
    this.make('VM_CREATE', {}, 'id');
    this.make('BO_CREATE', { size: 2 * MIB }, 'handle');
    for (let i = 0; i < 3; i++) this.make('SYNCOBJ_CREATE', {}, 'handle');
  }

  get vm(): PanthorVm {
    return this.file.vms.get(1) as PanthorVm;
  }

  bind(flags: number, ...ops: Struct[]): number {
    return this.call('VM_BIND', { vm_id: 1, flags, ops: structs(drm_panthor_vm_bind_op, ...ops) });
  }

  /** Addresses in MiB that the first bytes of user space show. */
  mapped(): number[] {
    return [...Array(16).keys()].filter((at) => this.vm.vmas.lookup(at * MIB) >= 0);
  }

  /** The fence of a syncobj: 'pending', 'done', or its errno. */
  state(handle: number): string | number {
    const fence = this.file.syncobjs.get(handle)?.fence;
    if (fence === null || fence === undefined) return 'none';
    return fence.signaled ? fence.error || 'done' : 'pending';
  }
}

export function map(at: number, changes: Struct = {}): Struct {
  return { bo_handle: 1, va: at * MIB, size: MIB, ...changes };
}
