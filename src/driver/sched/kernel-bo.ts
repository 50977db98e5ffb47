import { PAGE_SIZE } from '../../../uapi/sizes.ts';
import type { Op } from '../../coroutine/op.ts';
import type { PanthorDevice } from '../device.ts';
import { BoContents } from '../gem/contents.ts';
import type { GemObject } from '../gem/gem.ts';
import type { KernelNode } from '../mmu/drm-mm.ts';
import type { PanthorVm } from '../mmu/vm.ts';
import { mapBoRange, unmapRange } from '../mmu/vm-kernel-map.ts';

/** PANTHOR_VM_KERNEL_AUTO_VA: the address is the allocator's choice. */
const AUTO_VA = -1;

/** The contents of `bo` where it is one of the kernel's own objects; clients' memory is the clients'. */
export function kernelContents(bo: GemObject): BoContents | undefined {
  return bo.contents ?? undefined;
}

/** An object of the kernel's, mapped in the kernel's part of a VM: struct panthor_kernel_bo. */
export class KernelBo {
  readonly vm: PanthorVm;
  readonly bo: GemObject;
  readonly contents = new BoContents();
  readonly #node: KernelNode;

  private constructor(vm: PanthorVm, bo: GemObject, node: KernelNode) {
    this.vm = vm.get();
    this.bo = bo;
    this.#node = node;
    bo.contents = this.contents;
  }

  /**
   * panthor_kernel_bo_create()
   *
   * @param size bytes, rounded up to pages
   * @param boFlags DRM_PANTHOR_BO_*
   * @param mapFlags DRM_PANTHOR_VM_BIND_OP_MAP_*
   * @returns the object, or -errno of allocating the address (-ENOSPC) or of mapping
   */
  static *create(
    device: PanthorDevice,
    vm: PanthorVm,
    size: number,
    boFlags: number,
    mapFlags: number,
    label: string,
  ): Op<KernelBo | number> {
    // panthor_vm_page_size()
    const bytes = Math.ceil(size / PAGE_SIZE) * PAGE_SIZE;
    const bo = device.gem.create(bytes, boFlags, vm);
    // panthor_gem_kernel_bo_set_label()
    bo.label = label;
    bo.unreclaimable = true;
    const node = vm.allocVa(AUTO_VA, bytes);
    if (typeof node === 'number') {
      bo.put();
      return node;
    }
    const ret = yield* mapBoRange(vm, bo, 0, bytes, node.start, mapFlags);
    if (ret !== 0) {
      vm.freeVa(node);
      bo.put();
      return ret;
    }
    return new KernelBo(vm, bo, node);
  }

  /** GPU address of its first byte. */
  get va(): number {
    return this.#node.start;
  }

  /** Bytes. */
  get size(): number {
    return this.bo.size;
  }

  /** panthor_kernel_bo_destroy() */
  *destroy(): Op<void> {
    yield* unmapRange(this.vm, this.#node.start, this.#node.size);
    this.vm.freeVa(this.#node);
    this.bo.put();
    yield* this.vm.put();
  }
}
