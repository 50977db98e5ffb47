import { EINVAL, ENOMEM } from '../../../uapi/errno.ts';
import { DRM_PANTHOR_BO_NO_MMAP, DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC } from '../../../uapi/panthor_drm.ts';
import { PAGE_SIZE } from '../../../uapi/sizes.ts';
import { Mutex, type Op } from '../../coroutine/op.ts';
import { Idr } from '../base/idr.ts';
import type { PanthorDevice } from '../device.ts';
import type { PanthorVm } from '../mmu/vm.ts';
import { KernelBo } from './kernel-bo.ts';

const MAX_HEAPS_PER_POOL = 128;
/** sizeof the GPU's heap context, without the padding to a cache line. */
const HEAP_CONTEXT_SIZE = 32;
const CHUNK_MIN = 0x20000;
const CHUNK_MAX = 0x800000;

/** What TILER_HEAP_CREATE asks for. */
export interface HeapArgs {
  initialChunkCount: number;
  /** Bytes. */
  chunkSize: number;
  maxChunks: number;
  /** Render passes in flight beyond which the heap does not grow. */
  targetInFlight: number;
}

/** A tiler heap: struct panthor_heap. */
export interface Heap {
  readonly args: HeapArgs;
  /** Oldest first. */
  readonly chunks: KernelBo[];
}

/** The heaps of a VM, and the object with what the GPU notes about each: struct panthor_heap_pool. */
export class HeapPool {
  readonly #device: PanthorDevice;
  readonly #vm: PanthorVm;
  readonly #contexts: KernelBo;
  readonly #stride: number;
  readonly heaps = new Idr<Heap>(0, MAX_HEAPS_PER_POOL - 1);
  /** panthor_heap_pool.lock. */
  readonly #lock = new Mutex('heap_pool.lock');
  /** panthor_heap_pool_destroy() has taken its VM away. */
  #destroyed = false;

  private constructor(device: PanthorDevice, vm: PanthorVm, contexts: KernelBo, stride: number) {
    this.#device = device;
    this.#vm = vm;
    this.#contexts = contexts;
    this.#stride = stride;
  }

  /** panthor_heap_pool_create(): `cacheLine` is the GPU's, in bytes. */
  static *create(device: PanthorDevice, vm: PanthorVm, cacheLine: number): Op<HeapPool | number> {
    const stride = Math.ceil(HEAP_CONTEXT_SIZE / cacheLine) * cacheLine;
    const contexts = yield* KernelBo.create(
      device,
      vm,
      MAX_HEAPS_PER_POOL * stride,
      DRM_PANTHOR_BO_NO_MMAP,
      DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC,
      'Heap pool',
    );
    return typeof contexts === 'number' ? contexts : new HeapPool(device, vm, contexts, stride);
  }

