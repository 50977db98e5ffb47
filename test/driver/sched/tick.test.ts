/** Who gets a slot of the firmware: tick_work(), panthor_sched_suspend(), and what idle groups give up. */
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/coroutine/op.ts';
import { KERNEL_NAMES, kernel } from '../../../src/driver/kernels.ts';
import type { PanthorGroup } from '../../../src/driver/sched/group.ts';
import { GPU_CMD } from '../../../src/hw/registers.ts';
import { EINVAL } from '../../../uapi/errno.ts';
import { SchedClient } from './submitter.ts';

const CSG_SLOTS = 8;
const [LOW, MEDIUM, HIGH] = [0, 1, 2];

/** A client with a group of each priority in VM 1, whose jobs wait for one tick until drain() is asked for. */
function withGroups(priorities: readonly number[], name = '7.2') {
  const c = new SchedClient({ kernel: name });
  c.file.sysNice = true;
  const groups = priorities.map((priority) => c.group({ priority }));
  c.drv.drainsInline = false;
  return { c, groups };
}

const slotsOf = (groups: readonly PanthorGroup[]): number[] => groups.map(({ slot }) => slot);

/** Each group gets a job, in the order of `handles`. */
function submit(c: SchedClient, handles: Iterable<number>): void {
  for (const handle of handles) expect(c.submit(handle)).toBe(0);
}

describe('a tick', () => {
  it('gives slots by priority, and among equals in the order of asking', () => {
    const { c, groups } = withGroups([LOW, MEDIUM, HIGH, MEDIUM]);
    submit(c, [1, 2, 4, 3]);
    run(c.drv.drain());
    expect(slotsOf(groups)).toEqual([3, 1, 0, 2]);
  });

  it('leaves who finds no slot waiting, the lowest priority first', () => {
    const { c, groups } = withGroups([LOW, ...new Array(CSG_SLOTS).fill(MEDIUM)]);
    submit(
      c,
      groups.map((_, i) => i + 1),
    );
    run(c.drv.drain());
    expect(slotsOf(groups)).toEqual([-1, 0, 1, 2, 3, 4, 5, 6, 7]);
    expect(c.drv.sched.crowded).toBe(true);
    c.runner.finish(groups[3].queues[0]);
    run(c.drv.drain());
    // The idle group makes room.
    expect([groups[0].slot, groups[3].slot]).toEqual([2, -1]);
    expect(c.drv.sched.crowded).toBe(false);
  });

  it('lets an idle group have its slot and its address space until another needs them', () => {
    const { c, groups } = withGroups([MEDIUM]);
    submit(c, [1]);
    run(c.drv.drain());
    c.runner.finish(groups[0].queues[0]);
    run(c.drv.drain());
    expect([groups[0].slot, groups[0].vm.as, groups[0].idle]).toEqual([0, 1, true]);
    expect(c.runner.stopped).toEqual([]);
  });

  it('takes the slot of the idle group of the lowest priority, of equals the last', () => {
    const { c, groups } = withGroups([HIGH, LOW, LOW, ...new Array(CSG_SLOTS - 3).fill(MEDIUM), LOW]);
    submit(
      c,
      Array.from({ length: CSG_SLOTS }, (_, i) => i + 1),
    );
    run(c.drv.drain());
    for (const group of groups.slice(0, CSG_SLOTS)) c.runner.finish(group.queues[0]);
    run(c.drv.drain());
    const before = slotsOf(groups);
    expect(before.at(-1)).toBe(-1);
    submit(c, [CSG_SLOTS + 1]);
    run(c.drv.drain());
    const lost = groups.filter(({ slot }, i) => before[i] >= 0 && slot < 0);
    const lowest = groups
      .slice(1, 3)
      .reduce((a, b) => (before[groups.indexOf(a)] > before[groups.indexOf(b)] ? a : b));
    expect(lost).toEqual([lowest]);
    expect(c.runner.stopped).toEqual([lowest]);
  });

  it('takes groups that are done for off their slots, and ends their jobs', () => {
    const { c, groups } = withGroups([MEDIUM, MEDIUM]);
    submit(c, [1, 2]);
    run(c.drv.drain());
    c.drv.sched.reportFatal(groups[0].queues[0]);
    run(c.drv.drain());
    expect(slotsOf(groups)).toEqual([-1, 1]);
    expect(groups[0].queues[0].inFlight).toEqual([]);
    expect(c.submit(1)).toBe(-EINVAL);
    expect(c.submit(2)).toBe(0);
  });

  it('takes a fault of a VM for the fault of all queues of its groups', () => {
    const { c, groups } = withGroups([MEDIUM]);
    submit(c, [1]);
    run(c.drv.drain());
    groups[0].vm.unhandledFault = true;
    c.drv.sched.tick();
    run(c.drv.drain());
    expect([groups[0].fatalQueues, groups[0].slot]).toEqual([2 ** groups[0].queues.length - 1, -1]);
  });

  it('ends, and schedules a reset, where the firmware does not let a group go', () => {
    const { c, groups } = withGroups([MEDIUM, MEDIUM]);
    const { device, sched } = c.drv;
    device.onResetScheduled = () => {};
    submit(c, [1]);
    run(c.drv.drain());
    c.runner.answers = false;
    sched.reportFatal(groups[0].queues[0]);
    submit(c, [2]);
    run(c.drv.drain());
    expect(device.resetPending).toBe(true);
    expect(slotsOf(groups)).toEqual([0, -1]);
  });

  it.each(KERNEL_NAMES)('on %s: a VM that cannot be bound schedules a reset', (name) => {
    const { c, groups } = withGroups([MEDIUM], name);
    const { device } = c.drv;
    device.onResetScheduled = () => {};
    groups[0].vm.active = function* () {
      return -EINVAL;
    };
    submit(c, [1]);
    run(c.drv.drain());
    // With bind-failure-ends-tick it waits on; without, it is forgotten until it has a new job.
    const waits = kernel(name).behaviours.bindFailureEndsTick;
    expect([device.resetPending, groups[0].slot, groups[0].runnable]).toEqual([true, -1, waits]);
  });

  it('does nothing once the device is unplugged', () => {
    const { c, groups } = withGroups([MEDIUM]);
    submit(c, [1]);
    c.drv.device.unplugged = true;
    run(c.drv.drain());
    expect(groups[0].slot).toBe(-1);
  });
});

