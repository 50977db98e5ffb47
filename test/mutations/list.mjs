/**
 * Mistakes that one could make in the driver. Each is a text in a file that is there exactly once, what it becomes, and the
 * suites of suites.ts that have to notice; see run.mjs.
 */

/** @typedef {{ name: string, file: string, from: string, to: string, caughtBy: string[] }} Mutation */

/** @type {Mutation[]} */
export const MUTATIONS = [
  // Locks and regions
  {
    name: 'op_lock is not released after an operation',
    file: 'src/driver/mmu/vm-op.ts',
    from: '  vm.opLock.unlock();\n  return ret;',
    to: '  return ret;',
    caughtBy: ['small-world', 'lives'],
  },
  {
    name: 'slots_lock is not released after a region is locked',
    file: 'src/driver/mmu/vm-region.ts',
    from: '  mmu.slotsLock.unlock();\n  return ret;\n}\n\n/** panthor_vm_unlock_region',
    to: '  return ret;\n}\n\n/** panthor_vm_unlock_region',
    caughtBy: ['small-world', 'lives'],
  },
  {
    name: 'slots_lock is not released by vm_idle when the last user goes',
    file: 'src/driver/mmu/mmu.ts',
    from: '    vm.activeCount = 0;\n    this.slotsLock.unlock();',
    to: '    vm.activeCount = 0;',
    caughtBy: ['lives'],
  },
  {
    name: 'the region stays locked after an operation',
    file: 'src/driver/mmu/vm-op.ts',
    from: '    if (b.lockAroundOp) yield* unlockRegion(vm);\n',
    to: '',
    caughtBy: ['small-world', 'lives'],
  },
  {
    name: 'the region is unlocked before the page tables change',
    file: 'src/driver/mmu/vm-op.ts',
    from: '    if (type === DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP) ret = yield* smUnmap(vm, ctx);',
    to: '    if (b.lockAroundOp) yield* unlockRegion(vm);\n    if (type === DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP) ret = yield* smUnmap(vm, ctx);',
    caughtBy: ['small-world', 'lives'],
  },
  {
    name: 'locked_region is not forgotten on unlock',
    file: 'src/driver/mmu/vm-region.ts',
    from: '  vm.lockedStart = 0;\n  vm.lockedSize = 0;\n',
    to: '',
    caughtBy: ['small-world', 'lives'],
  },
  {
    name: 'UNLOCK comes before the cache flush',
    file: 'src/driver/mmu/vm-region.ts',
    from: `      ret = yield* device.gpu.flushCaches();
      if (ret === 0) ret = yield* mmu.sendCmdAndWait(vm.as, AS_COMMAND_UNLOCK);`,
    to: `      ret = yield* mmu.sendCmdAndWait(vm.as, AS_COMMAND_UNLOCK);
      if (ret === 0) ret = yield* device.gpu.flushCaches();`,
    caughtBy: ['vectors'],
  },
  {
    name: 'a failed LOCK is recorded as if it had taken hold',
    file: 'src/driver/mmu/vm-region.ts',
    from: '  if (b.recordLockAfterSuccess && ret === 0) {',
    to: '  if (b.recordLockAfterSuccess) {',
    caughtBy: ['lives'],
  },
  {
    name: 'a wider lock forgets the start of the narrower one',
    file: 'src/driver/mmu/vm-region.ts',
    from: 'const first = Math.min(start, vm.lockedStart);',
    to: 'const first = start;',
    caughtBy: ['lives'],
  },
  {
    name: 'the locked region is not widened for the rest of a block',
    file: 'src/driver/mmu/vm-steps.ts',
    from: '      yield* lockRegion(vm, start, end - start);\n',
    to: '',
    caughtBy: ['small-world', 'lives'],
  },
  {
    name: 'LOCKADDR covers one byte less at a power of two',
    file: 'src/driver/mmu/region.ts',
    from: '  if (width < MIN_WIDTH) width = MIN_WIDTH;\n  width--;\n  if (width < 32) {',
    to: '  if (width < MIN_WIDTH) width = MIN_WIDTH;\n  width -= 2;\n  if (width < 32) {',
    caughtBy: ['documented', 'lives'],
  },
  {
    name: 'LOCKADDR is computed from the byte after the last one',
    file: 'src/driver/mmu/region.ts',
    from: '  const last = start + size - 1;\n  if (last >= 2 ** 53) {',
    to: '  const last = start + size;\n  if (last >= 2 ** 53) {',
    caughtBy: ['vectors'],
  },

  // Slots
  {
    name: 'the LRU list keeps a VM that became active',
    file: 'src/driver/mmu/mmu.ts',
    from: '      vm.activeCount = 1;\n      this.lruRemove(vm);',
    to: '      vm.activeCount = 1;',
    caughtBy: ['lives'],
  },
  {
    name: 'the VM that was idle last is evicted first',
    file: 'src/driver/mmu/mmu.ts',
    from: 'const victim = this.lru[0];',
    to: 'const victim = this.lru[this.lru.length - 1];',
    caughtBy: ['lives'],
  },
  {
    name: 'the faulty mask is not cleared when the slot is enabled again',
    file: 'src/driver/mmu/mmu.ts',
    from: '      this.faultyMask &= ~bit;\n      if (!b.maskPerSlot) {',
    to: '      if (!b.maskPerSlot) {',
    caughtBy: ['lives'],
  },
  {
    name: 'a resume keeps the faulty mask',
    file: 'src/driver/mmu/mmu.ts',
    from: '    this.allocMask = 0;\n    this.faultyMask = 0;\n    this.slotsLock.unlock();\n    yield* this.irq.resume();',
    to: '    this.allocMask = 0;\n    this.slotsLock.unlock();\n    yield* this.irq.resume();',
    caughtBy: ['lives'],
  },
  {
    name: 'a slot that was released stays allocated',
    file: 'src/driver/mmu/mmu.ts',
    from: '    this.allocMask &= ~(1 << vm.as);\n',
    to: '',
    caughtBy: ['lives'],
  },
  {
    name: 'a fault does not disable the slot',
    file: 'src/driver/mmu/mmu.ts',
    from: '      this.stats.faults++;\n      yield* this.disableAs(as, false);',
    to: '      this.stats.faults++;',
    caughtBy: ['lives'],
  },
  {
    name: 'a command that times out schedules no reset',
    file: 'src/driver/mmu/mmu.ts',
    from: '    this.#device.scheduleReset();\n    return -ETIMEDOUT;',
    to: '    return -ETIMEDOUT;',
    caughtBy: ['lives'],
  },
  {
    name: 'a command is issued although the slot is not ready',
    file: 'src/driver/mmu/mmu.ts',
    from: '    const ret = yield* this.waitReady(as);\n    if (ret === 0) {',
    to: '    const ret = yield* this.waitReady(as);\n    {',
    caughtBy: ['vectors'],
  },
  {
    name: 'a VM that goes leaves itself in the LRU list',
    file: 'src/driver/mmu/vm.ts',
    from: '      mmu.lruRemove(this);\n',
    to: '',
    caughtBy: ['lives'],
  },

  // Split and merge
  {
    name: 'what is left behind a cut keeps the offset of the whole',
    file: 'src/driver/mmu/gpuvm.ts',
    from: 'offset: offset + (end - va) };',
    to: 'offset };',
    caughtBy: ['small-world', 'lives'],
  },
  {
    name: 'what is left before a cut is as long as what follows it',
    file: 'src/driver/mmu/gpuvm.ts',
    from: 'prev = { va, range: start - va, offset };',
    to: 'prev = { va, range: vaEnd - start, offset };',
    caughtBy: ['small-world', 'lives'],
  },
  {
    name: 'a mapping that begins where the request does is cut, not replaced',
    file: 'src/driver/mmu/gpuvm.ts',
    from: 'if (va >= start && vaEnd <= end) return',
    to: 'if (va > start && vaEnd <= end) return',
    caughtBy: ['documented'],
  },
  {
    name: 'keep does not look at the object',
    file: 'src/driver/mmu/gpuvm.ts',
    from: 'const keep = vmas.bo[id] === serial && ',
    to: 'const keep = ',
    caughtBy: ['documented'],
  },
  {
    name: 'the right part of a cut is inserted before the left one',
    file: 'src/driver/mmu/vm.ts',
    from: 'for (const part of [prev, next]) {',
    to: 'for (const part of [next, prev]) {',
    caughtBy: ['small-world', 'lives'],
  },
  {
    name: 'what is left behind a cut of a sparse mapping keeps a plain offset',
    file: 'src/driver/mmu/vm-steps.ts',
    from: '  if (sparse && next !== null) next.offset = next.va & (SZ_2M - 1);\n',
    to: '',
    caughtBy: ['small-world', 'lives'],
  },
  {
    name: 'the part of a block that is mapped again starts at the offset of the whole',
    file: 'src/driver/mmu/vm-steps.ts',
    from: 'sparse ? start & (SZ_2M - 1) : prev.offset + start - prev.va;',
    to: 'sparse ? start & (SZ_2M - 1) : prev.offset;',
    caughtBy: ['partial', 'lives'],
  },
  {
    name: 'a block that begins where its mapping does is not unmapped whole',
    file: 'src/driver/mmu/vm-steps.ts',
    from: 'blockStart < first && prev.va <= blockStart',
    to: 'blockStart < first && prev.va < blockStart',
    caughtBy: ['documented', 'lives'],
  },
  {
    name: 'a mapping that goes keeps its object',
    file: 'src/driver/mmu/vm.ts',
    from: '    vmas.release(id);\n    this.refs--;\n    bo.put();\n  }\n\n  /** drm_gpuva_remap()',
    to: '    vmas.release(id);\n    this.refs--;\n  }\n\n  /** drm_gpuva_remap()',
    caughtBy: ['small-world', 'lives'],
  },
  {
    name: 'a mapping that is cut keeps its reference to the VM',
    file: 'src/driver/mmu/vm.ts',
    from: '    vmas.release(id);\n    this.refs--;\n    bo.put();\n  }\n\n  /** panthor_vm_free()',
    to: '    vmas.release(id);\n    bo.put();\n  }\n\n  /** panthor_vm_free()',
    caughtBy: ['small-world', 'lives'],
  },

  // The store of VMAs
  {
    name: 'a block of VMAs that loses its first one keeps the old address',
    file: 'src/driver/mmu/vma-store.ts',
    from: '    if (ci === 0) this.#first[at] = vas[this.#base(block)];\n',
    to: '',
    caughtBy: ['vma-store'],
  },
  {
    name: 'the cursor stays in its block after the last VMA there is removed',
    file: 'src/driver/mmu/vma-store.ts',
    from: '    if (ci >= n) {',
    to: '    if (ci > n) {',
    caughtBy: ['small-world', 'lives'],
  },
  {
    name: 'the cursor does not follow its place into the other half of a block',
    file: 'src/driver/mmu/vma-store.ts',
    from: '      this.#cb++;\n      this.#ci -= half;',
    to: '      this.#cb++;',
    caughtBy: ['vma-store'],
  },
  {
    name: 'the cursor stays beyond the end of a block after an insertion there',
    file: 'src/driver/mmu/vma-store.ts',
    from: '    if (++this.#ci > n) {',
    to: '    if (++this.#ci > n + 1) {',
    caughtBy: ['small-world', 'lives'],
  },

  // Pages
  {
    name: 'exactly 2 MiB are mapped page by page',
    file: 'src/driver/mmu/vm-pages.ts',
    from: 'if (toBlock !== 0 || size < SZ_2M) {',
    to: 'if (toBlock !== 0 || size <= SZ_2M) {',
    caughtBy: ['documented', 'partial'],
  },
  {
    name: 'the physical address has no say in the page size',
    file: 'src/driver/mmu/vm-pages.ts',
    from: 'getPgsize(iova | pa, len)',
    to: 'getPgsize(iova, len)',
    caughtBy: ['documented', 'lives'],
  },
  {
    name: 'each piece of an object is begun at the offset of the first',
    file: 'src/driver/mmu/vm-pages.ts',
    from: '    size -= len;\n    skip = 0;',
    to: '    size -= len;',
    caughtBy: ['lives'],
  },
  {
    name: 'a failed map leaves the pages that it had mapped',
    file: 'src/driver/mmu/vm-pages.ts',
    from: '    yield* unmapPages(vm, start, mapped);\n    yield* declareUnusable(vm);',
    to: '    yield* declareUnusable(vm);',
    caughtBy: ['vectors'],
  },
  {
    name: 'a sparse piece does not end where the dummy object does',
    file: 'src/driver/mmu/vm-pages.ts',
    from: 'left < SZ_2M - offset ? left : SZ_2M - offset;',
    to: 'left < SZ_2M ? left : SZ_2M;',
    caughtBy: ['small-world', 'lives'],
  },
  {
    name: 'NOEXEC gets the bit of UNCACHED',
    file: 'src/driver/mmu/vm-steps.ts',
    from: '((flags & DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED) === 0 ? IOMMU_CACHE : 0)',
    to: '((flags & DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC) === 0 ? IOMMU_CACHE : 0)',
    caughtBy: ['small-world', 'lives'],
  },

  // Page tables
  {
    name: 'a table page is freed twice',
    file: 'src/driver/mmu/io-pgtable.ts',
    from: '    this.#leafHi = -1;\n    this.#memory.free(page);',
    to: '    this.#leafHi = -1;\n    this.#memory.free(page);\n    this.#memory.free(page);',
    caughtBy: ['small-world', 'lives'],
  },
  {
    name: 'a table that was freed is still taken for the last one mapped into',
    file: 'src/driver/mmu/io-pgtable.ts',
    from: '    this.#leafHi = -1;\n    this.#memory.free(page);',
    to: '    this.#memory.free(page);',
    caughtBy: ['partial', 'lives'],
  },
  {
    name: 'an empty table that a block replaces is not freed',
    file: 'src/driver/mmu/io-pgtable.ts',
    from: '      words[at + 1] = 0;\n      this.#freeTable(table, 3);',
    to: '      words[at + 1] = 0;',
    caughtBy: ['documented', 'lives'],
  },
  {
    name: 'a block that is split goes on one page too early behind the hole',
    file: 'src/driver/mmu/io-pgtable.ts',
    from: 'ENTRIES - rest, pa + rest * SZ_4K, SZ_4K',
    to: 'ENTRIES - rest, pa + (rest - 1) * SZ_4K, SZ_4K',
    caughtBy: ['documented', 'lives'],
  },
  {
    name: 'a block that is split becomes executable',
    file: 'src/driver/mmu/io-pgtable.ts',
    from: '    const attrHi = blockHi & 0xffff0000;',
    to: '    const attrHi = 0;',
    caughtBy: ['lives'],
  },
  {
    name: 'tables of the last level are not set aside for a map',
    file: 'src/driver/mmu/vm-op.ts',
    from: ' + blocks(va, end, 2 ** -21);',
    to: ';',
    caughtBy: ['small-world', 'lives'],
  },
  {
    name: 'no table is set aside for the beginning of an unmap within a block',
    file: 'src/driver/mmu/vm-op.ts',
    from: '  if ((va & (SZ_2M - 1)) !== 0) tables++;\n',
    to: '',
    caughtBy: ['partial', 'lives'],
  },
  {
    name: 'tables that were set aside and not used are not given back',
    file: 'src/driver/mmu/vm-op.ts',
    from: '    this.#memory.unreserve(this.tables);\n',
    to: '',
    caughtBy: ['small-world', 'lives'],
  },

  // Objects
  {
    name: 'a map begins at the start of a piece although its offset is within it',
    file: 'src/driver/mmu/vm-pages.ts',
    from: 'let skip = i < entries ? offset - sgt.start[i] : 0;',
    to: 'let skip = 0;',
    caughtBy: ['documented', 'lives'],
  },
  {
    name: 'a folio of 2 MiB is not taken for a huge one',
    file: 'src/driver/gem/sg.ts',
    from: 'if (folio >= SZ_2M) {',
    to: 'if (folio > SZ_2M) {',
    caughtBy: ['documented', 'lives'],
  },
  {
    name: 'a VM uses the dummy object without a reference to it',
    file: 'src/driver/mmu/vm-pool.ts',
    from: 'vm.dummy = this.dummy?.get() ?? null;',
    to: 'vm.dummy = this.dummy;',
    caughtBy: ['lives'],
  },
];
