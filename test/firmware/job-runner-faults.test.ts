import { describe, expect, test } from 'vitest';
import { run } from '../../src/coroutine/op.ts';
import { declareUnusable } from '../../src/driver/mmu/vm-pages.ts';
import { ECANCELED, EINVAL } from '../../uapi/errno.ts';
import {
  add,
  BO_BYTES,
  READ_ONLY_VA,
  StreamClient,
  set,
  store,
  VA,
  waitFor,
} from '../live/fuzz/stream-client.ts';

describe('a stream that accesses what is not mapped', () => {
  test.each([
    ['a hole', VA + BO_BYTES, 0xc3],
    ['read-only memory', READ_ONLY_VA, 0xcb],
  ])('%s ends its group; fence, group and VM say so', (_what, va, type) => {
    const c = new StreamClient();
    const { handle, group } = c.group(2);
    c.submit(handle, waitFor(64), { queue: 1, signal: 2 });
    expect(c.submit(handle, [set(0, va), ['STORE_MULTIPLE', { src: 2, address: 0, mask: 1 }]])).toBe(0);
    expect(c.groupState(handle)).toEqual([2, 1]);
    expect([c.state(1), c.state(2)]).toEqual([-EINVAL, -ECANCELED]);
    expect(group.vm.lastFault).toEqual({ address: va, status: type | 0x300 });
    expect([c.drv.device.mmu.stats.faults, group.vm.hasUnhandledFaults()]).toEqual([1, true]);
    expect(c.said).toEqual(['fatal 0 72']);
    expect(c.submit(handle, [['NOP']])).toBe(-EINVAL);
    // The VM stays usable: only a failed bind makes it unusable.
    expect(c.call('VM_GET_STATE', { vm_id: 1 })).toBe(0);
    expect(c.out('VM_GET_STATE', 'state')).toBe(0);
    expect([...c.drv.device.warnings.keys()]).toEqual([]);
  });

  test('takes the other groups of its VM along that have a slot', () => {
    const c = new StreamClient();
    const [first, second] = [c.group(), c.group()];
    c.submit(second.handle, waitFor(64), { signal: 2 });
    c.submit(first.handle, [set(0, 0), ['LOAD_MULTIPLE', { dst: 2, address: 0, mask: 1 }]]);
    expect([c.groupState(first.handle), c.groupState(second.handle)]).toEqual([
      [2, 1],
      [2, 1],
    ]);
    expect([c.state(1), c.state(2)]).toEqual([-EINVAL, -EINVAL]);
  });

  test.each(['6.12', 'atomic-v4', '7.2', 'next'])('leaves a VM on which a new group runs (%s)', (kernel) => {
    const c = new StreamClient({ kernel });
    const { handle } = c.group();
    c.submit(handle, [set(0, 0), ['LOAD_MULTIPLE', { dst: 2, address: 0, mask: 1 }]]);
    expect(c.state(1)).toBe(-EINVAL);
    const { handle: again } = c.group();
    c.submit(again, store(0, 5), { signal: 2 });
    expect([c.state(2), c.view.getUint32(0, true)]).toEqual(['done', 5]);
    // A fault of the same address space is seen again.
    c.submit(again, [set(0, 0), ['LOAD_MULTIPLE', { dst: 2, address: 0, mask: 1 }]], { signal: 3 });
    expect([c.state(3), c.drv.device.mmu.stats.faults]).toEqual([-EINVAL, 2]);
  });

  test('harms no other VM', () => {
    const c = new StreamClient();
    const other = new StreamClient({ of: c });
    const [mine, theirs] = [c.group(), other.group()];
    other.submit(theirs.handle, waitFor(64));
    c.submit(mine.handle, [set(0, 0), ['LOAD_MULTIPLE', { dst: 2, address: 0, mask: 1 }]]);
    expect([c.state(), other.state()]).toEqual([-EINVAL, 'pending']);
    other.submit(other.group().handle, add(64), { signal: 2 });
    expect([other.state(1), other.state(2)]).toEqual(['done', 'done']);
  });

  test('of a VM that was declared unusable ends without an MMU interrupt: 7.x has masked it', () => {
    const c = new StreamClient();
    const { handle, group } = c.group();
    c.submit(handle, waitFor(64));
    run(declareUnusable(group.vm));
    c.pass(10e6);
    expect([c.groupState(handle), c.state(), c.drv.device.mmu.stats.faults]).toEqual([[2, 1], -EINVAL, 0]);
  });

  test('finds what was bound after its job was submitted', () => {
    const c = new StreamClient();
    const { handle } = c.group();
    c.submit(handle, [
      ...waitFor(64),
      set(0, VA - 0x100000),
      ['STORE_MULTIPLE', { src: 2, address: 0, mask: 1 }],
    ]);
    c.bind({ va: VA - 0x100000, bo_handle: 1, size: 4096, bo_offset: 4096 });
    c.view.setUint32(4096, 0xffff, true);
    c.submit(c.group().handle, add(64), { signal: 2 });
    expect([c.state(1), c.view.getUint32(4096, true)]).toEqual(['done', 0]);
  });

  test('finds what was unbound while it waited gone', () => {
    const c = new StreamClient();
    const { handle } = c.group();
    c.submit(handle, [
      ...waitFor(64),
      set(0, READ_ONLY_VA),
      ['LOAD_MULTIPLE', { dst: 2, address: 0, mask: 1 }],
    ]);
    c.bind({ va: READ_ONLY_VA, size: 4096, flags: 1 << 28 });
    c.view.setUint32(64, 1, true);
    c.pass(10e6);
    expect(c.groupState(handle)).toEqual([2, 1]);
  });
});

