/** What the driver tells of itself while it works. All of it is optional; nothing depends on who listens. */
import type { GemObject } from '../gem/gem.ts';
import type { PanthorVm } from '../mmu/vm.ts';
import type { BindOp } from '../mmu/vm-bind.ts';

/** drm_WARN_ON and its kin: the kernel function that warned, and a short reason of ours. */
export interface WarnSink {
  warn(where: string, reason: string): void;
}

/** The reason of a warning where the kernel oopses; the model goes on, as the kernel would not. */
export const NULL_DEREFERENCE = 'the kernel dereferences NULL here';

/** A part of a split mapping: VA and range in bytes, offset in the object in bytes. */
export interface StepPart {
  va: number;
  range: number;
  offset: number;
}

/** Listens to one device. Addresses and sizes in bytes. */
export interface DriverTrace extends WarnSink {
  /** A timed-out wait ("AS1_STATUS", "GPU_CMD_flush"). */
  timeout(what: string): void;
  /** "schedule_reset", "sched_report_mmu_fault", "sched_prepare_for_vm_destruction". */
  event(name: string): void;
  /** gpuvm steps as they are handed to the driver. */
  stepMap(va: number, range: number, bo: number, offset: number): void;
  stepUnmap(va: number, range: number, keep: boolean): void;
  stepRemap(va: number, range: number, keep: boolean, prev: StepPart | null, next: StepPart | null): void;
  /** Calls to the page-table code; `before` just before, the others with the outcome. */
  beforePageTableCall(): void;
  mapped(iova: number, pa: number, size: number, count: number, ret: number, bytes: number): void;
  unmapped(iova: number, size: number, count: number, bytes: number): void;
  /** A VMA is in the VM's list from now on, or is about to leave it; `id` is its place in vm.vmas. */
  vmaAdded?(vm: PanthorVm, id: number): void;
  vmaRemoved?(vm: PanthorVm, id: number): void;
  /** An AS was enabled or disabled for a VM, or taken from one. */
  as(what: 'enable' | 'disable' | 'evict', as: number, vm: number): void;
}

/** Calls to the VM layer, told before they run: what a scenario is made of. Addresses and sizes in bytes. */
export interface VmCalls {
  vmCreate(userVaRange: number, flags: number): void;
  vmDestroy(vm: PanthorVm): void;
  active(vm: PanthorVm): void;
  idle(vm: PanthorVm): void;
  /** A VM_BIND operation: a synchronous one, an asynchronous one that is about to run, or one that is refused. */
  bind(vm: PanthorVm, op: BindOp, bo: GemObject | null, async: boolean): void;
  kmap(vm: PanthorVm, bo: GemObject, boOffset: number, size: number, va: number, flags: number): void;
  kunmap(vm: PanthorVm, va: number, size: number): void;
  /** panthor_device_suspend() and panthor_device_resume() come to the MMU, or suspend resets the GPU. */
  power?(what: 'suspend' | 'resume' | 'reset'): void;
  /** panthor_device_reset_work() comes to the MMU: before the reset, the reset, after it. */
  deviceReset?(): void;
  /** The scheduler flushes the GPU's caches for groups that it has suspended. */
  flushCaches?(): void;
}
