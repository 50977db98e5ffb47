import { describe, expect, test } from 'vitest';
import { run } from '../../src/driver/interleave.ts';
import { declareUnusable } from '../../src/driver/vm-pages.ts';
import { ECANCELED, EINVAL, ETIMEDOUT } from '../../uapi/errno.ts';
import { BO_BYTES, type Code, READ_ONLY_VA, StreamClient, VA } from './stream-client.ts';

const set = (dst: number, imm: number): Code => ['MOV48', { dst, imm }];
const FOREVER: Code = ['BRANCH', { condition: 6, offset: -1 }];
const GT = 1;

/** Adds to the word of 64 bits at an offset in the client's object. */
const add = (at: number, by = 1): Code[] => [
  set(0, VA + at),
  set(2, by),
  ['SYNC_ADD64', { address: 0, data: 2 }],
];
const waitFor = (at: number, ref = 0): Code[] => [
  set(0, VA + at),
  set(2, ref),
  ['SYNC_WAIT64', { address: 0, data: 2, condition: GT }],
];
/** Stores a word. */
const store = (at: number, value: number): Code[] => [
  set(0, VA + at),
  ['MOV32', { dst: 2, imm: value }],
  ['STORE_MULTIPLE', { src: 2, address: 0, mask: 1 }],
];

describe('a job', () => {
  test('is the stream of panthor_group/group_submit: its store is in memory, its fence is done', () => {
    const c = new StreamClient();
    const { handle, group } = c.group();
    c.view.setUint32(0, 0, true);
    const flush = (36n << 56n) | (70n << 40n) | 0x233n;
    const wait = (3n << 56n) | (0xffn << 16n);
    const code = [
      (1n << 56n) | (68n << 48n) | BigInt(VA),
      (2n << 56n) | (70n << 48n) | 0xdeadbeefn,
      (21n << 56n) | (70n << 48n) | (68n << 40n) | (1n << 16n),
      wait,
      (2n << 56n) | (70n << 48n),
      flush,
      wait,
    ];
    expect(c.submit(handle, code)).toBe(0);
    expect(c.view.getUint32(0, true)).toBe(0xdeadbeef);
    expect(c.state()).toBe('done');
    expect(c.groupState(handle)).toEqual([0, 0]);
    expect([group.queues[0].doneSeqno, group.vm.activeCount, c.said]).toEqual([1, 0, []]);
    // 16 of the kernel, 7 of the client.
    expect(c.runner.stats.instructions).toBe(23);
  });

  test('is executed through the ring buffer: many more than fit into it', () => {
    const c = new StreamClient();
    const { handle, group } = c.group();
    for (let i = 1; i <= 100; i++) {
      expect(c.submit(handle, add(8))).toBe(0);
      expect([c.view.getUint32(8, true), c.state()]).toEqual([i, 'done']);
    }
    expect([group.queues[0].insert, group.queues[0].extract]).toEqual([12800, 12800]);
  });

  test('has its registers kept from one job to the next, even without a slot in between', () => {
    const c = new StreamClient();
    const { handle } = c.group();
    c.submit(handle, [['MOV32', { dst: 40, imm: 7 }]]);
    c.submit(handle, [set(0, VA), ['STORE_MULTIPLE', { src: 40, address: 0, mask: 1 }]]);
    expect(c.view.getUint32(0, true)).toBe(7);
  });

  test('flushes when nobody has since the id that it was built with', () => {
    const c = new StreamClient();
    const { handle } = c.group();
    const ids: number[] = [];
    for (const flush of [0, 0, 1, 0]) {
      c.submit(handle, [['NOP']], { flush });
      ids.push(c.runner.processor.core.flushId);
    }
    expect(ids).toEqual([1, 1, 2, 2]);
  });

  test('stores the clock of the device', () => {
    const c = new StreamClient();
    const { handle } = c.group();
    c.clock.ns = 5e9;
    c.submit(handle, [
      set(0, VA),
      ['STORE_STATE', { address: 0, state: 0 }],
      ['STORE_STATE', { address: 0, state: 1, offset: 8 }],
    ]);
    expect([c.view.getUint32(0, true), Number(c.view.getBigUint64(8, true))]).toEqual([24e6 * 5, 5e9]);
  });

  test('of shaders retires, which is said once', () => {
    const c = new StreamClient();
    const { handle } = c.group();
    c.submit(handle, [['RUN_COMPUTE'], ['RUN_IDVS'], ['RUN_FRAGMENT']]);
    c.submit(handle, [['RUN_COMPUTE']]);
    expect([c.state(), c.said, c.runner.stats.unshaded]).toEqual(['done', ['unshaded 4'], 4]);
  });
});

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

