/** The VMs of one open file: struct panthor_vm_pool. */
import { EBUSY, EINVAL, ENOMEM } from '../../../uapi/errno.ts';
import type { Op } from '../../coroutine/op.ts';
import type { PanthorDevice } from '../device.ts';
import type { GemObject } from '../gem/gem.ts';
import { PanthorVm } from './vm.ts';

/** PANTHOR_MAX_VMS_PER_FILE: handles run from 1 to this. */
const MAX_VMS = 32;
/** PANTHOR_VM_MIN_KERNEL_VA_SIZE, bytes. */
const MIN_KERNEL_VA = 2 ** 28;
/** Bits of physical addresses that arm_64_lpae_alloc_pgtable_s1() makes page tables for. */
const OUTPUT_WIDTHS: ReadonlySet<number> = new Set([32, 36, 40, 42, 44, 48, 52]);

/** Whether page tables can lead to physical addresses of `bits` bits; no VM can be had otherwise. */
export function hasOutputWidth(bits: number): boolean {
  return OUTPUT_WIDTHS.has(bits);
}

/** panthor_vm_create_get_user_va_range(): 0 where the address space is too small for anything. */
function userVaRange(asked: number, full: number, taskSize: number): number {
  if (full < MIN_KERNEL_VA) return 0;
  let range = asked;
  if (range === 0) {
    if (taskSize < full) range = taskSize;
    else range = full > 2 ** 32 ? full / 2 : full - MIN_KERNEL_VA;
  }
  return Math.min(range, full - MIN_KERNEL_VA);
}

export class VmPool {
  readonly #device: PanthorDevice;
  /** By handle. */
  readonly #vms: (PanthorVm | undefined)[] = new Array(MAX_VMS + 1).fill(undefined);
  readonly dummy: GemObject | null;

  /** panthor_vm_pool_create(). */
  constructor(device: PanthorDevice) {
    this.#device = device;
    this.dummy = device.b.sparseMap ? device.gem.createDummy() : null;
  }

  /**
   * panthor_vm_pool_create_vm(), with panthor_vm_create_check_args(): a VM whose user range has `asked` bytes at least (0: half the address space), rounded up
   * so that a power of two is left to the kernel. The handle (1 to 32), -EINVAL for flags or a range too large, -EBUSY
   * where all handles are taken, -ENOMEM where `limit` VMs of all files are there; -EINVAL also where there is no room for
   * a root table, or the GPU's physical addresses have a width that page tables of this format cannot have.
   */
  create(asked: number, flags: number, limit = Number.POSITIVE_INFINITY): number {
    this.#device.calls?.vmCreate(asked, flags);
    const { params } = this.#device;
    const full = 2 ** params.vaBits;
    if (flags !== 0) return -EINVAL;
    const range = userVaRange(asked, full, params.taskSize);
    if (range === 0 || asked > range) return -EINVAL;
    if (this.#device.mmu.vms.length >= limit) return -ENOMEM;
    // alloc_io_pgtable_ops(): widths that arm_64_lpae_alloc_pgtable_s1() does not know, or no memory for a root table.
    const { memory } = this.#device.machine;
    if (!hasOutputWidth(params.paBits) || !memory.hasRoot()) return -EINVAL;
    let id = 1;
    while (id <= MAX_VMS && this.#vms[id] !== undefined) id++;
    if (id > MAX_VMS) {
      // The kernel makes a VM, finds no handle for it and frees it. Here that would be garbage, for which all clients wait; what
      // is seen of it is that a root table was taken.
      memory.freeRoot(memory.takeRoot());
      return -EBUSY;
    }
    const kernelSize = 2 ** Math.floor(Math.log2(full - range));
    const vm = new PanthorVm(this.#device, false, full - kernelSize, kernelSize);
    vm.dummy = this.dummy?.get() ?? null;
    vm.id = id;
    this.#vms[id] = vm;
    return id;
  }

  /** panthor_vm_pool_get_vm(), without the reference. */
  get(id: number): PanthorVm | undefined {
    return id <= MAX_VMS ? this.#vms[id] : undefined;
  }

  /**
   * panthor_vm_pool_get_vm(): the VM with a reference, which its caller puts. Without vm-lookup-lock it may have gone between
   * being found and being referenced.
   */
  *getVm(id: number): Op<PanthorVm | undefined> {
    yield 'vm_pool';
    const vm = this.get(id);
    if (vm === undefined) return undefined;
    if (!this.#device.b.vmLookupLock) {
      yield 'vm_pool';
      if (vm.freed) this.#device.warn('panthor_vm_pool_get_vm', 'use-after-free');
    }
    return vm.get();
  }

  /** All VMs of the pool by ascending handle. */
  all(): PanthorVm[] {
    return this.#vms.filter((vm) => vm !== undefined);
  }

  /** Whether `test` says yes of one of them. */
  some(test: (vm: PanthorVm) => boolean): boolean {
    for (const vm of this.#vms) if (vm !== undefined && test(vm)) return true;
    return false;
  }

  /** panthor_vm_pool_destroy_vm(): 0, or -EINVAL for an unknown handle. */
  *destroyVm(id: number): Op<number> {
    const vm = this.get(id);
    if (vm === undefined) return -EINVAL;
    this.#vms[id] = undefined;
    yield* vm.destroy();
    return 0;
  }

  /** panthor_vm_pool_destroy(). */
  *destroy(): Op<void> {
    for (const vm of this.all()) {
      this.#vms[vm.id] = undefined;
      yield* vm.destroy();
    }
    this.dummy?.put();
  }
}
