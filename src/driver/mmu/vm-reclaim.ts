/**
 * Reclaim of 7.2 and later: memory pressure takes the pages of objects away, and the mappings of VMs with them
 * (panthor_vm_evict_bo_mappings_locked()); a submission brings them back (panthor_vm_prepare_mapped_bos_resvs()).
 */
import { EDEADLK, ENOMEM } from '../../../uapi/errno.ts';
import type { Op } from '../../coroutine/op.ts';
import type { PanthorDevice } from '../device.ts';
import type { GemObject } from '../gem/gem.ts';
import type { PanthorVm } from './vm.ts';
import { unmapPages } from './vm-pages.ts';
import { lockRegion, unlockRegion } from './vm-region.ts';
import { execMapOp } from './vm-steps.ts';

/** VMAs of `vm` that map `bo` and are evicted, or are not, by address. */
function vmasOf(vm: PanthorVm, bo: GemObject, evicted: boolean): number[] {
  const { vmas } = vm;
  return [...vmas.ids()].filter((id) => vmas.bo[id] === bo.serial && (vmas.evicted[id] === 1) === evicted);
}

/**
 * panthor_vm_evict_bo_mappings_locked(): unmaps every mapping of `bo`, VM by VM, each VMA under a lock of its own. 0; -EDEADLK
 * where an operation holds a VM's op_lock, which is only tried for; -ETIMEDOUT of a lock. What was unmapped stays so.
 */
export function* evictBoMappings(device: PanthorDevice, bo: GemObject): Op<number> {
  for (const vm of [...device.mmu.vms]) {
    if (!vm.vmas.maps(bo.serial)) continue;
    yield 'mutex_trylock';
    if (!vm.opLock.tryLock()) return -EDEADLK;
    let ret = 0;
    for (const id of vmasOf(vm, bo, false)) {
      const va = vm.vmas.va[id];
      const range = vm.vmas.range[id];
      ret = yield* lockRegion(vm, va, range);
      if (ret !== 0) break;
      yield* unmapPages(vm, va, range);
      yield* unlockRegion(vm);
      vm.vmas.setEvicted(id, true);
    }
    vm.opLock.unlock();
    if (ret !== 0) return ret;
  }
  return 0;
}

/**
 * panthor_gem_try_evict(): takes the pages of `bo` where nothing is in the way; whether it did. In the way are an operation
 * that has it pinned, a VM whose reservation is locked, and a job of such a VM that is not done.
 */
export function* tryEvict(device: PanthorDevice, bo: GemObject): Op<boolean> {
  if (!device.b.evictMappings || bo.imported || bo.unreclaimable || bo.pins > 0) return false;
  bo.get();
  // What maps an object refers to its VM, and the list of who does cannot change (drm_gem_object.gpuva.lock).
  const vms = device.mmu.vms.filter((vm) => vm.vmas.maps(bo.serial)).map((vm) => vm.get());
  const evicted = (yield* lockAndEvict(device, bo, vms)) && bo.pins === 0;
  if (evicted) bo.evict();
  for (const vm of vms) yield* vm.put();
  bo.put();
  return evicted;
}

function* lockAndEvict(device: PanthorDevice, bo: GemObject, vms: readonly PanthorVm[]): Op<boolean> {
  const locked: PanthorVm[] = [];
  for (const vm of vms) {
    yield 'dma_resv_trylock';
    if (vm.resv.unsignaled > 0 || !vm.resv.lock.tryLock()) break;
    locked.push(vm);
  }
  const evicted = locked.length === vms.length && (yield* evictBoMappings(device, bo)) === 0;
  for (const vm of locked) vm.resv.lock.unlock();
  return evicted;
}

/**
 * panthor_vm_prepare_mapped_bos_resvs(), drm_gpuvm_validate() with panthor_vm_bo_validate(), panthor_vm_restore_vmas() and
 * select_evicted_vma(): every evicted mapping of the VM is mapped again. 0, or -ENOMEM where
 * there are no pages or page tables for one, or -errno of the map.
 */
export function* restoreVmas(vm: PanthorVm): Op<number> {
  const { vmas, device } = vm;
  const ctx = vm.getCtx();
  let ret = 0;
  while (vmas.evictedCount > 0 && ret === 0) {
    yield* vm.opLock.lock();
    const id = [...vmas.ids()].find((one) => vmas.evicted[one] === 1);
    vm.opLock.unlock();
    if (id === undefined) break;
    const bo = (device.gem.objects[vmas.bo[id]] as GemObject).get();
    ret = bo.pin() ? yield* remapEvicted(vm, id, bo) : -ENOMEM;
    bo.put();
  }
  vm.putCtx(ctx);
  return ret;
}

/** remap_evicted_vma(): page tables are set aside without op_lock, so the VMA may be gone or back meanwhile. */
function* remapEvicted(vm: PanthorVm, id: number, bo: GemObject): Op<number> {
  const { vmas } = vm;
  const va = vmas.va[id];
  const range = vmas.range[id];
  const ctx = vm.getCtx();
  ctx.set(0, va, range, 0);
  let ret = ctx.reserveForRange() ? 0 : -ENOMEM;
  yield* vm.opLock.lock();
  if (ret === 0 && vmas.evicted[id] === 1 && vmas.va[id] === va && vmas.bo[id] === bo.serial) {
    vm.opCtx = ctx;
    ret = yield* lockRegion(vm, va, range);
    if (ret === 0) {
      ret = yield* execMapOp(vm, vmas.flags[id], bo, va, range, vmas.boOffset[id]);
      if (ret === 0) vmas.setEvicted(id, false);
      yield* unlockRegion(vm);
    }
    vm.opCtx = null;
  }
  vm.opLock.unlock();
  ctx.cleanup();
  vm.putCtx(ctx);
  return ret;
}
