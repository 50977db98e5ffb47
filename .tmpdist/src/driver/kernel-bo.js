/** PANTHOR_VM_KERNEL_AUTO_VA: the address is the allocator's choice. */
const AUTO_VA = -1;
const PAGE_SIZE = 4096;
const contentsOf = new WeakMap();
/** What an object of the kernel's holds: pages that were never written are zero and take no room. */
export class BoContents {
    #pages = new Map();
    read32(offset) {
        return this.#pages.get(Math.floor(offset / PAGE_SIZE))?.getUint32(offset % PAGE_SIZE, true) ?? 0;
    }
    write32(offset, value) {
        this.page(offset).setUint32(offset % PAGE_SIZE, value, true);
    }
    /** The page that holds byte `offset`. */
    page(offset) {
        const page = Math.floor(offset / PAGE_SIZE);
        let view = this.#pages.get(page);
        if (view === undefined) {
            view = new DataView(new ArrayBuffer(PAGE_SIZE));
            this.#pages.set(page, view);
        }
        return view;
    }
    /** A u64 below 2^53. */
    read64(offset) {
        return this.read32(offset + 4) * 0x100000000 + this.read32(offset);
    }
    write64(offset, value) {
        this.write32(offset, value >>> 0);
        this.write32(offset + 4, Math.floor(value / 0x100000000));
    }
}
/** The contents of `bo` where it is one of the kernel's own objects; clients' memory is the clients'. */
export function kernelContents(bo) {
    return contentsOf.get(bo);
}
/** An object of the kernel's, mapped in the kernel's part of a VM: struct panthor_kernel_bo. */
export class KernelBo {
    vm;
    bo;
    contents = new BoContents();
    #node;
    constructor(vm, bo, node) {
        this.vm = vm.get();
        this.bo = bo;
        this.#node = node;
        contentsOf.set(bo, this.contents);
    }
    /**
     * panthor_kernel_bo_create()
     *
     * @param size bytes, rounded up to pages
     * @param boFlags DRM_PANTHOR_BO_*
     * @param mapFlags DRM_PANTHOR_VM_BIND_OP_MAP_*
     * @returns the object, or -errno of allocating the address (-ENOSPC) or of mapping
     */
    static *create(device, vm, size, boFlags, mapFlags, label) {
        const bytes = Math.ceil(size / PAGE_SIZE) * PAGE_SIZE;
        const bo = device.gem.create(bytes, boFlags, vm);
        bo.label = label;
        const node = vm.allocVa(AUTO_VA, bytes);
        if (typeof node === 'number') {
            bo.put();
            return node;
        }
        const ret = yield* vm.mapBoRange(bo, 0, bytes, node.start, mapFlags);
        if (ret !== 0) {
            vm.freeVa(node);
            bo.put();
            return ret;
        }
        return new KernelBo(vm, bo, node);
    }
    /** GPU address of its first byte. */
    get va() {
        return this.#node.start;
    }
    /** Bytes. */
    get size() {
        return this.bo.size;
    }
    /** panthor_kernel_bo_destroy() */
    *destroy() {
        yield* this.vm.unmapRange(this.#node.start, this.#node.size);
        this.vm.freeVa(this.#node);
        this.bo.put();
        yield* this.vm.put();
    }
}
//# sourceMappingURL=kernel-bo.js.map