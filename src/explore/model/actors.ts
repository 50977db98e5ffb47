/** The threads of a scenario: what each of its calls does, and the threads that serve them. */
import {
  DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC,
  DRM_PANTHOR_VM_BIND_OP_MAP_READONLY,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MAP,
  DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP,
} from '../../../uapi/panthor_drm.ts';
import type { Op } from '../../driver/interleave.ts';
import { IRQ_WAKE_THREAD, type PanthorIrq } from '../../driver/irq.ts';
import type { BindOp } from '../../driver/vm-bind.ts';
import type { AccessKind, MachineOp } from '../../hw/timed-machine.ts';
import type { Translation } from '../../hw/tlb.ts';
import type { Call } from '../scenario.ts';
import { judge } from './judge.ts';
import type { Group, Stage, VmState } from './stage.ts';

function bindOp(stage: Stage, call: Call): BindOp {
  let flags = call.verb === 'unmap' ? DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP : DRM_PANTHOR_VM_BIND_OP_TYPE_MAP;
  if (call.flags.includes('readonly')) flags |= DRM_PANTHOR_VM_BIND_OP_MAP_READONLY;
  if (call.flags.includes('uncached')) flags |= DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED;
  if (call.flags.includes('noexec')) flags |= DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC;
  if (call.verb === 'sparse') flags |= DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE | DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC;
  const boHandle = stage.scenario.objects.findIndex((one) => one.name === call.object) + 1;
  return { flags, boHandle, boOffset: call.offset, va: call.va, size: call.size, syncCount: 0 };
}

/** What a VM is like before the threads start. */
export function* prepare(stage: Stage, state: VmState): Op<void> {
  const calls = stage.scenario.vms.find((one) => one.name === state.name)?.calls ?? [];
  for (const call of calls) {
    let ret = 0;
    if (call.verb === 'activate') ret = yield* activate(stage, state, state.group);
    else if (call.verb === 'idle') yield* idle(stage, state.group);
    else ret = yield* state.vm.bindExecSyncOp(stage, bindOp(stage, call));
    stage.observe();
    if (ret !== 0) throw new Error(`set-up: '${call.text}' returns ${ret}`);
  }
}

/** One thread of the scenario. */
export function* play(stage: Stage, calls: readonly Call[], group: Group): MachineOp<void> {
  for (const call of calls as Call[]) {
    const state = call.vm === '' ? null : stage.vm(call.vm);
    switch (call.verb) {
      case 'map':
      case 'sparse':
      case 'unmap':
        yield* bind(stage, state as VmState, call);
        break;
      case 'activate':
        yield* activate(stage, state as VmState, group);
        break;
      case 'idle':
        yield* idle(stage, group);
        break;
      case 'enter':
        yield* becomeActive(state as VmState);
        break;
      case 'leave':
        yield* becomeIdle(state as VmState);
        break;
      case 'kill':
        yield 'GROUP_DESTROY';
        killGroups(stage, state as VmState, call.va);
        break;
      case 'destroy':
        yield* stage.pool.destroyVm((state as VmState).vm.id);
        break;
      case 'reset':
        stage.device.scheduleReset();
        break;
      case 'suspend':
        yield* suspend(stage);
        break;
      case 'resume':
        yield* resume(stage);
        break;
      case 'unplug':
        yield* unplug(stage);
        break;
      case 'remove':
        yield 'the device is pulled out';
        stage.machine.regs.reachable = false;
        break;
      default:
        yield* access(stage, state as VmState, group, call);
    }
  }
}

