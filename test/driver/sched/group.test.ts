import { describe, expect, test } from 'vitest';
import { run } from '../../../src/coroutine/op.ts';
import { Fence } from '../../../src/driver/sync/fence.ts';
import { EBUSY, ECANCELED, EINVAL, ETIMEDOUT } from '../../../uapi/errno.ts';
import {
  drm_panthor_queue_create,
  drm_panthor_queue_submit,
  drm_panthor_sync_op,
} from '../../../uapi/panthor_drm.ts';
import { TestClient } from '../client.ts';
import { structs } from '../ioctl/arguments.ts';
import { groupArg } from '../ioctl/bad-ioctls/row.ts';
import { SIGNAL, STREAM, Submitter } from './submitting-client.ts';

describe('GROUP_CREATE', () => {
  test('takes kernel addresses for syncobjs, and for ring buffer and statistics of each queue', () => {
    const c = new Submitter();
    const group = c.group();
    const range = c.file.vms.get(1)?.userVaRange as number;
    const [first, second] = group.queues;
    expect(group.syncobjs.va).toBeGreaterThanOrEqual(range);
    expect([first.ringbuf.size, second.ringbuf.size]).toEqual([65536, 4096]);
    expect(second.syncobjVa - first.syncobjVa).toBe(16);
    const labels = c.drv.device.gem.objects.map((bo) => bo?.label).filter((label) => label);
    expect(labels.sort()).toEqual(
      ['CS ring buffer', 'CS ring buffer', 'Group job stats', 'Group job stats', 'Group sync objects'].sort(),
    );
  });

  test('gives them all back when the group goes, and when a queue cannot be made', () => {
    const c = new Submitter();
    const { live } = c.drv.device.gem;
    c.group();
    expect(c.call('GROUP_DESTROY', { group_handle: 1 })).toBe(0);
    expect(c.drv.device.gem.live).toBe(live);
    const bad = structs(drm_panthor_queue_create, { ringbuf_size: 4096 }, { ringbuf_size: 5 });
    expect(c.call('GROUP_CREATE', groupArg({ queues: bad }))).toBe(-EINVAL);
    expect([c.drv.device.gem.live, c.file.vms.get(1)?.refs]).toEqual([live, 1]);
  });

  test('says EBUSY for the 129th group of a file', () => {
    const c = new Submitter();
    const one = groupArg({ queues: structs(drm_panthor_queue_create, { ringbuf_size: 4096 }) });
    for (let i = 1; i <= 128; i++) expect(c.make('GROUP_CREATE', one, 'group_handle')).toBe(i);
    expect(c.call('GROUP_CREATE', one)).toBe(-EBUSY);
  });

  test('allows high priorities to who may have them', () => {
    for (const options of [{ sysNice: true }, { node: 'primary' }] as const) {
      expect(new Submitter(options).call('GROUP_CREATE', groupArg({ priority: 3 }))).toBe(0);
    }
  });
});

describe('a job', () => {
  test('is called from the ring buffer as the kernel does it', () => {
    const c = new Submitter();
    const { queues } = c.group();
    c.submit(1, { signal: 1 });
    const word = (i: number): string => {
      const { contents } = queues[0].ringbuf;
      return [4, 0]
        .map((half) =>
          contents
            .read32(i * 8 + half)
            .toString(16)
            .padStart(8, '0'),
        )
        .join('');
    };
    const sync = queues[0].syncobjVa.toString(16).padStart(12, '0');
    expect([...Array(12).keys()].map(word)).toEqual([
      '025e000000000000', // MOV32 r94, latest flush
      '24005e0000000233', // FLUSH_CACHE2 clean, invalidate
      '015c000001000000', // MOV48 r92, stream
      '025e000000000040', // MOV32 r94, size
      '0300000000010000', // WAIT slot 0
      '20005c5e00000000', // CALL r92, r94
      `015c${sync}`, // MOV48 r92, syncobj
      '015e000000000001', // MOV48 r94, 1
      '0300000000ff0000', // WAIT all slots
      '33005c5e00000001', // SYNC_ADD64 r92, r94
      '2f00000000000000', // ERROR_BARRIER
      '0000000000000000',
    ]);
    expect([queues[0].extract, queues[0].insert]).toEqual([0, 128]);
  });

  test('ends when the syncobj has counted it, in the order of its queue', () => {
    const c = new Submitter();
    const { queues } = c.group();
    c.submit(1, { signal: 1 }, { signal: 2 }, { queue: 1, signal: 3 });
    expect(c.states(1, 2, 3)).toEqual(['pending', 'pending', 'pending']);
    c.runner.finish(queues[0]);
    expect(c.states(1, 2, 3)).toEqual(['done', 'pending', 'pending']);
    c.runner.finish(queues[1]);
    expect(c.states(1, 2, 3)).toEqual(['done', 'pending', 'done']);
  });

  test('wraps around the ring buffer, and waits when that is full', () => {
    const c = new Submitter();
    const { queues } = c.group();
    // 4 KiB hold 32 jobs of 128 bytes.
    for (let i = 0; i < 40; i++) expect(c.submit(1, { queue: 1, signal: 1 })).toBe(0);
    expect([queues[1].inFlight.length, queues[1].insert]).toEqual([32, 4096]);
    c.runner.finish(queues[1], 3);
    c.groupState(1);
    expect([queues[1].inFlight.length, queues[1].insert]).toEqual([32, 4096 + 3 * 128]);
    expect(queues[1].ringbuf.contents.read32(4)).toBe(0x025e0000);
  });

  test('without a stream ends with the one before it, or at once', () => {
    const c = new Submitter();
    const { queues } = c.group();
    c.submit(1, { signal: 1, size: 0 });
    expect(c.state(1)).toBe('done');
    c.submit(1, { signal: 1 }, { signal: 2, size: 0 });
    expect(c.state(2)).toBe('pending');
    c.runner.finish(queues[0]);
    expect(c.state(2)).toBe('done');
  });

  test('waits for its fences before it is put into the ring', () => {
    const c = new Submitter();
    const { queues } = c.group();
    const fence = new Fence();
    c.file.syncobjs.get(4)?.replaceFence(fence);
    c.submit(1, { signal: 1, wait: 4 }, { queue: 1, signal: 2, wait: 1 });
    expect(queues.map(({ inFlight }) => inFlight.length)).toEqual([0, 0]);
    fence.signal(-125);
    c.groupState(1);
    expect(queues.map(({ inFlight }) => inFlight.length)).toEqual([1, 0]);
    c.runner.finish(queues[0]);
    c.groupState(1);
    expect(queues.map(({ inFlight }) => inFlight.length)).toEqual([0, 1]);
  });

  test('is found under the low half of a group handle', () => {
    const c = new Submitter();
    c.group();
    expect(c.submit(0x70001, { signal: 1 })).toBe(0);
  });

  test('of an empty submission needs no group', () => {
    const c = new Submitter();
    expect(c.call('GROUP_SUBMIT', { group_handle: 99, 'queue_submits.stride': 1 })).toBe(0);
  });
});

