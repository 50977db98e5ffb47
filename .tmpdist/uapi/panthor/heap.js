/** panthor_drm.h: tiler heaps. */
import { f, struct } from '../layout.js';
export const drm_panthor_tiler_heap_create = struct('drm_panthor_tiler_heap_create', 'creates a tiler heap', [
    f('vm_id', 'u32', 0, { unit: 'handle', doc: 'VM that the heap is mapped in' }),
    f('initial_chunk_count', 'u32', 4, { unit: 'count', doc: 'at least 1' }),
    f('chunk_size', 'u32', 8, { unit: 'bytes', hex: true, doc: 'whole pages, 128 KiB to 8 MiB' }),
    f('max_chunks', 'u32', 12, { unit: 'count', doc: 'at least initial_chunk_count' }),
    f('target_in_flight', 'u32', 16, { unit: 'count', doc: 'render passes in flight' }),
    f('handle', 'u32', 20, { dir: 'out', unit: 'handle', hex: true, doc: 'VM in 31:16, heap in 15:0' }),
    f('tiler_heap_ctx_gpu_va', 'u64', 24, { dir: 'out', unit: 'address' }),
    f('first_heap_chunk_gpu_va', 'u64', 32, { dir: 'out', unit: 'address' }),
]);
export const drm_panthor_tiler_heap_destroy = struct('drm_panthor_tiler_heap_destroy', 'destroys a tiler heap', [f('handle', 'u32', 0, { unit: 'handle', hex: true }), f('pad', 'u32', 4, { pad: true })]);
//# sourceMappingURL=heap.js.map