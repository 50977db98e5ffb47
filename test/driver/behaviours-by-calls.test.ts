/**
 * Behaviours that no vector stream reaches: what calls say with them and without, on every kernel. test/conform/switches.ts
 * refers to the names of the describes.
 */
import { describe, expect, it } from 'vitest';
import { run } from '../../src/coroutine/op.ts';
import { NULL_DEREFERENCE } from '../../src/driver/base/warn.ts';
import { PanthorDevice } from '../../src/driver/device.ts';
import type { GemObject } from '../../src/driver/gem/gem.ts';
import { KERNEL_NAMES, kernel } from '../../src/driver/kernels.ts';
import type { PanthorVm } from '../../src/driver/mmu/vm.ts';
import { tryEvict } from '../../src/driver/mmu/vm-reclaim.ts';
import { registerName } from '../../src/hw/registers.ts';
import { EBUSY, EINVAL, ENOENT, ENOSPC, EPERM } from '../../uapi/errno.ts';
import {
  DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP,
  drm_panthor_queue_create,
  drm_panthor_vm_bind_op,
} from '../../uapi/panthor_drm.ts';
import { TestClient } from './client.ts';
import { structs } from './ioctl/arguments.ts';
import { groupArg } from './ioctl/bad-ioctls/row.ts';

const MIB = 1024 * 1024;
const CHANGE_HANDLE = 0xc00864d2;

/** A client of that kernel with the behaviour on, and one with it off. */
function both(kernel: string, behaviour: string): [on: TestClient, off: TestClient] {
  return [new TestClient({ kernel, with: [behaviour] }), new TestClient({ kernel, without: [behaviour] })];
}

function bind(c: TestClient, op: { [field: string]: number }): number {
  return c.call('VM_BIND', { vm_id: 1, ops: structs(drm_panthor_vm_bind_op, op) });
}

describe('hole-is-a-size', () => {
  it.each(KERNEL_NAMES)('on %s: what unmapping a hole returns', (kernel) => {
    const unmapped = both(kernel, 'hole-is-a-size').map((c) => {
      c.make('VM_CREATE', {}, 'id');
      const { pgtable } = c.file.vms.get(1) as PanthorVm;
      return pgtable.unmapPages(0x1000, 0x1000, 1, { takeTable: () => -1 });
    });
    expect(unmapped).toEqual([-ENOENT, 0]);
  });
});

describe('two-vmas-for-unmap', () => {
  it.each(KERNEL_NAMES)('on %s: an unmap in the middle of a mapping', (kernel) => {
    const warned = both(kernel, 'two-vmas-for-unmap').map((c) => {
      c.make('VM_CREATE', {}, 'id');
      c.make('BO_CREATE', { size: 0x4000 }, 'handle');
      expect(bind(c, { bo_handle: 1, va: MIB, size: 0x4000 })).toBe(0);
      const flags = DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP;
      expect(bind(c, { flags, va: MIB + 0x1000, size: 0x1000 })).toBe(0);
      expect(c.file.vms.get(1)?.vmas.count).toBe(2);
      return c.drv.device.warnings.has(`panthor_gpuva_sm_step_remap: ${NULL_DEREFERENCE}`);
    });
    expect(warned).toEqual([false, true]);
  });
});

describe('vm-lookup-lock', () => {
  it.each(KERNEL_NAMES)('on %s: a lookup that the destruction of the VM meets', (kernel) => {
    const freed = both(kernel, 'vm-lookup-lock').map((c) => {
      c.make('VM_CREATE', {}, 'id');
      const vm = c.file.vms.get(1) as PanthorVm;
      const lookup = c.file.vms.getVm(1);
      lookup.next();
      let step = lookup.next();
      run(c.file.vms.destroyVm(1));
      while (!step.done) step = lookup.next();
      return vm.freed;
    });
    expect(freed).toEqual([false, true]);
  });
});

describe('queue-count-check', () => {
  it.each(KERNEL_NAMES)('on %s: a group with more queues than the firmware has slots', (kernel) => {
    const results = both(kernel, 'queue-count-check').map((c) => {
      c.make('VM_CREATE', {}, 'id');
      const queue = { priority: 1, ringbuf_size: 4096 };
      const queues = structs(drm_panthor_queue_create, ...new Array(c.drv.gpu.cs_slot_count + 1).fill(queue));
      return c.call('GROUP_CREATE', groupArg({ queues }));
    });
    expect(results).toEqual([-EINVAL, 0]);
  });
});

describe('handle-before-queues', () => {
  it.each(KERNEL_NAMES)('on %s: a bad queue for a full pool of groups', (kernel) => {
    const results = both(kernel, 'handle-before-queues').map((c) => {
      c.make('VM_CREATE', {}, 'id');
      for (let i = 0; i < 128; i++) c.make('GROUP_CREATE', groupArg(), 'group_handle');
      const queues = structs(drm_panthor_queue_create, { priority: 1, ringbuf_size: 5000 });
      return c.call('GROUP_CREATE', groupArg({ queues }));
    });
    expect(results).toEqual([-EBUSY, -EINVAL]);
  });
});

describe('no-mmap-has-no-offset', () => {
  it.each(KERNEL_NAMES)('on %s: an object that the CPU must not map', (kernel) => {
    const results = both(kernel, 'no-mmap-has-no-offset').map((c) => {
      const handle = c.make('BO_CREATE', { size: 4096, flags: 1 }, 'handle');
      const ret = c.call('BO_MMAP_OFFSET', { handle });
      return ret === 0 ? c.file.mmap(c.out('BO_MMAP_OFFSET', 'offset'), 4096, 1, 1) : ret;
    });
    expect(results).toEqual([-EPERM, -EINVAL]);
  });
});