describe('a stream that does not end', () => {
  test('lets the call return, and times out after five seconds', () => {
    const c = new StreamClient();
    const { handle } = c.group();
    expect(c.submit(handle, [FOREVER])).toBe(0);
    expect(c.state()).toBe('pending');
    c.pass(4.9e9);
    expect([c.state(), c.groupState(handle)]).toEqual(['pending', [0, 0]]);
    const { instructions } = c.runner.stats;
    c.pass(0.2e9);
    expect([c.state(), c.groupState(handle)]).toEqual([-ETIMEDOUT, [1, 0]]);
    expect(c.submit(handle, [['NOP']])).toBe(-EINVAL);
    c.pass(1e9);
    expect(c.drv.nextDeadlineNs).toBe(Number.POSITIVE_INFINITY);
    // It had the thread, but less and less often.
    expect(instructions).toBeGreaterThan(1e5);
    expect(instructions).toBeLessThan(5e7);
  });

  test('does not keep other groups from running', () => {
    const c = new StreamClient();
    const [busy, quick] = [c.group(), c.group()];
    c.submit(busy.handle, [FOREVER]);
    c.submit(quick.handle, store(0, 3), { signal: 2 });
    expect([c.state(1), c.state(2), c.view.getUint32(0, true)]).toEqual(['pending', 'done', 3]);
  });

  test('ends when its group is destroyed, or its file closed', () => {
    for (const end of ['destroy', 'close']) {
      const c = new StreamClient();
      const { handle } = c.group();
      c.submit(handle, [FOREVER]);
      const fence = c.file.syncobjs.get(1)?.fence;
      if (end === 'close') c.close();
      else c.call('GROUP_DESTROY', { group_handle: handle });
      expect([fence?.signaled, fence?.error]).toEqual([true, -ECANCELED]);
      c.pass(1e9);
      expect(c.drv.nextDeadlineNs).toBe(Number.POSITIVE_INFINITY);
    }
  });

  test('with many instructions but an end gets there', () => {
    const c = new StreamClient();
    const { handle } = c.group();
    c.submit(handle, [
      ['MOV32', { dst: 10, imm: 200_000 }],
      ['ADD_IMM32', { dst: 10, src: 10, imm: -1 }],
      ['BRANCH', { value: 10, condition: GT, offset: -2 }],
    ]);
    expect(c.state()).toBe('pending');
    c.pass(1e9);
    expect(c.state()).toBe('done');
  });
});

