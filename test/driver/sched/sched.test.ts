import { describe, expect, test } from 'vitest';
import { run } from '../../../src/coroutine/op.ts';
import type { PanthorGroup } from '../../../src/driver/sched/group.ts';
import { ECANCELED, EINVAL, ETIMEDOUT } from '../../../uapi/errno.ts';
import { drm_panthor_queue_create } from '../../../uapi/panthor_drm.ts';
import { structs } from '../ioctl/arguments.ts';
import { Submitter } from './submitting-client.ts';

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
