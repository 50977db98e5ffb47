/** The threads that a scenario names: what each of their calls does. */
import { ENOENT, errnoName } from '../../../uapi/errno.ts';
import type { Op } from '../../coroutine/op.ts';
import type { MachineOp } from '../../hw/timed-machine.ts';
import { type BindPart, type Call, type ObjectDecl, ScenarioError } from '../scenario/scenario.ts';
import { bind, bindOp, QUEUED } from './binds.ts';
import { unplug } from './device.ts';
import { access, activate, enter, idle, killGroups, leave } from './groups.ts';
import type { Group, Harness, VmState } from './harness.ts';
import { boCreate, closeFile, fenceOf, gemClose, syncobjSignal, vmDestroy } from './ioctl.ts';
import { groupCreate, groupDestroy, groupSubmit } from './ioctl-groups.ts';
import { heapCreate, heapDestroy, queryTimestamp, vmGetState } from './ioctl-others.ts';
import { resume, suspend } from './power.ts';
import { evict, reclaim, submitCall } from './reclaim.ts';
import { playStream } from './streams.ts';
import { streamOf, timeSlice } from './submitted.ts';

/** What a VM is like before the threads start. @throws ScenarioError where that cannot be */
export function* prepare(harness: Harness, state: VmState): Op<void> {
  const calls = harness.scenario.vms.find((one) => one.name === state.name)?.calls ?? [];
  for (const call of calls) {
    let ret: number | string = 0;
    if (call.verb === 'activate') ret = yield* activate(harness, state, state.group);
    else if (call.verb === 'idle') ret = yield* idle(harness, state, state.group);
    else ret = yield* state.vm.bindExecSyncOp(harness, bindOp(harness, call as BindPart));
    harness.observe();
    if (typeof ret === 'number') state.spec.returned([call], ret);
    if (ret === 0) continue;
    const why = typeof ret === 'number' ? `is ${errnoName(ret)}` : ret;
    throw new ScenarioError(
      `${harness.scenario.name}:${call.line}: '${call.text}' ${why} on ${harness.device.kernel.name}`,
    );
  }
}

/** Thread number `thread` of the scenario. */
export function* play(harness: Harness, calls: readonly Call[], thread: number): MachineOp<void> {
  for (let i = 0; i < calls.length; i++) {
    harness.coverage.begin(thread, i);
    harness.callsUnderWay++;
    const result = yield* perform(harness, calls[i], thread, i);
    harness.callsUnderWay--;
    if (result !== QUEUED) harness.coverage.result(thread, i, result);
  }
  harness.coverage.end(thread);
}

/** One call: 0 or -errno, or in words what became of it. Each is a generator of its own, so that none stands inside another here. */
function perform(harness: Harness, call: Call, thread: number, at: number): MachineOp<number | string> {
  const group = harness.groups[thread];
  const state = call.vm === '' ? null : harness.vm(call.vm);
  switch (call.verb) {
    case 'map':
    case 'sparse':
    case 'unmap':
      return bind(harness, state as VmState, call, thread, at);
    case 'activate':
      return activate(harness, state as VmState, group);
    case 'idle':
      return idle(harness, state as VmState, group);
    case 'enter':
      return enterFirst(state as VmState, group);
    case 'leave':
      return leave(state as VmState, group);
    case 'reclaim':
      return reclaim(harness, harness.object(call.object));
    case 'evict':
      return evict(harness, state as VmState);
    case 'submit':
    case 'done':
      return submitCall(state as VmState, group, call);
    case 'kill':
      return groupsDestroy(harness, state as VmState, call.va);
    case 'stream':
      return playStream(harness, state as VmState, group, call);
    case 'destroy':
      return destroy(harness, state as VmState, call.ioctl);
    case 'reset':
      return scheduleReset(harness);
    case 'suspend':
      return suspend(harness);
    case 'resume':
      return resume(harness);
    case 'unplug':
      return unplug(harness);
    case 'remove':
      return remove(harness);
    case 'create': {
      const { size } = harness.scenario.objects.find((one) => one.name === call.object) as ObjectDecl;
      return boCreate(harness, harness.object(call.object), size);
    }
    case 'timestamp':
      return queryTimestamp(harness);
    case 'state':
      return vmGetState(harness, state as VmState);
    case 'create-heap':
      return heapCreate(harness, state as VmState);
    case 'destroy-heap':
      return heapDestroy(harness, state as VmState);
    case 'time-slice':
      return timeSlice(harness);
    case 'create-group':
      return groupCreate(harness, harness.submittedGroup(call.group));
    case 'destroy-group':
      return groupDestroy(harness, harness.submittedGroup(call.group));
    case 'run':
      return run(harness, call, thread, at);
    case 'close':
      return gemClose(harness, harness.object(call.object));
    case 'close-file':
      return closeFile(harness);
    case 'signal':
      return signal(harness, call.signals[0]);
    case 'wait':
      return waitFor(harness, call.waits[0]);
    default:
      return access(harness, state as VmState, group, call);
  }
}

function* enterFirst(state: VmState, group: Group): Op<number> {
  yield 'vm_active';
  return yield* enter(state, group);
}

function* groupsDestroy(harness: Harness, state: VmState, saveVa: number): Op<number | string> {
  yield 'GROUP_DESTROY';
  return killGroups(harness, state, saveVa);
}

function* destroy(harness: Harness, state: VmState, ioctl: boolean): Op<number> {
  yield 'VM_DESTROY';
  if (ioctl) return yield* vmDestroy(harness, state);
  return yield* harness.pool.destroyVm(state.id);
}

/** No thread has a reason to ask for a reset while the device resumes. */
function* scheduleReset(harness: Harness): Op<number> {
  const { pm } = harness.device;
  yield { label: 'a reset is scheduled', ready: () => pm.state !== 'resuming' };
  harness.device.scheduleReset();
  return 0;
}

function* remove(harness: Harness): Op<number> {
  yield 'the device is pulled out';
  harness.removed = true;
  harness.machine.regs.reachable = false;
  return 0;
}

function* run(harness: Harness, call: Call, thread: number, at: number): Op<number | string> {
  const waits = call.waits.map((name) => fenceOf(harness, name)).filter((fence) => fence !== null);
  harness.submittedGroup(call.group).waits.push({ stream: streamOf(thread, at), fences: waits });
  const ret = yield* groupSubmit(harness, harness.submittedGroup(call.group), call, thread, at);
  return ret === 0 ? QUEUED : ret;
}

function* signal(harness: Harness, fence: string): Op<number> {
  yield 'SYNCOBJ_SIGNAL';
  return yield* syncobjSignal(harness, fence);
}

function* waitFor(harness: Harness, name: string): Op<number> {
  yield { label: `fence ${name}`, ready: () => fenceOf(harness, name)?.signaled === true };
  return fenceOf(harness, name)?.error ?? -ENOENT;
}