function* bind(stage: Stage, state: VmState, call: Call): Op<void> {
  const op = bindOp(stage, call);
  if (call.async) {
    yield 'VM_BIND';
    stage.queue(state, op);
    return;
  }
  // panthor_ioctl_vm_bind() is inside drm_dev_enter() as a whole; jobs of the queue are not.
  if (!stage.device.enter()) return;
  const ret = yield* state.vm.bindExecSyncOp(stage, op);
  state.spec.observe();
  if (ret !== 0) state.spec.failed();
  stage.device.exit();
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

/** A group gets its VM a slot: group_bind_locked(), under the scheduler's lock and never during a reset. */
function* activate(stage: Stage, state: VmState, group: Group): Op<number> {
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
function* idle(stage: Stage, group: Group): Op<void> {
  yield* stage.schedLock.lock();
  if (group.bound && group.vm !== null) {
    yield* unbind(stage, group);
  }
  stage.schedLock.unlock();
}

/** A GPU access of the thread's group, or (without one) of the group that was there from the start. */
function* access(stage: Stage, state: VmState, own: Group, call: Call): MachineOp<void> {
  const group = own.vm === state.vm ? own : state.group;
  if (!group.bound) return;
  yield* groupAccess(stage, state, group, call.va, call.verb as AccessKind, call.text);
}

function* groupAccess(
  stage: Stage,
  state: VmState,
  group: Group,
  va: number,
  kind: AccessKind,
  text: string,
): MachineOp<void> {
  const { epoch } = group;
  const seen = (found: Translation) => {
    if (group.epoch === epoch) judge(stage, state, group, va, text, found);
  };
  yield* stage.machine.access(group.as, va, kind, seen);
}

/** panthor_group_destroy(): the groups of a VM are to leave the GPU at the next tick. */
function killGroups(stage: Stage, state: VmState, saveVa: number): void {
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
function* evictGroups(stage: Stage): Op<void> {
  for (const vm of stage.vms) yield* unbind(stage, vm.group);
  for (const group of stage.groups) yield* unbind(stage, group);
}

function* unbind(stage: Stage, group: Group): Op<void> {
  if (!group.bound || group.vm === null) return;
  group.bound = false;
  yield* becomeIdle(stage.vms.find((one) => one.vm === group.vm) as VmState);
}

/** Thread: panthor_device_reset_work(), whenever a reset was scheduled. */
export function* resetWork(stage: Stage): Op<void> {
  for (;;) {
    yield stage.resetWork;
    if (!stage.device.enter()) {
      stage.device.resetPending = false;
      continue;
    }
    yield* stage.schedLock.lock();
    stage.resetInProgress = true;
    yield* evictGroups(stage);
    stage.schedLock.unlock();
    yield* stage.device.reset();
    stage.resetInProgress = false;
    stage.device.exit();
  }
}

/** panthor_device_suspend(): only while no group is on the GPU; the registers are gone afterwards. */
function* suspend(stage: Stage): Op<void> {
  const nothingRuns = {
    label: 'runtime suspend',
    ready: () => !stage.groups.some((group) => group.bound) && !stage.vms.some((vm) => vm.group.bound),
  };
  for (;;) {
    yield nothingRuns;
    yield* stage.schedLock.lock();
    if (nothingRuns.ready()) break;
    stage.schedLock.unlock();
  }
  stage.powered = false;
  stage.schedLock.unlock();
  yield* stage.device.mmu.suspend();
  yield 'power off';
  stage.machine.reset();
  stage.machine.regs.reachable = false;
}

function* resume(stage: Stage): Op<void> {
  yield 'power on';
  stage.machine.regs.reachable = true;
  yield* stage.device.mmu.resume();
  stage.powered = true;
}

/** panthor_device_unplug(): no register access once it has returned. */
function* unplug(stage: Stage): Op<void> {
  yield* stage.device.unplug();
  stage.gone = true;
  stage.machine.regs.reachable = false;
}

/** Thread: the VM_BIND queue of one VM; the fence is signalled once the job has run. */
export function* bindQueue(state: VmState): Op<void> {
  for (;;) {
    yield state.work;
    const job = state.jobs[0];
    const ret = yield* job.run();
    state.spec.observe();
    if (ret !== 0) state.spec.failed();
    state.jobs.shift();
    state.unsignalled--;
    yield* job.cleanup();
  }
}

/** Thread: the MMU interrupt line, its hard handler and its thread. */
export function* interrupts(stage: Stage, irq: PanthorIrq): Op<void> {
  for (;;) {
    yield stage.mmuInterrupt;
    const ret = yield* irq.rawHandler();
    if (ret === IRQ_WAKE_THREAD) yield* irq.threadedHandler();
  }
}
