import { describe, expect, test } from 'vitest';
import { Fence } from '../../../src/driver/sync/fence.ts';
import { EINVAL, ENOENT } from '../../../uapi/errno.ts';
import { drm_panthor_vm_bind_op } from '../../../uapi/panthor_drm.ts';
import { strided } from './arguments.ts';

import { ASYNC, Binder, MIB, map, SIGNAL, SYNC_ONLY, syncs, TIMELINE, UNMAP } from './binder.ts';

describe('a synchronous bind', () => {
  test('does its operations in order', () => {
    const c = new Binder();
    expect(c.bind(0, map(1), map(2), { flags: UNMAP, va: MIB, size: MIB })).toBe(0);
    expect(c.mapped()).toEqual([2]);
    expect(c.out('VM_BIND', 'ops.count')).toBe(3);
  });

  test('keeps what it did before the operation that failed', () => {
    const c = new Binder();
    expect(c.bind(0, map(1), map(2), map(3, { bo_handle: 9 }), map(4))).toBe(-EINVAL);
    expect(c.out('VM_BIND', 'ops.count')).toBe(2);
    expect(c.mapped()).toEqual([1, 2]);
  });

  test('of nothing succeeds, whatever the stride', () => {
    const c = new Binder();
    expect(c.call('VM_BIND', { vm_id: 1, 'ops.stride': 1 })).toBe(0);
    expect(c.call('VM_BIND', { vm_id: 1, flags: ASYNC, 'ops.stride': 1 })).toBe(0);
  });

  test('takes operations with a longer stride, if the rest is zero', () => {
    const c = new Binder();
    expect(c.call('VM_BIND', { vm_id: 1, ops: strided(drm_panthor_vm_bind_op, 64, 0, map(1), map(5)) })).toBe(
      0,
    );
    expect(c.mapped()).toEqual([1, 5]);
  });

  test('does not look at flags that it does not know', () => {
    expect(new Binder().bind(6, map(1))).toBe(0);
  });

  test('keeps an object whose handle is closed', () => {
    const c = new Binder();
    c.bind(0, map(1));
    const bo = c.file.lookupGem(1);
    expect(c.call('GEM_CLOSE', { handle: 1 })).toBe(0);
    expect(bo?.refs).toBeGreaterThan(0);
    expect(c.bind(0, map(2))).toBe(-EINVAL);
    expect(c.bind(0, { flags: UNMAP, va: MIB, size: MIB })).toBe(0);
    expect(bo?.refs).toBe(0);
  });

  test('of a hole unmaps nothing, successfully', () => {
    expect(new Binder().bind(0, { flags: UNMAP, va: 7 * MIB, size: MIB })).toBe(0);
  });
});

