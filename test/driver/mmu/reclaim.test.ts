/** Reclaim of 7.2 and later, and what single calls answer: kernels.md's differences 2, 5, 6, 7 and 8. */
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/coroutine/op.ts';
import { PanthorDevice } from '../../../src/driver/device.ts';
import type { GemObject } from '../../../src/driver/gem/gem.ts';
import { gpuProfile } from '../../../src/driver/gpu-profile.ts';
import { kernel } from '../../../src/driver/kernels.ts';
import { transcfg } from '../../../src/driver/mmu/memattr.ts';
import type { PanthorVm } from '../../../src/driver/mmu/vm.ts';
import { evictBoMappings, restoreVmas, tryEvict } from '../../../src/driver/mmu/vm-reclaim.ts';
import { registerName } from '../../../src/hw/registers.ts';
import { EBUSY, EDEADLK, EINVAL, ENOENT, ENOMEM } from '../../../uapi/errno.ts';
import {
  DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP,
  drm_panthor_vm_bind_op,
} from '../../../uapi/panthor_drm.ts';
import { filled, structs } from '../ioctl/arguments.ts';
import { SchedClient } from '../sched/submitter.ts';

const MIB = 1024 * 1024;
const SIZE = 4 * MIB;

/** A client whose VM 1 has object 1 mapped at 16 MiB. */
function mapped(options = {}): { c: SchedClient; vm: PanthorVm; bo: GemObject } {
  const c = new SchedClient(options);
  c.make('BO_CREATE', { size: SIZE }, 'handle');
  expect(bind(c, { bo_handle: 1, va: 16 * MIB, size: SIZE })).toBe(0);
  return { c, vm: c.file.vms.get(1) as PanthorVm, bo: c.file.lookupGem(1) as GemObject };
}

function bind(c: SchedClient, op: { [field: string]: number }): number {
  return c.call('VM_BIND', { vm_id: 1, ops: structs(drm_panthor_vm_bind_op, op) });
}

describe('reclaim', () => {
  it('unmaps what it takes, leaves the mapping, and a submission brings it back', () => {
    const { c, vm, bo } = mapped();
    c.group();
    expect(run(tryEvict(c.drv.device, bo))).toBe(true);
    expect([vm.pgtable.isMapped(16 * MIB), vm.vmas.evictedCount, bo.run]).toEqual([false, 1, -1]);
    expect(c.submit(1)).toBe(0);
    expect([vm.pgtable.isMapped(16 * MIB), vm.vmas.evictedCount, vm.unusable]).toEqual([true, 0, false]);
    expect(vm.lockedSize).toBe(0);
  });

  it('locks, unmaps and unlocks the region of each mapping of an active VM, and the restore does too', () => {
    const { c, vm, bo } = mapped();
    expect(bind(c, { bo_handle: 1, va: 64 * MIB, size: SIZE })).toBe(0);
    run(vm.active());
    const writes: string[] = [];
    c.drv.device.regs.trace = {
      read: () => {},
      write: (offset, value) => {
        const name = registerName(offset);
        if (/LOCKADDR_LO|_COMMAND/.test(name))
          writes.push(`${name.replace('AS1_', '')} ${value.toString(16)}`);
      },
    };
    expect(run(tryEvict(c.drv.device, bo))).toBe(true);
    const lockUnlock = [
      'LOCKADDR_LO 1000015',
      'COMMAND 2',
      'COMMAND 3',
      'LOCKADDR_LO 4000015',
      'COMMAND 2',
      'COMMAND 3',
    ];
    expect(writes.filter((line) => !line.startsWith('GPU'))).toEqual(lockUnlock);
    writes.length = 0;
    expect(run(restoreVmas(vm))).toBe(0);
    expect(writes.filter((line) => !line.startsWith('GPU')).sort()).toEqual(lockUnlock.sort());
    expect([...c.drv.device.warnings]).toEqual([]);
  });

  it('does not exist before 7.2, and leaves imported objects and those of the kernel alone', () => {
    const old = mapped({ kernel: '7.1' });
    expect(run(tryEvict(old.c.drv.device, old.bo))).toBe(false);
    const { c, vm, bo } = mapped();
    bo.imported = true;
    expect(run(tryEvict(c.drv.device, bo))).toBe(false);
    const group = c.group();
    expect(run(tryEvict(c.drv.device, group.syncobjs.bo))).toBe(false);
    expect(vm.vmas.evictedCount).toBe(0);
  });

  it('only tries for op_lock', () => {
    const { c, vm, bo } = mapped();
    run(vm.opLock.lock());
    expect(run(evictBoMappings(c.drv.device, bo))).toBe(-EDEADLK);
    vm.opLock.unlock();
    expect(run(evictBoMappings(c.drv.device, bo))).toBe(0);
  });

  it('makes a submission ENOMEM where there are no pages or tables', () => {
    const { c, vm, bo } = mapped();
    c.group();
    run(tryEvict(c.drv.device, bo));
    c.drv.device.machine.memory.oom = () => true;
    expect(c.submit(1)).toBe(-ENOMEM);
    expect(vm.vmas.evictedCount).toBe(1);
    c.drv.device.machine.memory.oom = null;
    expect(c.submit(1)).toBe(0);
    expect(vm.pgtable.isMapped(16 * MIB)).toBe(true);
  });

  it('leaves parts of an evicted mapping evicted, without touching page tables', () => {
    const { c, vm, bo } = mapped();
    run(tryEvict(c.drv.device, bo));
    const { unmapCalls } = c.drv.device.mmu.stats;
    const flags = DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP;
    expect(bind(c, { flags, va: 17 * MIB, size: MIB })).toBe(0);
    expect([vm.vmas.count, vm.vmas.evictedCount, c.drv.device.mmu.stats.unmapCalls]).toEqual([
      2,
      2,
      unmapCalls,
    ]);
    expect(run(restoreVmas(vm))).toBe(0);
    expect([16, 17, 18].map((mib) => vm.pgtable.isMapped(mib * MIB))).toEqual([true, false, true]);
    run(tryEvict(c.drv.device, bo));
    expect(bind(c, { flags, va: 16 * MIB, size: SIZE })).toBe(0);
    expect([vm.vmas.count, vm.vmas.evictedCount, [...c.drv.device.warnings.keys()]]).toEqual([0, 0, []]);
  });

  it('maps a new mapping of the object at once, beside those that are evicted', () => {
    const { c, vm, bo } = mapped();
    run(tryEvict(c.drv.device, bo));
    expect(bind(c, { bo_handle: 1, va: 64 * MIB, size: SIZE })).toBe(0);
    expect([vm.pgtable.isMapped(64 * MIB), vm.vmas.evictedCount]).toEqual([true, 1]);
  });
});

