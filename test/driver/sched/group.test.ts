import { describe, expect, test } from 'vitest';
import { type Op, run } from '../../../src/coroutine/op.ts';
import type { PanthorGroup } from '../../../src/driver/sched/group.ts';
import type { JobRunner } from '../../../src/driver/sched/job-runner.ts';
import { type PanthorQueue, SYNCOBJ_BYTES } from '../../../src/driver/sched/queue.ts';
import { Fence } from '../../../src/driver/sync/fence.ts';
import { EBUSY, ECANCELED, EINVAL, ETIMEDOUT } from '../../../uapi/errno.ts';
import {
  drm_panthor_queue_create,
  drm_panthor_queue_submit,
  drm_panthor_sync_op,
} from '../../../uapi/panthor_drm.ts';
import { TestClient, type TestClientOptions } from '../client.ts';
import { type Struct, structs } from '../ioctl/arguments.ts';
import { groupArg } from '../ioctl/bad-ioctls/row.ts';

const SIGNAL = 1 << 31;
const STREAM = 0x1000000;

/** Remembers doorbells and finishes jobs when it is told to. */
class ManualRunner implements JobRunner {
  readonly doorbells: PanthorQueue[] = [];
  readonly stopped: PanthorGroup[] = [];

  *doorbell(queue: PanthorQueue): Op<void> {
    this.doorbells.push(queue);
  }

  stop(group: PanthorGroup): boolean {
    this.stopped.push(group);
    return true;
  }

  /** The GPU has finished `count` more jobs of the queue. */
  finish(queue: PanthorQueue, count = 1): void {
    const at = queue.index * SYNCOBJ_BYTES;
    queue.group.syncobjs.contents.write64(at, queue.doneSeqno + count);
    queue.extract += 128 * count;
    queue.group.sched.reportSyncUpdate(queue.group);
  }
}

/** A client with VM 1 and syncobjs 1 to 4, whose jobs end when the test says so. */
class Submitter extends TestClient {
  readonly runner = new ManualRunner();

  constructor(options: TestClientOptions = {}) {
    super(options);
    this.drv.sched.runner = this.runner;
    this.make('VM_CREATE', {}, 'id');
    for (let i = 0; i < 4; i++) this.make('SYNCOBJ_CREATE', {}, 'handle');
  }

  group(changes: Struct = {}): PanthorGroup {
    const handle = this.make('GROUP_CREATE', groupArg(changes), 'group_handle');
    return this.file.groups.get(handle) as PanthorGroup;
  }

  /** Submits jobs that each signal one syncobj; `size` 0 is a synchronization point. */
  submit(group: number, ...jobs: { queue?: number; signal: number; wait?: number; size?: number }[]): number {
    const list = jobs.map(({ queue = 0, signal, wait, size = 64 }): Struct => {
      const ops: Struct[] = [{ flags: SIGNAL, handle: signal }];
      if (wait !== undefined) ops.unshift({ handle: wait });
      return {
        queue_index: queue,
        stream_size: size,
        stream_addr: size === 0 ? 0 : STREAM,
        syncs: structs(drm_panthor_sync_op, ...ops),
      };
    });
    return this.call('GROUP_SUBMIT', {
      group_handle: group,
      queue_submits: structs(drm_panthor_queue_submit, ...list),
    });
  }

  state(handle: number): string | number {
    const fence = this.file.syncobjs.get(handle)?.fence;
    if (fence === null || fence === undefined) return 'none';
    return fence.signaled ? fence.error || 'done' : 'pending';
  }

  states(...handles: number[]): (string | number)[] {
    return handles.map((handle) => this.state(handle));
  }

  /** State flags and fatal queues. */
  groupState(handle: number): [number, number] {
    expect(this.call('GROUP_GET_STATE', { group_handle: handle })).toBe(0);
    return [this.out('GROUP_GET_STATE', 'state'), this.out('GROUP_GET_STATE', 'fatal_queues')];
  }
}

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

describe('a VM', () => {
  test('is active from the first job of its groups until the device was not needed for 50 ms', () => {
    const c = new Submitter();
    const { queues, vm } = c.group();
    expect(vm.activeCount).toBe(0);
    c.submit(1, { signal: 1 }, { queue: 1, signal: 2 });
    expect(vm.activeCount).toBe(1);
    c.runner.finish(queues[0]);
    c.groupState(1);
    expect(vm.activeCount).toBe(1);
    c.runner.finish(queues[1]);
    c.groupState(1);
    expect(vm.activeCount).toBe(1);
    c.clock.ns += 49_999_999;
    c.groupState(1);
    expect(vm.activeCount).toBe(1);
    c.clock.ns += 1;
    c.groupState(1);
    expect([vm.activeCount, vm.as]).toEqual([0, -1]);
  });

  test('that has a fault it did not handle takes its groups along', () => {
    const c = new Submitter();
    const group = c.group();
    c.submit(1, { signal: 1 }, { queue: 1, signal: 2 });
    group.vm.unhandledFault = true;
    c.drv.device.onMmuFault?.();
    expect(c.groupState(1)).toEqual([2, 3]);
    expect(c.states(1, 2)).toEqual([-EINVAL, -EINVAL]);
    expect(group.vm.activeCount).toBe(0);
    expect(c.submit(1, { signal: 3 })).toBe(-EINVAL);
  });

  test('that has one takes only the queue along that is known to have made it', () => {
    const c = new Submitter();
    const group = c.group();
    c.submit(1, { signal: 1 }, { queue: 1, signal: 2 });
    group.vm.unhandledFault = true;
    c.drv.sched.reportFatal(group.queues[1]);
    c.groupState(1);
    expect(c.groupState(1)).toEqual([2, 2]);
    expect(c.states(1, 2)).toEqual([-ECANCELED, -EINVAL]);
  });
});

