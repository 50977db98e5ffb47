/** One VM on a device of its own, objects to map into it, and the naive array that it is judged by. */

import { run } from '../../../../src/coroutine/op.ts';
import type { DriverTrace } from '../../../../src/driver/base/warn.ts';
import { PanthorDevice } from '../../../../src/driver/device.ts';
import { kernel } from '../../../../src/driver/kernels.ts';
import type { PanthorVm } from '../../../../src/driver/mmu/vm.ts';
import type { BindOp } from '../../../../src/driver/mmu/vm-bind.ts';
import { VmPool } from '../../../../src/driver/mmu/vm-pool.ts';
import { type BackingKind, type TestObject, testObject } from './backing.ts';
import { compareLeftovers } from './compare.ts';
import { NaiveVm, SPARSE } from './naive.ts';

/** A map of an object, or an unmap (`bo` undefined). Bytes. */
export interface Request {
  va: number;
  size: number;
  bo?: number;
  offset?: number;
  flags?: number;
}

export interface VmOptions {
  kernel: string;
  /** The window of pages that is looked at. */
  base: number;
  pages: number;
  /** Size and backing of each object. */
  objects: readonly (readonly [size: number, kind: BackingKind])[];
  /** Whether the VM has a slot, so that its regions get locked and flushed. */
  active: boolean;
  trace?: DriverTrace;
}

export const UNMAP = 1 << 28;
/** MAP_SPARSE needs MAP_NOEXEC. */
export const SPARSE_NOEXEC = SPARSE | 2;

export class VmUnderTest {
  readonly device: PanthorDevice;
  readonly vm: PanthorVm;
  readonly naive: NaiveVm;
  readonly objects: TestObject[];
  readonly #pool: VmPool;
  readonly #lookup = { lookupGem: (handle: number) => this.objects[handle - 1]?.gem };
  readonly #op: BindOp = { flags: 0, boHandle: 0, boOffset: 0, va: 0, size: 0, syncCount: 0 };

  constructor(options: VmOptions) {
    this.device = new PanthorDevice({ kernel: kernel(options.kernel), trace: options.trace ?? null });
    run(this.device.mmu.init());
    this.#pool = new VmPool(this.device);
    this.vm = this.#pool.get(this.#pool.create(0, 0)) as PanthorVm;
    this.naive = new NaiveVm(options.base, options.pages);
    this.objects = options.objects.map(([size, kind], i) => testObject(this.device, i, size, kind));
    for (const { gem } of this.objects) gem.pin();
    if (options.active && run(this.vm.active()) !== 0) throw new Error('the VM got no slot');
  }

  /** Asks the driver for it, at once; 0 or -errno. */
  bind(request: Request): number {
    const op = this.#op;
    const { bo, flags = 0 } = request;
    op.va = request.va;
    op.size = request.size;
    op.flags = bo === undefined ? UNMAP : flags;
    op.boHandle = bo === undefined || (flags & SPARSE) !== 0 ? 0 : bo + 1;
    op.boOffset = op.boHandle === 0 ? 0 : (request.offset ?? 0);
    return run(this.vm.bindExecSyncOp(this.#lookup, op));
  }

  /** The same in the array. */
  pretend(request: Request): void {
    if (request.bo === undefined) this.naive.unmap(request.va, request.size);
    else this.naive.map(request.va, request.size, request.bo, request.offset ?? 0, request.flags ?? 0);
  }

  /** Both; throws where the driver refuses. */
  apply(request: Request): void {
    const ret = this.bind(request);
    if (ret !== 0) throw new Error(`${JSON.stringify(request)} failed with ${ret}`);
    this.pretend(request);
  }

  /** Destroys the VM; what is then still held, in a sentence, or null. */
  destroy(): string | null {
    const left = compareLeftovers([this.vm]);
    if (left !== null) return left;
    run(this.#pool.destroy());
    const { memory } = this.device.machine;
    if (memory.live !== 0) return `${memory.live} table pages are left after the VM`;
    if (memory.reserved !== 0) return `${memory.reserved} table pages are still reserved after the VM`;
    for (const { gem } of this.objects) {
      if (gem.refs !== 1) return `object ${gem.id} still has ${gem.refs - 1} references more than its handle`;
    }
    if (this.device.mmu.vms.length !== 0) return 'the VM is still listed';
    return null;
  }
}