describe('a SYNC_WAIT', () => {
  test('blocks its queue; another queue of the group ends it', () => {
    const c = new StreamClient();
    const { handle, group } = c.group(2);
    c.submit(handle, [...waitFor(64), ...store(0, 1)]);
    expect([c.state(), group.blockedQueues]).toEqual(['pending', 1]);
    c.submit(handle, add(64), { queue: 1, signal: 2 });
    expect([c.state(1), c.state(2), group.blockedQueues, c.view.getUint32(0, true)]).toEqual([
      'done',
      'done',
      0,
      1,
    ]);
  });

  test('sees what the client writes itself', () => {
    const c = new StreamClient();
    const { handle } = c.group();
    c.submit(handle, waitFor(64));
    c.view.setUint32(64, 1, true);
    expect(c.state()).toBe('pending');
    c.pass(5e6);
    expect(c.state()).toBe('done');
    expect(c.drv.nextDeadlineNs).toBe(Number.POSITIVE_INFINITY);
  });

  test('that nobody ends times out', () => {
    const c = new StreamClient();
    const { handle } = c.group();
    c.submit(handle, waitFor(64));
    c.pass(5e9);
    expect([c.state(), c.groupState(handle)]).toEqual([-ETIMEDOUT, [1, 0]]);
  });

  test('in more groups than there are slots: each gets its turn when it can go on', () => {
    const c = new StreamClient({ sysNice: true });
    const groups = [...Array(20).keys()].map(() => c.group());
    const fences = groups.map(({ handle }, i) => {
      expect(c.submit(handle, [...waitFor(64, i), ...store(1024 + 4 * i, 1)])).toBe(0);
      return c.file.syncobjs.get(1)?.fence;
    });
    const done = (): number => fences.filter((fence) => fence?.signaled).length;
    expect(done()).toBe(0);
    const signaller = c.group().handle;
    for (let i = 1; i <= 20; i++) {
      c.submit(signaller, add(64), { signal: 2 });
      expect([i, done(), c.view.getUint32(1024 + 4 * (i - 1), true)]).toEqual([i, i, 1]);
    }
    expect(fences.every((fence) => fence?.error === 0)).toBe(true);
    expect([...c.drv.device.warnings.keys()]).toEqual([]);
  });

  test('in more VMs than there are address spaces', () => {
    const first = new StreamClient();
    const clients = [first, ...Array.from({ length: 9 }, () => new StreamClient({ of: first }))];
    for (const c of clients) c.submit(c.group().handle, waitFor(64));
    expect(clients.map((c) => c.state())).toEqual(new Array(10).fill('pending'));
    for (const c of clients) c.view.setUint32(64, 1, true);
    first.pass(20e6);
    expect(clients.map((c) => c.state())).toEqual(new Array(10).fill('done'));
    expect([...first.drv.device.warnings.keys()]).toEqual([]);
  });

  test('of a group without a slot times out too', () => {
    const c = new StreamClient();
    const groups = [...Array(12).keys()].map(() => c.group());
    const fences = groups.map(({ handle }) => {
      c.submit(handle, waitFor(64));
      return c.file.syncobjs.get(1)?.fence;
    });
    c.pass(5e9);
    expect(fences.map((fence) => fence?.error)).toEqual(new Array(12).fill(-ETIMEDOUT));
    expect(groups.map(({ group }) => group.slot)).toEqual(new Array(12).fill(-1));
  });
});

test('sparse memory is memory: what is stored there can be read back, in no other object', () => {
  const c = new StreamClient({ kernel: 'next' });
  const { handle } = c.group();
  const sparse = 0x40000000;
  c.bind({ va: sparse, size: 0x200000, flags: (1 << 3) | (1 << 1) });
  const before = c.contents.bytesOf(c.bo).slice();
  c.submit(handle, [
    set(0, sparse),
    ['MOV32', { dst: 2, imm: 77 }],
    ['STORE_MULTIPLE', { src: 2, address: 0, mask: 1 }],
    ['LOAD_MULTIPLE', { dst: 4, address: 0, mask: 1 }],
    set(0, VA + 16),
    ['STORE_MULTIPLE', { src: 4, address: 0, mask: 1 }],
  ]);
  expect([c.state(), c.view.getUint32(16, true)]).toEqual(['done', 77]);
  c.view.setUint32(16, 0, true);
  expect(c.contents.bytesOf(c.bo).subarray(0, 4096)).toEqual(before.subarray(0, 4096));
});

test('a reset in the middle of a stream: it goes on afterwards', () => {
  const c = new StreamClient();
  const { handle } = c.group(2);
  c.submit(handle, [
    ['MOV32', { dst: 10, imm: 100_000 }],
    ['ADD_IMM32', { dst: 10, src: 10, imm: -1 }],
    ['BRANCH', { value: 10, condition: GT, offset: -2 }],
    ...store(0, 9),
  ]);
  c.submit(handle, waitFor(64), { queue: 1, signal: 2 });
  c.drv.device.scheduleReset();
  run(c.drv.drain());
  c.pass(1e9);
  expect([c.state(1), c.state(2), c.view.getUint32(0, true)]).toEqual(['done', 'pending', 9]);
  c.view.setUint32(64, 1, true);
  c.pass(10e6);
  expect([c.state(2), c.drv.device.resetPending]).toEqual(['done', false]);
});
