/** What the model's groups and heaps ask of the VM layer, kept until it is asked of the tree, too. */
import type { VmCalls } from '../../driver/base/warn.ts';
import type { GemObject } from '../../driver/gem/gem.ts';
import type { PanthorVm } from '../../driver/mmu/vm.ts';
import type { BindOp } from '../../driver/mmu/vm-bind.ts';

/** What is done to the device as a whole. */
type Power = 'suspend' | 'resume' | 'preReset' | 'softReset' | 'postReset' | 'clearReset';
/** panthor_device_reset_work(), as far as the VM layer takes part. */
const RESET: readonly Power[] = ['preReset', 'softReset', 'postReset', 'clearReset'];

/** A call to the VM layer that the tree has not had yet. */
export type Forwarded =
  | { call: 'active' | 'idle'; vm: number }
  | { call: 'kmap'; vm: number; bo: GemObject; boOffset: number; size: number; va: number; flags: number }
  | { call: 'kunmap'; vm: number; va: number; size: number }
  | { call: Power | 'flushCaches' };

/** Hears the model; VM_CREATE, VM_DESTROY and VM_BIND are the tree's own calls, and not kept. */
export class Forward implements VmCalls {
  /** Another listener, which hears all of it. */
  next: VmCalls | null = null;
  #kept: Forwarded[] = [];

  /** What came since it was asked last, in order. */
  take(): Forwarded[] {
    const kept = this.#kept;
    if (kept.length > 0) this.#kept = [];
    return kept;
  }

  vmCreate(userVaRange: number, flags: number): void {
    this.next?.vmCreate(userVaRange, flags);
  }

  vmDestroy(vm: PanthorVm): void {
    this.next?.vmDestroy(vm);
  }

  active(vm: PanthorVm): void {
    this.#kept.push({ call: 'active', vm: vm.uid });
    this.next?.active(vm);
  }

  idle(vm: PanthorVm): void {
    this.#kept.push({ call: 'idle', vm: vm.uid });
    this.next?.idle(vm);
  }

  bind(vm: PanthorVm, op: BindOp, bo: GemObject | null, async: boolean): void {
    this.next?.bind(vm, op, bo, async);
  }

  kmap(vm: PanthorVm, bo: GemObject, boOffset: number, size: number, va: number, flags: number): void {
    this.#kept.push({ call: 'kmap', vm: vm.uid, bo, boOffset, size, va, flags });
    this.next?.kmap(vm, bo, boOffset, size, va, flags);
  }

  kunmap(vm: PanthorVm, va: number, size: number): void {
    this.#kept.push({ call: 'kunmap', vm: vm.uid, va, size });
    this.next?.kunmap(vm, va, size);
  }

  power(what: 'suspend' | 'resume' | 'reset'): void {
    this.#kept.push({ call: what === 'reset' ? 'softReset' : what });
    this.next?.power?.(what);
  }

  deviceReset(): void {
    for (const call of RESET) this.#kept.push({ call });
    this.next?.deviceReset?.();
  }

  flushCaches(): void {
    this.#kept.push({ call: 'flushCaches' });
    this.next?.flushCaches?.();
  }
}
