/** Groups on the GPU: the scheduler's part, as far as it activates VMs, and the accesses that groups make. */
import type { Op } from '../../coroutine/op.ts';
import type { AccessKind, MachineOp } from '../../hw/timed-machine.ts';
import type { Translation } from '../../hw/tlb.ts';
import type { Call } from '../scenario/scenario.ts';
import type { Group, Stage, VmState } from './harness.ts';
import { judge } from './judge.ts';

/** vm_active and vm_idle, with a count of our own of who holds the VM. */
export function* becomeActive(state: VmState): Op<number> {
  state.moving++;
  const ret = yield* state.vm.active();
  state.moving--;
  if (ret === 0) state.users++;
  return ret;
}

export function* becomeIdle(state: VmState): Op<void> {
  state.users--;
  state.moving++;
  yield* state.vm.idle();
  state.moving--;
}

/** A group gets its VM a slot: group_bind_locked(), under the scheduler's lock and never during a reset. */
export function* activate(stage: Stage, state: VmState, group: Group): Op<number> {
  for (;;) {
    yield state.mayBind;
    yield* stage.schedLock.lock();
    if (stage.canBind(state.vm)) break;
    stage.schedLock.unlock();
  }
  const ret = yield* becomeActive(state);
  if (ret === 0) {
    group.vm = state.vm;
    group.as = state.vm.as;
    group.epoch = stage.machine.epoch;
    group.bound = true;
  }
  stage.schedLock.unlock();
  return ret;
}

/** group_unbind_locked(); a reset or a suspend may have done it already. */
export function* idle(stage: Stage, group: Group): Op<void> {
  yield* stage.schedLock.lock();
  if (group.bound && group.vm !== null) {
    yield* unbind(stage, group);
  }
  stage.schedLock.unlock();
}

/** A GPU access of the thread's group, or (without one) of the group that was there from the start. */
export function* access(stage: Stage, state: VmState, own: Group, call: Call): MachineOp<void> {
  const group = own.vm === state.vm ? own : state.group;
  if (!group.bound) return;
  yield* groupAccess(stage, state, group, call.va, call.verb as AccessKind, call.text);
}

/** The same for a group that is known; null where it was cut short by a reset. */
export function* groupAccess(
  stage: Stage,
  state: VmState,
  group: Group,
  va: number,
  kind: AccessKind,
  text: string,
): MachineOp<Translation | null> {
  const { epoch } = group;
  const found = yield* stage.machine.access(group.as, va, kind);
  if (found !== null && group.epoch === epoch) judge(stage, state, group, va, text, found);
  return found;
}

/** panthor_group_destroy(): the groups of a VM are to leave the GPU at the next tick. */
export function killGroups(stage: Stage, state: VmState, saveVa: number): void {
  for (const group of [state.group, ...stage.groups]) {
    if (!group.bound || group.vm !== state.vm) continue;
    group.killed = true;
    group.saveVa = saveVa;
  }
}

/** Thread: tick_work() as far as it takes groups off the GPU; the firmware saves their state through their VM. */
export function* tickWork(stage: Stage): MachineOp<void> {
  for (;;) {
    yield stage.tick;
    yield* stage.schedLock.lock();
    const group = stage.condemned();
    if (group !== null && group.vm !== null) {
      const state = stage.vms.find((one) => one.vm === group.vm) as VmState;
      yield* groupAccess(stage, state, group, group.saveVa, 'write', 'the firmware saves state');
      yield* unbind(stage, group);
    }
    stage.schedLock.unlock();
  }
}

/** Groups leave the GPU: panthor_sched_suspend(). */
export function* evictGroups(stage: Stage): Op<void> {
  for (const vm of stage.vms) yield* unbind(stage, vm.group);
  for (const group of stage.groups) yield* unbind(stage, group);
}

function* unbind(stage: Stage, group: Group): Op<void> {
  if (!group.bound || group.vm === null) return;
  group.bound = false;
  yield* becomeIdle(stage.vms.find((one) => one.vm === group.vm) as VmState);
}
