/** Answers of the kernel that streams of random operations on its trees brought to light (test/trees/hostile), one by one. */
import { describe, expect, it } from 'vitest';
import { PanthorDevice } from '../../../src/driver/device.ts';
import { KERNEL_NAMES, kernel } from '../../../src/driver/kernels.ts';
import { VmPool } from '../../../src/driver/mmu/vm-pool.ts';
import { VmaStore } from '../../../src/driver/mmu/vma-store.ts';
import { PhysicalMemory } from '../../../src/hw/memory.ts';
import { EINVAL, ENOENT, ENOMEM } from '../../../uapi/errno.ts';
import { drm_panthor_vm_bind_op } from '../../../uapi/panthor_drm.ts';
import { TestClient } from '../client.ts';
import { type Struct, structs } from '../ioctl/arguments.ts';

const ASYNC = 1;
const UNMAP = 0x10000000;
const MIB = 1 << 20;

/** A client with a VM and an object of 4 MiB, its binds, and what the kernel would warn of. */
function client(name: string) {
  const c = new TestClient({ kernel: name });
  c.make('VM_CREATE', {}, 'id');
  c.make('BO_CREATE', { size: 4 * MIB }, 'handle');
  const bind = (flags: number, op: Struct): number =>
    c.call('VM_BIND', { vm_id: 1, flags, ops: structs(drm_panthor_vm_bind_op, op) });
  return { c, bind, warnings: () => [...c.drv.device.warnings.keys()] };
}

describe('an empty VMA', () => {
  const at = (store: VmaStore, va: number, range: number): number => {
    const id = store.create(va, range, 1, 0, 0);
    store.insert(id);
    return id;
  };

  it('at address 0 overlaps every range: its last byte is 2^64 - 1', () => {
    const store = new VmaStore();
    const empty = at(store, 0, 0);
    const page = at(store, 0x1000, 0x1000);
    expect(store.findFirst(0x1000, 0x2000)).toBe(empty);
    expect(store.findFirst(0x100000, 0x101000)).toBe(empty);
    store.findFirst(0, 0x1000);
    store.removeAtCursor();
    expect([store.findFirst(0x1000, 0x2000), store.findFirst(0x100000, 0x101000)]).toEqual([page, -1]);
  });

  it('elsewhere overlaps what strictly contains it, and nothing else', () => {
    const store = new VmaStore();
    const empty = at(store, 0x5000, 0);
    expect(store.findFirst(0x4000, 0x6000)).toBe(empty);
    expect([store.findFirst(0x5000, 0x6000), store.findFirst(0x4000, 0x5000)]).toEqual([-1, -1]);
  });

  // drm_gpuva_insert() finds it inside the new mapping, and nothing hears of that: the pages are mapped, and no VMA says so.
  it.each(KERNEL_NAMES)(
    'at the edge of what was split keeps a map over both out of the list on %s',
    (name) => {
      const { c, bind } = client(name);
      const vm = c.file.vms.get(1);
      // Nothing there is mapped by blocks, which 6.18 does not unmap in part.
      const base = 256 * MIB + 0x10000;
      bind(0, { bo_handle: 1, va: base, size: 4 * MIB });
      bind(ASYNC, { bo_handle: 1, va: base + 4096, size: 0 });
      expect(vm?.vmas.count).toBe(3);
      expect(bind(0, { bo_handle: 1, va: base, size: MIB })).toBe(0);
      const ranges = vm?.vmas.ids().map((id) => [vm.vmas.va[id], vm.vmas.range[id]]);
      expect(ranges).toEqual([
        [base + 4096, 0],
        [base + MIB, 3 * MIB],
      ]);
      expect(vm?.pgtable.isMapped(base)).toBe(true);
    },
  );

  // What is left of it would end before it begins: the kernel unmaps 2^64 bytes less the difference.
  it.each(KERNEL_NAMES)('at 0 that an unmap far away meets on %s', (name) => {
    const { bind, warnings } = client(name);
    const { emptyReserveFails, tolerateShortUnmap } = kernel(name).behaviours;
    expect(bind(ASYNC, { bo_handle: 1, va: 0, size: 0 })).toBe(emptyReserveFails ? -ENOMEM : 0);
    expect(bind(0, { flags: UNMAP, va: 16 * MIB, size: 4096 })).toBe(emptyReserveFails ? 0 : -EINVAL);
    const endless = warnings().includes('panthor_vm_unmap_pages: never-ends');
    expect(endless).toBe(tolerateShortUnmap && !emptyReserveFails);
  });
});

describe('a VM', () => {
  const create = (device: PanthorDevice): number => new VmPool(device).create(0, 0);

  it.each([
    [33, -EINVAL],
    [35, -EINVAL],
    [36, 1],
    [40, 1],
    [48, 1],
    [52, 1],
  ])(
    'of a GPU with physical addresses of %i bits: %i, as page tables can have them or not',
    (paBits, expected) => {
      for (const name of ['6.12', '7.3'])
        expect(create(new PanthorDevice({ kernel: kernel(name), mmu: { paBits } }))).toBe(expected);
    },
  );

  it('without memory for its root table is EINVAL, not ENOMEM', () => {
    const device = new PanthorDevice({ kernel: kernel('7.2') });
    device.machine.memory.hasRoot = () => false;
    expect(create(device)).toBe(-EINVAL);
  });

  it('that is destroyed is no VM: EINVAL', () => {
    const { c, bind } = client('7.2');
    expect(c.call('VM_DESTROY', { id: 1 })).toBe(0);
    expect([bind(0, { flags: UNMAP, va: 0, size: 4096 }), c.call('VM_DESTROY', { id: 1 })]).toEqual([
      -EINVAL,
      -EINVAL,
    ]);
    expect(c.call('BO_MMAP_OFFSET', { handle: 9 })).toBe(-ENOENT);
  });
});

describe('a reservation of no table page', () => {
  it('does not fail where memory has run out', () => {
    const memory = new PhysicalMemory();
    memory.oom = () => true;
    expect([memory.reserve(0), memory.reserve(1)]).toEqual([true, false]);
  });
});