describe('a group that fails', () => {
  test('with a recoverable fault goes on; only the fence of that job has an error', () => {
    const c = new Submitter();
    const { queues } = c.group();
    c.submit(1, { signal: 1 }, { signal: 2 });
    c.drv.sched.reportFault(queues[0]);
    c.runner.finish(queues[0], 2);
    expect(c.states(1, 2)).toEqual([-EINVAL, 'done']);
    expect(c.groupState(1)).toEqual([0, 0]);
  });

  test('with a fatal one says which queue, and cancels the others', () => {
    const c = new Submitter();
    const { queues } = c.group();
    c.submit(1, { signal: 1 }, { queue: 1, signal: 2 });
    c.drv.sched.reportFatal(queues[1]);
    expect(c.groupState(1)).toEqual([2, 2]);
    expect(c.states(1, 2)).toEqual([-ECANCELED, -EINVAL]);
    expect(queues[0].doneSeqno).toBe(1);
  });

  test('by not ending within five seconds has timed out', () => {
    const c = new Submitter();
    const { queues } = c.group();
    c.submit(1, { signal: 1 }, { signal: 2 });
    expect(c.drv.nextDeadlineNs).toBe(c.clock.ns + 5e9);
    c.clock.ns += 4e9;
    c.runner.finish(queues[0]);
    // Progress: five more seconds.
    expect(c.drv.nextDeadlineNs).toBe(c.clock.ns + 5e9);
    c.clock.ns += 5e9;
    run(c.drv.poll());
    expect(c.groupState(1)).toEqual([1, 0]);
    expect(c.states(1, 2)).toEqual(['done', -ETIMEDOUT]);
    expect(c.submit(1, { signal: 3 })).toBe(-EINVAL);
    // All that is left is to suspend.
    expect(c.drv.nextDeadlineNs).toBe(c.clock.ns + 50e6);
    c.clock.ns += 50e6;
    run(c.drv.poll());
    expect(c.drv.nextDeadlineNs).toBe(Number.POSITIVE_INFINITY);
  });

  test('by being destroyed cancels what is in flight and what waits', () => {
    const c = new Submitter();
    const group = c.group();
    const gate = new Fence();
    c.file.syncobjs.get(4)?.replaceFence(gate);
    c.submit(1, { signal: 1 }, { signal: 2, wait: 4 });
    const { live } = c.drv.device.gem;
    expect(c.call('GROUP_DESTROY', { group_handle: 1 })).toBe(0);
    expect(c.states(1, 2)).toEqual([-ECANCELED, 'pending']);
    // The waiting job holds the group.
    expect(c.drv.device.gem.live).toBe(live);
    gate.signal();
    c.call('VM_GET_STATE', { vm_id: 1 });
    expect(c.state(2)).toBe(-ECANCELED);
    expect(c.drv.device.gem.live).toBe(live - 5);
    expect([group.vm.activeCount, group.vm.refs]).toEqual([0, 1]);
  });

  test('leaves only its state in what GROUP_GET_STATE returns, not even the handle', () => {
    const c = new Submitter();
    c.group();
    c.groupState(1);
    expect(c.out('GROUP_GET_STATE', 'group_handle')).toBe(0);
  });
});

test('a job waits for an earlier one of the same call in another queue', () => {
  const c = new Submitter();
  const { queues } = c.group();
  c.submit(1, { signal: 1 }, { queue: 1, signal: 2, wait: 1 });
  expect(queues.map(({ inFlight }) => inFlight.length)).toEqual([1, 0]);
  c.runner.finish(queues[0]);
  c.groupState(1);
  expect(queues.map(({ inFlight }) => inFlight.length)).toEqual([0, 1]);
});

test('where no streams are run, jobs end before the call returns', () => {
  const c = new TestClient();
  c.make('VM_CREATE', {}, 'id');
  c.make('SYNCOBJ_CREATE', {}, 'handle');
  c.make('GROUP_CREATE', groupArg(), 'group_handle');
  const job = {
    stream_size: 64,
    stream_addr: STREAM,
    syncs: structs(drm_panthor_sync_op, { flags: SIGNAL, handle: 1 }),
  };
  expect(
    c.call('GROUP_SUBMIT', { group_handle: 1, queue_submits: structs(drm_panthor_queue_submit, job) }),
  ).toBe(0);
  expect(c.file.syncobjs.get(1)?.fence?.signaled).toBe(true);
  expect(c.file.vms.get(1)?.activeCount).toBe(1);
});
