import { describe, expect, test } from 'vitest';
import { run } from '../../src/coroutine/op.ts';
import { add, GT, StreamClient, set, store, VA, waitFor } from '../live/fuzz/stream-client.ts';

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
    expect([group.queues[0].doneSeqno, group.vm.activeCount, c.said]).toEqual([1, 1, []]);
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

  test('flushes unless that was done since the id that it was built with', () => {
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