describe('a sparse map', () => {
  it.each([
    [2 ** 39, true],
    [2 ** 40, false],
    [2 ** 41, false],
  ])('of %i bytes: whether page tables are asked for before it is ENOMEM: %s', (size, asks) => {
    const c = new SchedClient({ kernel: '7.3' });
    const flags = DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE | DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC;
    let asked = false;
    c.drv.device.machine.memory.oom = () => {
      asked = true;
      return true;
    };
    expect(bind(c, { flags, va: 0, size })).toBe(-ENOMEM);
    expect(asked).toBe(asks);
  });
});

describe('syncobj arrays', () => {
  it.each([
    [524_288, -ENOENT],
    [524_289, -ENOMEM],
    [1_048_577, -ENOMEM],
  ])('of %i handles: %i', (count, ret) => {
    const c = new SchedClient();
    c.make('SYNCOBJ_CREATE', {}, 'handle');
    expect(c.call('SYNCOBJ_RESET', { handles: filled(count * 4), count_handles: count })).toBe(ret);
  });
});

describe('ACE-Lite coherency', () => {
  it('is in MEMATTR and TRANSCFG of a GPU that selected it', () => {
    const gpu = { ...gpuProfile('g610'), selected_coherency: 0 };
    for (const [profile, coherent] of [
      [gpu, true],
      [{ ...gpu, selected_coherency: 31 }, false],
    ] as const) {
      const device = new PanthorDevice({ kernel: kernel('7.2'), gpu: profile });
      expect(device.params.coherent).toBe(coherent);
      expect(device.mmu.memattr[0].toString(16)).toBe(coherent ? '9c4c9f4c' : '8c4c8f4c');
    }
    expect((transcfg(48, true) ^ transcfg(48, false)) >>> 0).toBe(2 << 28);
  });
});

describe('heaps', () => {
  it('beyond the 128th are EBUSY, after the address of a first chunk was written', () => {
    const c = new SchedClient();
    const heap = {
      vm_id: 1,
      initial_chunk_count: 1,
      chunk_size: 0x20000,
      max_chunks: 2,
      target_in_flight: 1,
    };
    for (let i = 0; i < 128; i++) c.make('TILER_HEAP_CREATE', heap, 'handle');
    expect(c.call('TILER_HEAP_CREATE', heap)).toBe(-EBUSY);
    expect(c.out('TILER_HEAP_CREATE', 'first_heap_chunk_gpu_va')).toBeGreaterThan(0);
    expect(c.out('TILER_HEAP_CREATE', 'tiler_heap_ctx_gpu_va')).toBe(0);
    expect(c.call('TILER_HEAP_CREATE', { ...heap, initial_chunk_count: 3 })).toBe(-EINVAL);
    expect(c.out('TILER_HEAP_CREATE', 'first_heap_chunk_gpu_va')).toBe(0);
    expect(c.call('TILER_HEAP_DESTROY', { handle: 0x10000 + 200 })).toBe(-EINVAL);
  });
});