  /**
   * panthor_heap_create(): a number from 0, lowest free first; -EINVAL for bad arguments, or where the VM was destroyed
   * meanwhile; -EBUSY beyond 128 heaps; -errno of making the chunks.
   */
  *createHeap(args: HeapArgs, out: { firstChunkVa: number }): Op<number> {
    const { chunkSize } = args;
    if (args.initialChunkCount === 0 || args.initialChunkCount > args.maxChunks) return -EINVAL;
    if (chunkSize % PAGE_SIZE !== 0 || chunkSize < CHUNK_MIN || chunkSize > CHUNK_MAX) return -EINVAL;
    if (this.#destroyed) return -EINVAL;
    const vm = this.#vm.get();
    const heap: Heap = { args, chunks: [] };
    let ret = 0;
    for (let i = 0; i < args.initialChunkCount && ret === 0; i++) ret = yield* this.#addChunk(heap, true);
    if (ret === 0) {
      // Before the heap has a number: the client sees it even where there is none.
      out.firstChunkVa = (heap.chunks.at(-1) as KernelBo).va;
      yield* this.#lock.lock();
      ret = this.#destroyed ? -EINVAL : this.heaps.alloc(heap);
      if (ret >= 0) this.#clearContext(ret);
      this.#lock.unlock();
    }
    if (ret < 0) yield* this.#freeChunks(heap);
    yield* vm.put();
    return ret;
  }

  /** panthor_heap_pool_size(): bytes of all chunks, and of what the GPU notes about heaps. */
  get size(): number {
    let bytes = this.#contexts.size;
    for (const id of this.heaps.ids()) {
      const heap = this.heaps.get(id);
      if (heap !== undefined) bytes += heap.chunks.length * heap.args.chunkSize;
    }
    return bytes;
  }

  #clearContext(id: number): void {
    for (let at = 0; at < this.#stride; at += 4) this.#contexts.contents.write32(id * this.#stride + at, 0);
  }

  /** GPU address of what the GPU notes about heap `id`. */
  contextVa(id: number): number {
    return this.#contexts.va + id * this.#stride;
  }

  /** panthor_heap_destroy(): 0, or -EINVAL for a number without a heap. A VM without a pool is the ioctl's -ENOENT. */
  *destroyHeap(id: number): Op<number> {
    yield* this.#lock.lock();
    const ret = yield* this.#destroyLocked(id);
    this.#lock.unlock();
    return ret;
  }

  /** panthor_heap_destroy_locked() */
  *#destroyLocked(id: number): Op<number> {
    const heap = this.heaps.remove(id);
    if (heap === undefined) return -EINVAL;
    yield* this.#freeChunks(heap);
    return 0;
  }

  /**
   * panthor_heap_grow(): one more chunk for the heap whose context is at `contextVa`.
   *
   * @returns what goes into the `next` field of a chunk header (address, and size in pages in bits 11:0); -EINVAL for
   *   an address that is no heap; -ENOMEM for a heap with all its chunks, or with too many render passes in flight
   */
  *grow(contextVa: number, passesInFlight: number): Op<number> {
    const heap = this.heaps.get(Math.floor((contextVa - this.#contexts.va) / this.#stride));
    if (heap === undefined) return -EINVAL;
    const { targetInFlight, maxChunks } = heap.args;
    if (passesInFlight > targetInFlight || heap.chunks.length >= maxChunks) return -ENOMEM;
    const ret = yield* this.#addChunk(heap, false);
    return ret === 0 ? link(heap.chunks.at(-1) as KernelBo) : ret;
  }

  /** panthor_heap_pool_destroy() */
  *destroy(): Op<void> {
    yield* this.#lock.lock();
    for (const id of this.heaps.ids()) yield* this.#destroyLocked(id);
    yield* this.#contexts.destroy();
    this.#destroyed = true;
    this.#lock.unlock();
  }

  /** panthor_alloc_heap_chunk(): the chunks that a heap begins with are linked, each to the one before it. */
  *#addChunk(heap: Heap, initial: boolean): Op<number> {
    const chunk = yield* KernelBo.create(
      this.#device,
      this.#vm,
      heap.args.chunkSize,
      DRM_PANTHOR_BO_NO_MMAP,
      DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC,
      'Tiler heap chunk',
    );
    if (typeof chunk === 'number') return chunk;
    const last = heap.chunks.at(-1);
    if (initial && last !== undefined) chunk.contents.write64(0, link(last));
    heap.chunks.push(chunk);
    return 0;
  }

  *#freeChunks(heap: Heap): Op<void> {
    for (const chunk of heap.chunks.splice(0).reverse()) yield* chunk.destroy();
  }
}

/** panthor_heap_chunk_header.next for a chunk: its address, whose low 12 bits say how many pages it has. */
function link(chunk: KernelBo): number {
  return chunk.va + chunk.size / PAGE_SIZE;
}

/** The heaps of a VM, if it has any. */
export function heapPool(vm: PanthorVm): HeapPool | null {
  return vm.heapPool as HeapPool | null;
}