describe('a stream that is wrong', () => {
  test('ends its group, with the queue that it was in', () => {
    const c = new StreamClient();
    const { handle } = c.group(3);
    c.submit(handle, waitFor(64), { queue: 0, signal: 2 });
    c.submit(handle, [0xffn << 56n], { queue: 2 });
    expect([c.groupState(handle), c.state(1), c.state(2)]).toEqual([[2, 4], -EINVAL, -ECANCELED]);
    expect([c.said, c.drv.device.mmu.stats.faults]).toEqual([['fatal 2 73'], 0]);
  });

  test('of the jobs before it the fences are good', () => {
    const c = new StreamClient();
    const { handle } = c.group();
    c.submit(handle, waitFor(64), { signal: 1 });
    c.submit(handle, [0xffn << 56n], { signal: 2 });
    c.submit(handle, [['NOP']], { signal: 3 });
    c.view.setUint32(64, 1, true);
    c.pass(10e6);
    expect([c.state(1), c.state(2), c.state(3)]).toEqual(['done', -EINVAL, -EINVAL]);
  });

  test('can write its own ring buffer, and only hurts itself', () => {
    const c = new StreamClient();
    const { handle, group } = c.group();
    const ring = group.queues[0].ringbuf.va;
    c.submit(handle, [
      set(0, ring),
      set(2, 0xffff),
      ['MOV32', { dst: 3, imm: 0xff000000 }],
      ['STORE_MULTIPLE', { src: 2, address: 0, mask: 0xfff, offset: 48 }],
    ]);
    expect([c.state(), c.groupState(handle)]).toEqual([-EINVAL, [2, 1]]);
  });
});

describe('an error in a syncobj', () => {
  test('is inherited by the job that waits, whose fence carries it, and goes no further', () => {
    const c = new StreamClient();
    const { handle } = c.group();
    c.view.setUint32(64, 1, true);
    c.view.setUint32(72, 1, true);
    c.submit(handle, waitFor(64), { signal: 1 });
    c.submit(handle, [['NOP']], { signal: 2 });
    expect([c.state(1), c.state(2), c.groupState(handle)]).toEqual([-EINVAL, 'done', [0, 0]]);
    expect(c.said).toEqual(['fault 0 75']);
  });
});
