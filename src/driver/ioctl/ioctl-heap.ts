/** TILER_HEAP_CREATE and TILER_HEAP_DESTROY: panthor_drv.c. */
import { EINVAL, ENOENT } from '../../../uapi/errno.ts';
import { drm_panthor_tiler_heap_create, drm_panthor_tiler_heap_destroy } from '../../../uapi/panthor_drm.ts';
import type { Op } from '../../coroutine/op.ts';
import { setU64 } from '../base/u64.ts';
import type { PanthorVm } from '../mmu/vm.ts';
import { HeapPool, heapPool } from '../sched/heap.ts';
import type { PanthorDrv } from './drv.ts';
import type { IoctlHandler } from './entry.ts';

/** panthor_vm_get_heap_pool(vm, true): made when the first heap is asked for, even if that is then refused. */
function* poolFor(drv: PanthorDrv, vm: PanthorVm): Op<HeapPool | number> {
  yield* vm.heapsLock.lock();
  let pool: HeapPool | number = heapPool(vm) ?? -EINVAL;
  if (vm.heapPool === null && !vm.destroyed) {
    // GPU_L2_FEATURES_LINE_SIZE()
    const cacheLine = 2 ** (drv.gpu.l2_features & 0xff);
    pool = yield* HeapPool.create(drv.device, vm, cacheLine);
    if (typeof pool !== 'number') vm.heapPool = pool;
  }
  vm.heapsLock.unlock();
  return pool;
}

/** panthor_ioctl_tiler_heap_create(): the handle has the VM in its upper half. */
export const tilerHeapCreate: IoctlHandler = function* (drv, file, _mem, view, at) {
  const { off } = drm_panthor_tiler_heap_create;
  const vmId = view.getUint32(at + off.vm_id, true);
  const vm = yield* file.vms.getVm(vmId);
  if (vm === undefined) return -EINVAL;
  const pool = yield* poolFor(drv, vm);
  if (typeof pool === 'number') {
    yield* vm.put();
    return pool;
  }
  const out = { firstChunkVa: 0 };
  const args = {
    initialChunkCount: view.getUint32(at + off.initial_chunk_count, true),
    chunkSize: view.getUint32(at + off.chunk_size, true),
    maxChunks: view.getUint32(at + off.max_chunks, true),
    targetInFlight: view.getUint32(at + off.target_in_flight, true),
  };
  const id = yield* pool.createHeap(args, out);
  if (out.firstChunkVa !== 0) setU64(view, at + off.first_heap_chunk_gpu_va, out.firstChunkVa);
  if (id >= 0) {
    view.setUint32(at + off.handle, (vmId << 16) | id, true);
    setU64(view, at + off.tiler_heap_ctx_gpu_va, pool.contextVa(id));
  }
  yield* vm.put();
  return Math.min(id, 0);
};

/** panthor_ioctl_tiler_heap_destroy() */
export const tilerHeapDestroy: IoctlHandler = function* (_drv, file, _mem, view, at) {
  const { off } = drm_panthor_tiler_heap_destroy;
  if (view.getUint32(at + off.pad, true) !== 0) return -EINVAL;
  const handle = view.getUint32(at + off.handle, true);
  const vm = yield* file.vms.getVm(handle >>> 16);
  if (vm === undefined) return -EINVAL;
  yield* vm.heapsLock.lock();
  const pool = heapPool(vm);
  vm.heapsLock.unlock();
  const ret = pool === null ? -ENOENT : yield* pool.destroyHeap(handle & 0xffff);
  yield* vm.put();
  return ret;
};
