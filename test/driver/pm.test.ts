/** Suspend, resume, reset and unplug with the references and the work that they cancel: kernels.md's differences 1, 3 and 4. */
import { describe, expect, it } from 'vitest';
import { type Op, run, type Waitable } from '../../src/coroutine/op.ts';
import { KERNEL_NAMES, kernel } from '../../src/driver/kernels.ts';
import type { PanthorVm } from '../../src/driver/mmu/vm.ts';
import { AUTOSUSPEND_NS } from '../../src/driver/pm.ts';
import { GPU_IRQ_CLEAN_CACHES_COMPLETED } from '../../src/hw/registers.ts';
import { EINVAL } from '../../uapi/errno.ts';
import {
  DRM_PANTHOR_GROUP_STATE_INNOCENT,
  DRM_PANTHOR_GROUP_STATE_TIMEDOUT,
  drm_panthor_timestamp_info,
  drm_panthor_vm_bind_op,
} from '../../uapi/panthor_drm.ts';
import { structs } from './ioctl/arguments.ts';
import { SchedClient } from './sched/submitter.ts';

/** Steps an operation until a point of that label, or until it waits for what is not ready; its point. */
function until(op: Op<unknown>, label: string): string | Waitable {
  for (;;) {
    const step = op.next();
    if (step.done) throw new Error(`ended before ${label}`);
    const { value } = step;
    if ((typeof value === 'string' ? value : value.label) === label) return value;
  }
}

describe.each(KERNEL_NAMES)('runtime power on %s', (name) => {
  it('goes 50 ms after the last group had work, with all address spaces', () => {
    const c = new SchedClient({ kernel: name });
    const group = c.group();
    c.submit(1);
    expect([group.slot, group.vm.as, c.drv.device.pm.usage]).toEqual([0, 1, 1]);
    c.runner.finish(group.queues[0]);
    c.pass(0);
    expect([group.slot, group.vm.as, c.drv.device.pm.usage]).toEqual([0, 1, 0]);
    c.pass(AUTOSUSPEND_NS - 1);
    expect([c.drv.device.pm.state, group.vm.as]).toEqual(['active', 1]);
    c.pass(1);
    expect([c.drv.device.pm.state, group.slot, group.vm.as]).toEqual(['suspended', -1, -1]);
    expect(c.drv.device.mmu.allocMask & ~1).toBe(0);
  });

  it('stays while a job runs, and comes back with the next one', () => {
    const c = new SchedClient({ kernel: name });
    const group = c.group();
    c.submit(1);
    c.pass(10 * AUTOSUSPEND_NS);
    expect(group.slot).toBe(0);
    c.runner.finish(group.queues[0]);
    c.pass(0);
    c.pass(AUTOSUSPEND_NS);
    expect(c.drv.device.pm.state).toBe('suspended');
    c.submit(1);
    expect([c.drv.device.pm.state, group.slot, group.vm.as]).toEqual(['active', 0, 1]);
    expect(c.drv.device.mmu.stats.activations).toBe(2);
  });

  it('does not count an idle group as a change of address space', () => {
    const c = new SchedClient({ kernel: name });
    const group = c.group();
    for (let i = 0; i < 5; i++) {
      c.submit(1);
      c.runner.finish(group.queues[0]);
      c.pass(1_000_000);
    }
    expect(c.drv.device.mmu.stats.activations).toBe(1);
  });
});