describe.each([
  ['', false],
  [' in a server', true],
])('an asynchronous bind%s', (_, served) => {
  test('is done when the call returns, if it waits for nothing', () => {
    const c = new Binder('7.2', served);
    expect(c.bind(ASYNC, map(1, { syncs: syncs({ flags: SIGNAL, handle: 1 }) }))).toBe(0);
    expect(c.mapped()).toEqual([1]);
    expect(c.state(1)).toBe('done');
  });

  test('waits for its fences, and those after it in the VM wait for it', () => {
    const c = new Binder('7.2', served);
    const fence = new Fence();
    c.file.syncobjs.get(1)?.replaceFence(fence);
    expect(c.bind(ASYNC, map(1, { syncs: syncs({ handle: 1 }) }))).toBe(0);
    expect(c.bind(ASYNC, map(2, { syncs: syncs({ flags: SIGNAL, handle: 2 }) }))).toBe(0);
    expect([c.mapped(), c.state(2)]).toEqual([[], 'pending']);
    // Synchronous binds go ahead.
    expect(c.bind(0, map(3))).toBe(0);
    expect(c.mapped()).toEqual([3]);
    fence.signal();
    c.call('VM_GET_STATE', { vm_id: 1 });
    expect([c.mapped(), c.state(2)]).toEqual([[1, 2, 3], 'done']);
  });

  test('sees what an earlier operation of the same call signals', () => {
    const c = new Binder('7.2', served);
    const fence = new Fence();
    c.file.syncobjs.get(1)?.replaceFence(fence);
    const ret = c.bind(
      ASYNC,
      map(1, { syncs: syncs({ handle: 1 }, { flags: SIGNAL, handle: 2 }) }),
      map(2, { syncs: syncs({ handle: 2 }, { flags: SIGNAL, handle: 3 }) }),
    );
    expect(ret).toBe(0);
    expect([c.state(2), c.state(3)]).toEqual(['pending', 'pending']);
    fence.signal();
    c.call('VM_GET_STATE', { vm_id: 1 });
    expect([c.mapped(), c.state(2), c.state(3)]).toEqual([[1, 2], 'done', 'done']);
  });

  test('waits for the fence that a syncobj had before, although the same operation signals it', () => {
    const c = new Binder('7.2', served);
    const before = new Fence();
    c.file.syncobjs.get(1)?.replaceFence(before);
    const op = map(1, { syncs: syncs({ handle: 1 }, { flags: SIGNAL, handle: 1 }) });
    expect(c.bind(ASYNC, op)).toBe(0);
    expect(c.file.syncobjs.get(1)?.fence).not.toBe(before);
    expect([c.mapped(), c.state(1)]).toEqual([[], 'pending']);
    before.signal();
    c.call('VM_GET_STATE', { vm_id: 1 });
    expect(c.state(1)).toBe('done');
  });

  test('signals the last of several jobs that name one syncobj, and each point of a timeline', () => {
    const c = new Binder('7.2', served);
    const gate = new Fence();
    c.file.syncobjs.get(3)?.replaceFence(gate);
    const ret = c.bind(
      ASYNC,
      map(1, {
        syncs: syncs(
          { flags: SIGNAL, handle: 1 },
          { flags: SIGNAL | TIMELINE, handle: 2, timeline_value: 1 },
        ),
      }),
      map(2, {
        syncs: syncs(
          { handle: 3 },
          { flags: SIGNAL, handle: 1 },
          { flags: SIGNAL | TIMELINE, handle: 2, timeline_value: 2 },
        ),
      }),
    );
    expect(ret).toBe(0);
    expect(c.state(1)).toBe('pending');
    expect(c.file.syncobjs.get(2)?.lookup(1n)?.signaled).toBe(true);
    expect(c.file.syncobjs.get(2)?.lookup(2n)?.signaled).toBe(false);
    gate.signal();
    c.call('VM_GET_STATE', { vm_id: 1 });
    expect([c.state(1), c.file.syncobjs.get(2)?.fence?.signaled]).toEqual(['done', true]);
  });

  test('queues all operations or none, and changes no syncobj when it fails', () => {
    const c = new Binder('7.2', served);
    const refs = c.vm.refs;
    const ret = c.bind(
      ASYNC,
      map(1, { syncs: syncs({ flags: SIGNAL, handle: 1 }) }),
      map(2, { syncs: syncs({ handle: 2 }) }),
    );
    expect(ret).toBe(-EINVAL);
    expect([c.mapped(), c.state(1), c.vm.refs]).toEqual([[], 'none', refs]);
    expect(c.file.syncobjs.get(1)?.refs).toBe(1);
    expect(c.bind(ASYNC, map(1), map(2, { va: 5 }))).toBe(-EINVAL);
    expect([c.mapped(), c.vm.refs]).toEqual([[], refs]);
  });

  test('that only synchronizes passes its fence on', () => {
    const c = new Binder('7.2', served);
    const fence = new Fence();
    c.file.syncobjs.get(1)?.replaceFence(fence);
    const op = { flags: SYNC_ONLY, syncs: syncs({ handle: 1 }, { flags: SIGNAL, handle: 2 }) };
    expect(c.bind(ASYNC, op)).toBe(0);
    expect(c.state(2)).toBe('pending');
    fence.signal(-125);
    c.call('VM_GET_STATE', { vm_id: 1 });
    // Errors of what was waited for do not spread.
    expect(c.state(2)).toBe('done');
  });

  test('holds its object and its VM, for ever where the VM was destroyed before it ran', () => {
    const c = new Binder('7.2', served);
    const { vm } = c;
    const fence = new Fence();
    c.file.syncobjs.get(1)?.replaceFence(fence);
    expect(c.bind(ASYNC, map(1, { syncs: syncs({ handle: 1 }) }))).toBe(0);
    const bo = c.file.lookupGem(1);
    expect(c.call('GEM_CLOSE', { handle: 1 })).toBe(0);
    expect(c.call('VM_DESTROY', { id: 1 })).toBe(0);
    expect([bo?.refs === 0, vm.freed]).toEqual([false, false]);
    fence.signal();
    c.call('VM_CREATE', {});
    // The mapping that it made holds both, and no call can unmap it any more: the kernel leaks them too.
    expect([bo?.refs, vm.freed, vm.refs]).toEqual([1, false, 1]);
  });

  test('waits while its VM is stopped for a reset', () => {
    const c = new Binder('7.2', served);
    c.vm.stop();
    expect(c.bind(ASYNC, map(1, { syncs: syncs({ flags: SIGNAL, handle: 1 }) }))).toBe(0);
    expect(c.state(1)).toBe('pending');
    c.vm.start();
    c.call('VM_GET_STATE', { vm_id: 1 });
    expect([c.mapped(), c.state(1)]).toEqual([[1], 'done']);
    c.vm.stop();
    expect(c.bind(ASYNC, map(2))).toBe(0);
    expect(c.mapped()).toEqual([1]);
  });

  test('leaves nothing behind, however often jobs are queued, refused and done', () => {
    const c = new Binder('7.2', served);
    const refs = c.file.lookupGem(1)?.refs;
    for (let round = 0; round < 3; round++) {
      const fence = new Fence();
      c.file.syncobjs.get(1)?.replaceFence(fence);
      expect(c.bind(ASYNC, map(round, { syncs: syncs({ handle: 1 }) }), map(round + 8))).toBe(0);
      expect(c.bind(ASYNC, map(4), map(5, { va: 5 }))).toBe(-EINVAL);
      expect([c.mapped(), c.vm.resv.unsignaled]).toEqual([[], 2]);
      fence.signal();
      expect(c.bind(ASYNC, { flags: UNMAP, va: 0, size: 16 * MIB })).toBe(0);
      expect([c.mapped(), c.vm.resv.unsignaled, c.vm.refs]).toEqual([[], 0, 1]);
    }
    expect(c.file.lookupGem(1)?.refs).toBe(refs);
  });

  test('of a VM that is unusable is refused, while synchronous ones go on', () => {
    const c = new Binder('7.2', served);
    c.vm.unusable = true;
    expect(c.make('VM_GET_STATE', { vm_id: 1 }, 'state')).toBe(1);
    expect(c.bind(ASYNC, { flags: UNMAP, va: MIB, size: MIB })).toBe(-EINVAL);
    expect(c.bind(0, { flags: UNMAP, va: MIB, size: MIB })).toBe(0);
  });
});

describe('a syncobj that is not there', () => {
  const ofJob = (...list: Parameters<typeof syncs>) => map(1, { syncs: syncs(...list) });

  test('is waited for in vain, and dereferenced where it is to be signalled', () => {
    const c = new Binder();
    const warnings = () => [...c.drv.device.warnings.keys()];
    expect(c.bind(ASYNC, ofJob({ handle: 99 }))).toBe(-ENOENT);
    // What is wrong in itself is refused before it is looked for.
    expect(c.bind(ASYNC, ofJob({ flags: SIGNAL, handle: 99, timeline_value: 1 }))).toBe(-EINVAL);
    expect(warnings()).toEqual([]);
    expect(c.bind(ASYNC, ofJob({ flags: SIGNAL, handle: 99 }))).toBe(-EINVAL);
    expect(warnings()).toEqual(['panthor_sync_signal_free: the kernel dereferences NULL here']);
    expect(c.bind(ASYNC, ofJob({ flags: SIGNAL | TIMELINE, handle: 99, timeline_value: 1 }))).toBe(-EINVAL);
    expect(c.drv.device.warnings.get('panthor_sync_signal_free: the kernel dereferences NULL here')).toBe(2);
    expect(c.mapped()).toEqual([]);
  });
});