describe('a reset', () => {
  test('takes all slots, and gives them back to groups that have work', () => {
    const c = new Submitter();
    const group = c.group();
    c.submit(1, { signal: 1 });
    expect(c.runner.doorbells.length).toBe(1);
    c.drv.device.scheduleReset();
    c.groupState(1);
    expect(c.runner.stopped).toEqual([group]);
    expect([group.slot, group.vm.activeCount, c.drv.device.resetPending]).toEqual([0, 1, false]);
    expect(c.runner.doorbells.length).toBe(2);
    c.runner.finish(group.queues[0]);
    c.groupState(1);
    expect([c.state(1), group.slot, group.vm.activeCount]).toEqual(['done', 0, 1]);
  });
});

describe('slots of the firmware', () => {
  function nine(): { c: Submitter; groups: PanthorGroup[] } {
    const c = new Submitter({ sysNice: true });
    const queues = structs(drm_panthor_queue_create, { ringbuf_size: 4096 });
    const groups = [...Array(11).keys()].map((i) => c.group({ queues, priority: i === 10 ? 2 : 1 }));
    for (let i = 1; i <= 10; i++) c.submit(i, { signal: 1 });
    return { c, groups };
  }

  test('are eight; more groups wait for their turn, the important ones first', () => {
    const { c, groups } = nine();
    expect(groups.map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, -1, -1, -1]);
    c.submit(11, { signal: 2 });
    c.runner.finish(groups[3].queues[0]);
    c.groupState(1);
    expect(groups.map(({ slot }) => slot)).toEqual([0, 1, 2, -1, 4, 5, 6, 7, -1, -1, 3]);
    c.runner.finish(groups[0].queues[0]);
    c.groupState(1);
    expect([groups[8].slot, groups[9].slot]).toEqual([0, -1]);
  });

  test('are taken from groups that wait for others, and given back when syncobjs change', () => {
    const { c, groups } = nine();
    groups[5].blockedQueues = 1;
    c.submit(11, { signal: 2 });
    expect([groups[5].slot, groups[8].slot, groups[10].slot]).toEqual([-1, -1, 5]);
    c.groupState(1);
    expect(groups[5].slot).toBe(-1);
    c.drv.sched.reportUnblocked(groups[5].queues[0]);
    for (const i of [0, 1, 2, 3]) c.runner.finish(groups[i].queues[0]);
    c.groupState(1);
    expect(groups[5].slot).toBeGreaterThanOrEqual(0);
    expect(groups[5].blockedQueues).toBe(0);
    expect(c.runner.stopped).toContain(groups[5]);
  });

  test('that lost theirs while they waited still time out, and end when they are destroyed', () => {
    const { c, groups } = nine();
    groups[4].blockedQueues = groups[5].blockedQueues = 1;
    const fences = [4, 5].map((i) => groups[i].queues[0].lastFence);
    c.submit(11, { signal: 2 });
    c.groupState(1);
    expect([groups[4].slot, groups[5].slot]).toEqual([-1, -1]);
    c.call('GROUP_DESTROY', { group_handle: 5 });
    expect(fences.map((fence) => fence?.error)).toEqual([-ECANCELED, 0]);
    c.clock.ns += 5e9;
    run(c.drv.poll());
    expect(fences.map((fence) => fence?.error)).toEqual([-ECANCELED, -ETIMEDOUT]);
  });

  test('need an address space each: seven VMs have jobs at once, the eighth waits without a reset', () => {
    const c = new Submitter();
    for (let i = 2; i <= 8; i++) c.make('VM_CREATE', {}, 'id');
    const groups = [...Array(8).keys()].map((i) => c.group({ vm_id: i + 1 }));
    for (let i = 1; i <= 8; i++) c.submit(i, { signal: 1 });
    expect(groups.map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4, 5, 6, -1]);
    expect([...c.drv.device.warnings.keys()]).toEqual([]);
    c.runner.finish(groups[2].queues[0]);
    c.groupState(1);
    expect(groups[7].slot).toBe(2);
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
