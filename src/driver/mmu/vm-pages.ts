/** Pages of a VM: panthor_vm_map_pages(), panthor_vm_unmap_pages(), panthor_vm_map_sparse(). op_lock is held. */

import { EINVAL, ENOMEM } from '../../../uapi/errno.ts';
import { SZ_1G, SZ_2M, SZ_4K } from '../../../uapi/sizes.ts';
import type { Op } from '../../coroutine/op.ts';
import type { SgTable } from '../gem/sg.ts';
import type { PanthorVm } from './vm.ts';
import { checkLocked, flushRange } from './vm-region.ts';

/**
 * get_pgsize(): the pages for a piece that begins at `addr` (its low 32 bits decide; for a map iova | paddr) and has
 * `size` bytes left, up to the end of one table: that many of 4 KiB, or, negative, of 2 MiB.
 */
export function getPgsize(addr: number, size: number): number {
  const toBlock = -addr & (SZ_2M - 1);
  if (toBlock !== 0 || size < SZ_2M) {
    return (toBlock === 0 ? size : size === 0 || toBlock < size ? toBlock : size) >>> 12;
  }
  const toTable = -addr & (SZ_1G - 1) || SZ_1G;
  return -((toTable < size ? toTable : size) >>> 21);
}

/** panthor_vm_declare_unusable(): no more maps; since 7.x the GPU loses the VM at once. */
export function* declareUnusable(vm: PanthorVm): Op<void> {
  if (vm.unusable) return;
  vm.unusable = true;
  const { device } = vm;
  if (!device.b.disableOnUnusable) return;
  yield* device.mmu.slotsLock.lock();
  if (vm.as >= 0 && device.enter()) {
    yield* device.mmu.disableAs(vm.as, false);
    device.exit();
  }
  device.mmu.slotsLock.unlock();
}

/** panthor_vm_unmap_pages(): unmaps [iova, iova + size), bytes. 0, or what a flush or a hole made of it where the kernel reports such things. */
export function* unmapPages(vm: PanthorVm, iova: number, size: number): Op<number> {
  const { device, pgtable } = vm;
  const { b, trace } = device;
  if (size === 0 && !b.flushAfterEachUpdate) return 0;
  if (b.lockAroundOp) checkLocked(vm, 'panthor_vm_unmap_pages', iova, size);
  for (let offset = 0; offset < size; ) {
    const pages = getPgsize((iova + offset) | 0, size - offset);
    const page = pages < 0 ? SZ_2M : SZ_4K;
    const count = pages < 0 ? -pages : pages;
    const asked = page * count;
    yield 'unmap_pages';
    if (device.condResched !== null) device.condResched();
    if (trace !== null) trace.beforePageTableCall();
    let done = pgtable.unmapPages(iova + offset, page, count, vm.tables);
    device.mmu.stats.unmapCalls++;
    if (trace !== null) trace.unmapped(iova + offset, page, count, done);
    if (done !== asked) {
      device.warn('panthor_vm_unmap_pages', 'short-unmap');
      if (!b.tolerateShortUnmap) {
        if (b.flushAfterEachUpdate) yield* flushRange(vm, iova, offset + done);
        return -EINVAL;
      }
      // The driver looks at iova + done here, not at iova + offset + done.
      while (done < asked && !pgtable.isMapped(iova + done)) done += SZ_4K;
      yield* declareUnusable(vm);
      if (done === 0) {
        device.warn('panthor_vm_unmap_pages', 'no-progress');
        return 0;
      }
    }
    offset += done;
  }
  return b.flushAfterEachUpdate ? yield* flushRange(vm, iova, size) : 0;
}

/** panthor_vm_map_pages(): maps `size` bytes of an object from byte `offset` on at `iova`. 0 or -errno of the page-table code or a flush. */
export function* mapPages(
  vm: PanthorVm,
  iova: number,
  prot: number,
  sgt: SgTable,
  offset: number,
  size: number,
): Op<number> {
  const { device, pgtable } = vm;
  const { b, trace } = device;
  if (size === 0) return 0;
  if (b.lockAroundOp) checkLocked(vm, 'panthor_vm_map_pages', iova, size);
  const { tables } = vm;
  const start = iova;
  const entries = sgt.pa.length;
  let i = sgt.find(offset);
  let skip = i < entries ? offset - sgt.start[i] : 0;
  for (; i < entries && size > 0; i++) {
    let pa = sgt.pa[i] + skip;
    let len = sgt.len[i] - skip;
    if (len > size) len = size;
    size -= len;
    skip = 0;
    while (len > 0) {
      const pages = getPgsize(iova | pa, len);
      const page = pages < 0 ? SZ_2M : SZ_4K;
      const count = pages < 0 ? -pages : pages;
      yield 'map_pages';
      if (device.condResched !== null) device.condResched();
      if (trace !== null) trace.beforePageTableCall();
      let ret = pgtable.mapPages(iova, pa, page, count, prot, tables);
      device.mmu.stats.mapCalls++;
      const mapped = pgtable.mapped * page;
      if (trace !== null) trace.mapped(iova, pa, page, count, ret, mapped);
      if (ret === 0 && mapped === len) {
        // The processor goes on with the next piece, whose address does not hang on what was counted here.
        iova += len;
        break;
      }
      iova += mapped;
      pa += mapped;
      len -= mapped;
      if (ret === 0 && mapped === 0) ret = -ENOMEM;
      if (ret !== 0) return yield* undoMap(vm, start, iova - start, ret);
    }
  }
  return b.flushAfterEachUpdate ? yield* flushRange(vm, start, iova - start) : 0;
}

/** What a failed map leaves: the pages it had mapped are unmapped again; since 7.x the VM is unusable too. */
function* undoMap(vm: PanthorVm, start: number, mapped: number, error: number): Op<number> {
  const { device } = vm;
  if (device.b.unusableOnMapFailure) {
    device.warn('panthor_vm_map_pages', 'map-failed');
    yield* unmapPages(vm, start, mapped);
    yield* declareUnusable(vm);
  } else if ((yield* unmapPages(vm, start, mapped)) !== 0) {
    device.warn('panthor_vm_map_pages', 'undo-failed');
  }
  return error;
}

/** panthor_vm_map_sparse(): maps the 2 MiB dummy object over [iova, iova + size), each byte to the same offset in its 2 MiB. */
export function* mapSparse(
  vm: PanthorVm,
  iova: number,
  prot: number,
  sgt: SgTable,
  size: number,
): Op<number> {
  for (let mapped = 0; mapped < size; ) {
    const at = iova + mapped;
    const offset = at & (SZ_2M - 1);
    const left = size - mapped;
    const chunk = left < SZ_2M - offset ? left : SZ_2M - offset;
    const ret = yield* mapPages(vm, at, prot, sgt, offset, chunk);
    if (ret !== 0) {
      yield* unmapPages(vm, iova, mapped);
      return ret;
    }
    mapped += chunk;
  }
  return 0;
}