describe('syncobj-handle-zero', () => {
  const create = (c: TestClient) => c.make('SYNCOBJ_CREATE', {}, 'handle');
  const destroy = (c: TestClient, handle: number) => c.call('SYNCOBJ_DESTROY', { handle });

  it.each(KERNEL_NAMES)('on %s: the handle of a syncobj after handle 0 was destroyed', (kernel) => {
    const handles = both(kernel, 'syncobj-handle-zero').map((c) => {
      create(c);
      expect(destroy(c, 0)).toBe(-EINVAL);
      return [create(c), create(c)];
    });
    expect(handles).toEqual([
      [0, 2],
      [2, 3],
    ]);
  });

  it('0 is one as any other then, and is not freed where there is no syncobj', () => {
    const c = new TestClient({ kernel: '7.2' });
    expect([destroy(c, 0), create(c), destroy(c, 1), destroy(c, 0), create(c)]).toEqual([
      -EINVAL,
      1,
      0,
      -EINVAL,
      1,
    ]);
    expect([destroy(c, 0), destroy(c, 1), create(c)]).toEqual([-EINVAL, 0, 0]);
    expect(c.file.syncobjs.get(0)).toBeDefined();
    expect([c.file.syncobjs.count, c.file.syncobjs.ids()]).toEqual([1, [0]]);
    expect([destroy(c, 0), create(c), create(c), create(c)]).toEqual([0, 0, 1, 2]);
  });
});

describe('gem-change-handle', () => {
  const change = (c: TestClient, handle: number, to: number) =>
    c.call('GEM_CLOSE', { handle, pad: to }, CHANGE_HANDLE);

  it.each(KERNEL_NAMES)('on %s: an object gets another handle', (kernel) => {
    const results = both(kernel, 'gem-change-handle').map((c) => {
      c.make('BO_CREATE', { size: 4096 }, 'handle');
      return change(c, 1, 7);
    });
    expect(results).toEqual([kernel === '6.12' || kernel === 'atomic-v4' ? -EINVAL : 0, -EINVAL]);
  });

  it('that is free, and keeps the object', () => {
    const c = new TestClient({ kernel: '6.18' });
    for (let i = 0; i < 2; i++) c.make('BO_CREATE', { size: 4096 }, 'handle');
    const bo = c.file.lookupGem(1);
    expect([change(c, 1, 2), change(c, 9, 3), change(c, 1, 2 ** 31), change(c, 1, 1)]).toEqual([
      -ENOSPC,
      -ENOENT,
      -EINVAL,
      0,
    ]);
    expect(change(c, 1, 2 ** 31 - 1)).toBe(0);
    expect([c.file.lookupGem(2 ** 31 - 1), c.file.lookupGem(1)]).toEqual([bo, undefined]);
    expect(c.file.bos.ids()).toEqual([2, 2 ** 31 - 1]);
    expect(c.call('GEM_CLOSE', { handle: 2 ** 31 - 1 })).toBe(0);
    expect(bo?.refs).toBe(0);
  });
});

describe('set-client-name', () => {
  it.each(KERNEL_NAMES)('on %s: whether a file can be named', (kernel) => {
    const results = both(kernel, 'set-client-name').map((c) => c.call('SET_CLIENT_NAME', {}));
    expect(results).toEqual([0, -EINVAL]);
  });
});

describe('evict-mappings', () => {
  it.each(KERNEL_NAMES)('on %s: whether memory pressure takes what is mapped', (kernel) => {
    const taken = both(kernel, 'evict-mappings').map((c) => {
      c.make('VM_CREATE', {}, 'id');
      c.make('BO_CREATE', { size: 0x4000 }, 'handle');
      expect(bind(c, { bo_handle: 1, va: MIB, size: 0x4000 })).toBe(0);
      const { pgtable } = c.file.vms.get(1) as PanthorVm;
      const evicted = run(tryEvict(c.drv.device, c.file.lookupGem(1) as GemObject));
      expect(pgtable.isMapped(MIB)).toBe(!evicted);
      return evicted;
    });
    expect(taken).toEqual([true, false]);
  });
});

describe('fast-suspend', () => {
  it.each(KERNEL_NAMES)('on %s: whether a suspend resets the GPU', (name) => {
    const commands = [kernel(name, ['fast-suspend']), kernel(name, [], ['fast-suspend'])].map((one) => {
      const device = new PanthorDevice({ kernel: one });
      const written: string[] = [];
      device.regs.trace = {
        write: (at, value) => registerName(at) === 'GPU_CMD' && written.push(value.toString(16)),
        read: () => {},
      };
      run(device.pm.suspend());
      run(device.pm.resume());
      return written;
    });
    expect(commands).toEqual([[], ['101']]);
  });
});

describe('pwr-control', () => {
  it.each(KERNEL_NAMES)('on %s: what resets a GPU of architecture 14', (name) => {
    const commands = [kernel(name, ['pwr-control']), kernel(name, [], ['pwr-control'])].map((one) => {
      const device = new PanthorDevice({ kernel: one, mmu: { archMajor: 14 } });
      const written: string[] = [];
      device.regs.trace = { write: (at) => written.push(registerName(at)), read: () => {} };
      run(device.reset());
      return written.filter((register) => /^(PWR_COMMAND|GPU_CMD)$/.test(register));
    });
    expect(commands).toEqual([['PWR_COMMAND'], ['GPU_CMD']]);
  });

  it.each(['6.12', 'atomic-v4', '6.18'])('%s has no PWR_CONTROL', (name) => {
    const device = new PanthorDevice({ kernel: kernel(name), mmu: { archMajor: 14 } });
    expect(device.gpu.pwr).toBeNull();
  });
});
