import { describe, expect, test } from 'vitest';
import { run } from '../../../src/coroutine/op.ts';
import type { PanthorVm } from '../../../src/driver/mmu/vm.ts';
import { type HeapPool, heapPool } from '../../../src/driver/sched/heap.ts';
import { EBUSY, EINVAL, ENOMEM } from '../../../uapi/errno.ts';
import { TestClient } from '../client.ts';
import { heapArg, KIB, MIB } from '../ioctl/bad-ioctls/row.ts';

function client(): { c: TestClient; vm: PanthorVm; live: number } {
  const c = new TestClient();
  c.make('VM_CREATE', {}, 'id');
  return { c, vm: c.file.vms.get(1) as PanthorVm, live: c.drv.device.gem.live };
}

describe('a tiler heap', () => {
  test('has a handle of VM and number, lowest free from 0', () => {
    const { c } = client();
    expect(c.make('TILER_HEAP_CREATE', heapArg(), 'handle')).toBe(0x10000);
    expect(c.make('TILER_HEAP_CREATE', heapArg(), 'handle')).toBe(0x10001);
    expect(c.call('TILER_HEAP_DESTROY', { handle: 0x10000 })).toBe(0);
    expect(c.make('TILER_HEAP_CREATE', heapArg(), 'handle')).toBe(0x10000);
  });

  test('has its context a cache line after the one before, and its chunks in the kernel’s part', () => {
    const { c, vm } = client();
    const context = c.make('TILER_HEAP_CREATE', heapArg(), 'tiler_heap_ctx_gpu_va');
    expect(context).toBeGreaterThanOrEqual(vm.userVaRange);
    expect(c.make('TILER_HEAP_CREATE', heapArg(), 'tiler_heap_ctx_gpu_va')).toBe(context + 64);
    expect(c.out('TILER_HEAP_CREATE', 'first_heap_chunk_gpu_va') % (2 * MIB)).toBe(0);
  });

  test('begins with its chunks linked from the newest to the oldest', () => {
    const { c, vm } = client();
    const first = c.make('TILER_HEAP_CREATE', heapArg({ initial_chunk_count: 3 }), 'first_heap_chunk_gpu_va');
    const chunks = [...(heapPool(vm)?.heaps.get(0)?.chunks ?? [])].reverse();
    expect(chunks.map(({ va }) => va)[0]).toBe(first);
    const links = chunks.map(({ contents }) => contents.read64(0));
    expect(links).toEqual([chunks[1].va + 512, chunks[2].va + 512, 0]);
  });

  test('gives everything back when it is destroyed, but the pool', () => {
    const { c, live } = client();
    c.make('TILER_HEAP_CREATE', heapArg(), 'handle');
    expect(c.drv.device.gem.live).toBe(live + 6);
    c.call('TILER_HEAP_DESTROY', { handle: 0x10000 });
    expect(c.drv.device.gem.live).toBe(live + 1);
    c.call('VM_DESTROY', { id: 1 });
    expect(c.drv.device.gem.live).toBe(live);
  });

  test('goes with its VM', () => {
    const { c, vm, live } = client();
    c.make('TILER_HEAP_CREATE', heapArg(), 'handle');
    c.call('VM_DESTROY', { id: 1 });
    expect([c.drv.device.gem.live, vm.freed]).toEqual([live, true]);
    expect(c.call('TILER_HEAP_DESTROY', { handle: 0x10000 })).toBe(-EINVAL);
  });

  test('makes the pool even when it is refused itself', () => {
    const { c, live } = client();
    expect(c.call('TILER_HEAP_CREATE', heapArg({ chunk_size: 1 }))).toBe(-EINVAL);
    expect(c.drv.device.gem.live).toBe(live + 1);
    // With a pool an unknown heap is EINVAL (panthor_heap_destroy_locked() of 6.12.117, 7.2.13 and 7.3.4), no longer ENOENT.
    expect(c.call('TILER_HEAP_DESTROY', { handle: 0x10000 })).toBe(-EINVAL);
  });

  test('is one of 128 in its VM', () => {
    const { c } = client();
    const small = heapArg({ initial_chunk_count: 1, chunk_size: 128 * KIB });
    for (let i = 0; i < 128; i++) expect(c.make('TILER_HEAP_CREATE', small, 'handle')).toBe(0x10000 + i);
    const { live } = c.drv.device.gem;
    expect(c.call('TILER_HEAP_CREATE', small)).toBe(-EBUSY);
    expect(c.drv.device.gem.live).toBe(live);
  });
});

describe('growing', () => {
  function heap(max = 7): { pool: HeapPool; context: number } {
    const { c, vm } = client();
    const args = heapArg({ max_chunks: max, target_in_flight: 2 });
    const context = c.make('TILER_HEAP_CREATE', args, 'tiler_heap_ctx_gpu_va');
    return { pool: heapPool(vm) as HeapPool, context };
  }

  test('adds chunks, whose size is in the low bits of what is returned, up to the limit', () => {
    const { pool, context } = heap();
    const link = run(pool.grow(context, 0));
    expect([link % 4096, link - 512]).toEqual([512, pool.heaps.get(0)?.chunks.at(-1)?.va]);
    expect(run(pool.grow(context, 2))).toBeGreaterThan(0);
    expect(run(pool.grow(context, 0))).toBe(-ENOMEM);
  });

  test('is refused with too many passes in flight, and where no heap is', () => {
    const { pool, context } = heap();
    expect(run(pool.grow(context, 3))).toBe(-ENOMEM);
    expect(run(pool.grow(context + 64, 0))).toBe(-EINVAL);
    expect(run(pool.grow(context - 64, 0))).toBe(-EINVAL);
  });
});