describe('the device stays on', () => {
  it('while some group has work, and no longer', () => {
    const { c, groups } = withGroups([MEDIUM, MEDIUM]);
    const { pm } = c.drv.device;
    submit(c, [1, 2]);
    run(c.drv.drain());
    expect(pm.usage).toBe(1);
    c.runner.finish(groups[0].queues[0]);
    run(c.drv.drain());
    expect(pm.usage).toBe(1);
    c.runner.finish(groups[1].queues[0]);
    run(c.drv.drain());
    expect(pm.usage).toBe(0);
  });
});

describe('rotation', () => {
  it('has the longest bound make room for who waits, by priority', () => {
    const { c, groups } = withGroups([HIGH, ...new Array(CSG_SLOTS - 1).fill(MEDIUM), LOW, MEDIUM]);
    submit(
      c,
      groups.map((_, i) => i + 1),
    );
    run(c.drv.drain());
    expect(slotsOf(groups).slice(-2)).toEqual([-1, -1]);
    run(c.drv.sched.rotate());
    run(c.drv.drain());
    // The waiting MEDIUM takes the place of the first MEDIUM; HIGH stays, and LOW takes no place of a MEDIUM.
    expect([groups[0].slot >= 0, groups[1].slot, groups.at(-1)!.slot >= 0, groups.at(-2)!.slot]).toEqual([
      true,
      -1,
      true,
      -1,
    ]);
  });

  it('leaves all as they are during a reset', () => {
    const { c, groups } = withGroups(new Array(CSG_SLOTS + 1).fill(MEDIUM));
    submit(
      c,
      groups.map((_, i) => i + 1),
    );
    run(c.drv.drain());
    const before = slotsOf(groups);
    c.drv.sched.resetInProgress = true;
    run(c.drv.sched.rotate());
    expect(slotsOf(groups)).toEqual(before);
    expect(c.runner.stopped).toEqual([]);
  });
});

describe('a suspend of the scheduler', () => {
  it('takes all groups off their slots; those with work wait for another', () => {
    const { c, groups } = withGroups([MEDIUM, MEDIUM]);
    submit(c, [1, 2]);
    run(c.drv.drain());
    c.runner.finish(groups[1].queues[0]);
    run(c.drv.drain());
    run(c.drv.sched.suspend());
    expect(slotsOf(groups)).toEqual([-1, -1]);
    expect(c.drv.sched.slots.waiting).toEqual([groups[0]]);
    run(c.drv.drain());
    c.drv.sched.resume();
    run(c.drv.drain());
    expect(slotsOf(groups)).toEqual([0, -1]);
  });

  it('terminates groups whose state could not be flushed', () => {
    const { c, groups } = withGroups([MEDIUM]);
    c.drv.device.onResetScheduled = () => {};
    submit(c, [1]);
    run(c.drv.drain());
    c.drv.device.machine.injectFlushFailure(0, 1);
    run(c.drv.sched.suspend());
    expect([groups[0].terminated, groups[0].canRun, groups[0].slot]).toEqual([true, false, -1]);
  });

  it('terminates a group that the firmware cannot suspend, without a flush', () => {
    const { c, groups } = withGroups([MEDIUM]);
    submit(c, [1]);
    run(c.drv.drain());
    c.runner.answers = false;
    const command = c.drv.device.regs.words[GPU_CMD >> 2];
    run(c.drv.sched.suspend());
    expect([groups[0].timedout, groups[0].innocent, groups[0].slot]).toEqual([true, true, -1]);
    expect(c.drv.device.regs.words[GPU_CMD >> 2]).toBe(command);
  });
});

describe('an operation on a VM that is under way', () => {
  /** One that holds op_lock while a tick comes. */
  function busy(slices: boolean) {
    const { c, groups } = withGroups([MEDIUM]);
    if (slices) c.drv.work.admits = () => true;
    submit(c, [1]);
    run(groups[0].vm.opLock.lock());
    return { c, group: groups[0] };
  }

  it('has the tick wait: panthor_vm_active() takes op_lock', () => {
    const { c, group } = busy(false);
    const drain = c.drv.drain();
    const points: string[] = [];
    for (let step = drain.next(); !step.done && points.length < 1000; step = drain.next()) {
      const { value } = step;
      points.push(typeof value === 'string' ? value : value.label);
      if (typeof value !== 'string' && !value.ready()) break;
    }
    expect(points.at(-1)).toMatch(/^op_lock/);
    expect(group.slot).toBe(-1);
  });

  it('has a server that cuts operations in slices pass the group over, and come back', () => {
    const { c, group } = busy(true);
    run(c.drv.drain());
    expect([group.slot, group.runnable]).toEqual([-1, true]);
    group.vm.opLock.unlock();
    c.drv.sched.tickWork.retry();
    run(c.drv.drain());
    expect(group.slot).toBe(0);
  });
});
