/** Groups on the GPU: the scheduler's part, as far as it activates VMs, and the accesses that groups make. */
import { EINVAL, ENODEV } from '../../../uapi/errno.ts';
import type { Op } from '../../coroutine/op.ts';
import { type AccessKind, gpuAccess, permits } from '../../hw/access.ts';
import type { MachineOp } from '../../hw/timed-machine.ts';
import type { Translation } from '../../hw/tlb.ts';
import type { Call } from '../scenario/scenario.ts';
import { noteFault } from './checks/faults.ts';
import { judge, judgeSlot } from './checks/judge.ts';
import type { Group, Harness, VmState } from './harness.ts';
import { pmGet, pmPut } from './power.ts';
import { finishJob, submit } from './reclaim.ts';

/** What GROUP_CREATE looks up, and its group then holds: false where the VM was destroyed. */
function getVm(state: VmState): boolean {
  if (state.freed || state.vm.destroyed) return false;
  state.vm.get();
  return true;
}

/** vm_active alone, by a group that is there from here on. 0 or -errno, -EINVAL for a VM that was destroyed. */
export function* enter(state: VmState, group: Group): Op<number> {
  if (!getVm(state)) return -EINVAL;
  const ret = yield* becomeActive(state);
  if (ret === 0) group.entered++;
  else yield* state.vm.put();
  return ret;
}

/** vm_idle alone. */
export function* leave(state: VmState, group: Group): Op<number> {
  if (state.freed) return -EINVAL;
  yield* becomeIdle(state);
  if (group.entered > 0) {
    group.entered--;
    yield* state.vm.put();
  }
  return 0;
}

/** vm_active and vm_idle, with a count of our own of who holds the VM. */
function* becomeActive(state: VmState): Op<number> {
  state.moving++;
  const ret = yield* state.vm.active();
  state.moving--;
  if (ret === 0) state.users++;
  return ret;
}

function* becomeIdle(state: VmState): Op<void> {
  state.users--;
  state.moving++;
  yield* state.vm.idle();
  state.moving--;
}

/**
 * A group gets its VM a slot: tick_work() to group_bind_locked(), under the scheduler's lock and never during a reset,
 * with the power on (a job that waits for the group holds a reference). 0 or -errno of vm_active.
 */
export function* activate(harness: Harness, state: VmState, group: Group): Op<number | string> {
  const { device } = harness;
  // A group holds its VM; here until it leaves the GPU.
  if (!getVm(state)) return -EINVAL;
  group.vm = state.vm;
  if (harness.pressure !== null && group.job === null) {
    // It gets a slot because a job was submitted.
    const failed = group.refused ? 'nothing was submitted' : yield* submit(state, group);
    if (failed !== 0) {
      yield* state.vm.put();
      return failed;
    }
  }
  yield state.mayBind;
  yield* pmGet(harness);
  for (;;) {
    yield state.mayBind;
    yield* harness.staged.lock.lock();
    if (harness.staged.canBind(state.vm) || device.unplugged) break;
    harness.staged.lock.unlock();
  }
  let ret = -ENODEV;
  if (device.enter()) {
    ret = yield* becomeActive(state);
    if (ret === 0) {
      group.as = state.vm.as;
      group.epoch = harness.machine.epoch;
      group.bound = true;
      judgeSlot(harness, state.vm);
    } else if (device.b.bindFailureEndsTick) device.scheduleReset();
    device.exit();
  }
  if (ret !== 0) {
    pmPut(harness);
    if (!group.ownSubmit) finishJob(group);
  }
  harness.staged.lock.unlock();
  if (ret !== 0) yield* state.vm.put();
  return ret;
}

/** The thread's own group, once it asked for one of this VM; else the group that was there from the start. */
export function groupOf(state: VmState, own: Group): Group {
  return own.vm === state.vm ? own : state.group;
}

/** tick_work() to group_unbind_locked(); a reset may have done it already, and after an unplug it is not done. */
export function* idle(harness: Harness, state: VmState, own: Group): Op<number | string> {
  yield* harness.staged.lock.lock();
  const group = groupOf(state, own);
  let result: number | string = -ENODEV;
  if (harness.device.enter()) {
    result = group.bound ? 0 : 'nothing to take off the GPU';
    yield* unbind(harness, group);
    harness.device.exit();
  }
  harness.staged.lock.unlock();
  return result;
}

/** A GPU access of the thread's group, or (without one) of the group that was there from the start. */
export function* access(harness: Harness, state: VmState, own: Group, call: Call): MachineOp<string> {
  const group = groupOf(state, own);
  if (!group.bound) return 'not on the GPU';
  const kind = call.verb as AccessKind;
  const found = yield* groupAccess(harness, state, group, call.va, kind, call.text);
  if (found === null) return 'cut short by a reset';
  return permits(found, kind) ? 'done' : 'faulted';
}

/** The same for a group that is known; null where it was cut short by a reset. */
export function* groupAccess(
  harness: Harness,
  state: VmState,
  group: Group,
  va: number,
  kind: AccessKind,
  text: string,
): MachineOp<Translation | null> {
  const { epoch } = group;
  const found = yield* gpuAccess(harness.machine, group.as, va, kind, group);
  if (found !== null) noteFault(state, found, kind);
  if (found !== null && group.epoch === epoch) judge(harness, state, group, va, kind, text, found);
  return found;
}

/** panthor_group_destroy(): the groups of a VM are to leave the GPU at the next tick. */
export function killGroups(harness: Harness, state: VmState, saveVa: number): number | string {
  let killed = 0;
  for (const group of [state.group, ...harness.groups]) {
    if (!group.bound || group.vm !== state.vm) continue;
    group.killed = true;
    group.saveVa = saveVa;
    killed++;
  }
  return killed > 0 ? 0 : 'nothing to take off the GPU';
}

/** Thread: tick_work() as far as it takes groups off the GPU; the firmware saves their state through their VM. */
export function* tickWork(harness: Harness): MachineOp<void> {
  for (;;) {
    yield harness.staged.tick;
    yield* harness.staged.lock.lock();
    const group = harness.staged.condemned();
    if (group !== null && group.vm !== null) {
      const state = harness.vms.find((one) => one.vm === group.vm) as VmState;
      yield* groupAccess(harness, state, group, group.saveVa, 'write', 'the firmware saves state');
      yield* unbind(harness, group);
    }
    harness.staged.lock.unlock();
  }
}

/** Groups leave the GPU: panthor_sched_suspend(). */
export function* evictGroups(harness: Harness): Op<void> {
  for (const vm of harness.vms) yield* unbind(harness, vm.group);
  for (const group of harness.groups) yield* unbind(harness, group);
}

function* unbind(harness: Harness, group: Group): Op<void> {
  if (!group.bound || group.vm === null) return;
  group.bound = false;
  const state = harness.vms.find((one) => one.vm === group.vm) as VmState;
  yield* becomeIdle(state);
  if (!group.ownSubmit || group.killed) finishJob(group);
  pmPut(harness);
  yield* state.vm.put();
}