describe('a reset', () => {
  it('that is pending keeps groups from being bound', () => {
    const c = new SchedClient();
    const group = c.group();
    c.drv.device.onResetScheduled = () => {};
    c.drv.device.scheduleReset();
    c.submit(1);
    expect([group.slot, group.vm.as]).toEqual([-1, -1]);
    c.drv.device.resetWq.queue(c.drv.device.resetWork);
    c.pass(0);
    expect([group.slot, group.vm.as, c.drv.device.resetPending]).toEqual([0, 1, false]);
  });

  it.each(KERNEL_NAMES)('that is pending in a suspend on %s', (name) => {
    const c = new SchedClient({ kernel: name });
    const { device } = c.drv;
    const { fastSuspend } = kernel(name).behaviours;
    expect(fastSuspend).toBe(!['6.12', 'atomic-v4'].includes(name));
    device.gpu.pendingReqs = GPU_IRQ_CLEAN_CACHES_COMPLETED;
    run(device.pm.suspend());
    // Only a reset forgets what the GPU has not answered.
    expect(device.gpu.pendingReqs !== 0).toBe(fastSuspend);
    device.scheduleReset();
    expect([device.resetPending, device.resetWq.idle]).toEqual([true, true]);
    expect(run(device.pm.resumeAndGet())).toBe(0);
    expect([device.resetPending, device.resetWq.idle]).toEqual([!fastSuspend, fastSuspend]);
    run(c.drv.drain());
    expect([device.resetPending, device.pm.state]).toEqual([false, 'active']);
  });

  it.each([
    ['6.12', false],
    ['7.2', true],
  ])('whose work finds the device off: %s forgets it or not', (name, stays) => {
    const { device } = new SchedClient({ kernel: name }).drv;
    run(device.pm.suspend());
    device.scheduleReset();
    run(device.resetWork.run());
    expect(device.resetPending).toBe(stays);
  });

  it('that was queued is cancelled by a suspend', () => {
    const c = new SchedClient();
    c.drv.device.scheduleReset();
    expect(c.drv.device.resetWq.idle).toBe(false);
    expect(run(c.drv.device.pm.suspend())).toBe(0);
    expect(c.drv.device.resetWq.idle).toBe(true);
  });

  it('that runs makes a suspend wait, and one that begins later does nothing', () => {
    const c = new SchedClient();
    const { device } = c.drv;
    device.scheduleReset();
    const reset = device.resetWq.step();
    until(reset, 'GPU_CMD');
    const suspend = device.pm.suspend();
    const wait = until(suspend, 'reset.work') as Waitable;
    expect(wait.ready()).toBe(false);
    run(reset as Op<unknown>);
    expect(wait.ready()).toBe(true);
    run(suspend);
    device.resetPending = false;
    device.scheduleReset();
    run(device.resetWork.run());
    expect(device.resetPending).toBe(true);
  });

  it('waits for an asynchronous bind that runs', () => {
    const c = new SchedClient();
    const vm = c.file.vms.get(1) as PanthorVm;
    c.make('BO_CREATE', { size: 4096 }, 'handle');
    const op = { flags: 0, boHandle: 1, boOffset: 0, va: 0x100000, size: 4096, syncCount: 0 };
    const job = vm.bindJobCreate(c.file, op);
    if (typeof job === 'number') throw new Error('refused');
    const bind = job.run();
    until(bind, 'map_pages');
    const reset = c.drv.device.mmu.preReset();
    expect((until(reset, 'the VM_BIND queue') as Waitable).ready()).toBe(false);
    run(bind as Op<unknown>);
    run(reset);
  });

  it.each([
    ['6.12', 0],
    ['6.13', 0],
    ['6.14', DRM_PANTHOR_GROUP_STATE_INNOCENT],
    ['7.2', DRM_PANTHOR_GROUP_STATE_INNOCENT],
  ])(
    'leaves a group that its firmware cannot suspend innocent, which %s says or does not',
    (name, innocent) => {
      const c = new SchedClient({ kernel: name });
      const group = c.group();
      c.submit(1);
      c.runner.answers = false;
      c.drv.device.scheduleReset();
      expect(c.state(1)).toBe(innocent | DRM_PANTHOR_GROUP_STATE_TIMEDOUT);
      expect(c.submit(1)).toBe(-EINVAL);
      expect(group.slot).toBe(-1);
    },
  );

  it('is scheduled by an exception that is unrecoverable, and no other', () => {
    for (const [type, resets] of [
      [0x41, 1],
      [0x49, 0],
    ]) {
      const c = new SchedClient();
      const { queues } = c.group();
      c.submit(1);
      let scheduled = 0;
      c.drv.device.onResetScheduled = () => {
        scheduled++;
      };
      c.drv.sched.reportFatal(queues[0], type);
      expect([scheduled, c.drv.sched.tickWork.pending]).toEqual([resets, resets === 0]);
    }
  });
});

describe('unplug', () => {
  it('has the device on while it takes it down, and off at its end', () => {
    const c = new SchedClient();
    const { device } = c.drv;
    run(device.pm.suspend());
    const op = device.unplug();
    until(op, 'unplug');
    expect([device.pm.state, device.pm.usage]).toEqual(['active', 1]);
    run(op as Op<unknown>);
    expect([device.pm.state, device.pm.usage, device.unplugged]).toEqual(['suspended', 0, true]);
    run(device.unplug());
  });
});

/** Which poll of an enable is the first whose time-out is not swallowed. */
function firstFatalPoll(name: string): number {
  const { behaviours } = kernel(name);
  if (behaviours.waitAfterCommand) return 0;
  return behaviours.lockFlushUnlock ? 1 : 2;
}

describe('bind-failure-ends-tick', () => {
  /** Slots of two groups of one VM whose address space cannot be enabled, and what else is left. */
  function afterFailure(name: string, behaviour: 'with' | 'without') {
    const c = new SchedClient({ kernel: name, [behaviour]: ['bind-failure-ends-tick'] });
    const groups = [c.group(), c.group()];
    c.drv.device.onResetScheduled = () => {};
    // Both wait for the same tick.
    c.drv.drainsInline = false;
    c.submit(1);
    c.submit(2);
    c.drv.device.machine.injectStuck(1, firstFatalPoll(name), 1);
    run(c.drv.drain());
    return groups.map((group) => group.slot);
  }

  it.each(KERNEL_NAMES)('on %s: the second group of a VM whose address space was not enabled', (name) => {
    expect(afterFailure(name, 'with')).toEqual([-1, -1]);
    // vm_active() of the second finds a slot, and does not look whether it is enabled.
    expect(afterFailure(name, 'without')).toEqual([-1, 0]);
  });
});

describe('a bind', () => {
  it('does not need the device on', () => {
    const c = new SchedClient();
    run(c.drv.device.pm.suspend());
    c.make('BO_CREATE', { size: 4096 }, 'handle');
    const ops = structs(drm_panthor_vm_bind_op, { bo_handle: 1, va: 0x100000, size: 4096 });
    expect(c.call('VM_BIND', { vm_id: 1, ops })).toBe(0);
    expect(c.drv.device.pm.state).toBe('suspended');
  });
});

describe('TIMESTAMP', () => {
  const ask = (c: SchedClient): number =>
    c.call('DEV_QUERY', {
      type: 2,
      size: 56,
      pointer: structs(drm_panthor_timestamp_info, { flags: 1 << 4 }),
    });

  it('needs the device on, and lets it go 50 ms after it had to be resumed for this', () => {
    const c = new SchedClient();
    const { pm } = c.drv.device;
    run(pm.suspend());
    expect(ask(c)).toBe(0);
    expect([pm.state, pm.usage]).toEqual(['active', 0]);
    c.pass(AUTOSUSPEND_NS - 1);
    expect(pm.state).toBe('active');
    c.pass(1);
    expect(pm.state).toBe('suspended');
  });

  it('does not keep a device on that is on: it is not marked busy', () => {
    const c = new SchedClient();
    const { pm } = c.drv.device;
    const group = c.group();
    c.submit(1);
    c.runner.finish(group.queues[0]);
    c.pass(0);
    c.pass(AUTOSUSPEND_NS - 1);
    expect(ask(c)).toBe(0);
    expect([pm.state, group.vm.as]).toEqual(['active', 1]);
    c.pass(1);
    expect([pm.state, group.vm.as]).toEqual(['suspended', -1]);
  });

  it('that asks for what there is not leaves the device off', () => {
    const c = new SchedClient();
    run(c.drv.device.pm.suspend());
    const pointer = structs(drm_panthor_timestamp_info, { flags: 1 << 20 });
    expect(c.call('DEV_QUERY', { type: 2, size: 56, pointer })).toBe(-EINVAL);
    expect([c.drv.device.pm.state, c.drv.device.pm.usage]).toEqual(['suspended', 0]);
  });

  it('does not give address spaces back to idle groups', () => {
    const c = new SchedClient();
    const group = c.group();
    c.submit(1);
    c.runner.finish(group.queues[0]);
    c.pass(0);
    c.pass(AUTOSUSPEND_NS);
    ask(c);
    expect([c.drv.device.pm.state, group.vm.as, group.slot]).toEqual(['active', -1, -1]);
  });
});
