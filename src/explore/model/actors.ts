/** The threads that a scenario names: what each of their calls does. */
import { ENOENT, errnoName } from '../../../uapi/errno.ts';
import type { Op } from '../../coroutine/op.ts';
import type { MachineOp } from '../../hw/timed-machine.ts';
import { type BindPart, type Call, type ObjectDecl, ScenarioError } from '../scenario/scenario.ts';
import { bind, bindOp, QUEUED } from './binds.ts';
import { unplug } from './device.ts';
import { access, activate, enter, idle, killGroups, leave } from './groups.ts';
import type { Harness, VmState } from './harness.ts';
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
    if (typeof ret === 'number') state.spec.returned(call.va, call.size, ret);
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

/** One call: 0 or -errno, or in words what became of it. */
function* perform(harness: Harness, call: Call, thread: number, at: number): MachineOp<number | string> {
  const group = harness.groups[thread];
  const state = call.vm === '' ? null : harness.vm(call.vm);
  switch (call.verb) {
    case 'map':
    case 'sparse':
    case 'unmap':
      return yield* bind(harness, state as VmState, call, thread, at);
    case 'activate':
      return yield* activate(harness, state as VmState, group);
    case 'idle':
      return yield* idle(harness, state as VmState, group);
    case 'enter':
      yield 'vm_active';
      return yield* enter(state as VmState, group);
    case 'leave':
      return yield* leave(state as VmState, group);
    case 'reclaim':
      return yield* reclaim(harness, harness.object(call.object));
    case 'evict':
      return yield* evict(harness, state as VmState);
    case 'submit':
    case 'done':
      return yield* submitCall(state as VmState, group, call);
    case 'kill':
      yield 'GROUP_DESTROY';
      return killGroups(harness, state as VmState, call.va);
    case 'stream':
      return yield* playStream(harness, state as VmState, group, call);
    case 'destroy':
      yield 'VM_DESTROY';
      if (call.ioctl) return yield* vmDestroy(harness, state as VmState);
      return yield* harness.pool.destroyVm((state as VmState).id);
    case 'reset': {
      // No thread has a reason to ask for one while the device resumes.
      const { pm } = harness.device;
      yield { label: 'a reset is scheduled', ready: () => pm.state !== 'resuming' };
      harness.device.scheduleReset();
      return 0;
    }
    case 'suspend':
      return yield* suspend(harness);
    case 'resume':
      return yield* resume(harness);
    case 'unplug':
      return yield* unplug(harness);
    case 'remove':
      yield 'the device is pulled out';
      harness.machine.regs.reachable = false;
      return 0;
    case 'create': {
      const { size } = harness.scenario.objects.find((one) => one.name === call.object) as ObjectDecl;
      return yield* boCreate(harness, harness.object(call.object), size);
    }
    case 'timestamp':
      return yield* queryTimestamp(harness);
    case 'state':
      return yield* vmGetState(harness, state as VmState);
    case 'create-heap':
      return yield* heapCreate(harness, state as VmState);
    case 'destroy-heap':
      return yield* heapDestroy(harness, state as VmState);
    case 'time-slice':
      return yield* timeSlice(harness);
    case 'create-group':
      return yield* groupCreate(harness, harness.submittedGroup(call.group));
    case 'destroy-group':
      return yield* groupDestroy(harness, harness.submittedGroup(call.group));
    case 'run': {
      const waits = call.waits.map((name) => fenceOf(harness, name)).filter((fence) => fence !== null);
      harness.submittedGroup(call.group).waits.push({ stream: streamOf(thread, at), fences: waits });
      const ret = yield* groupSubmit(harness, harness.submittedGroup(call.group), call, thread, at);
      return ret === 0 ? QUEUED : ret;
    }
    case 'close':
      return yield* gemClose(harness, harness.object(call.object));
    case 'close-file':
      return yield* closeFile(harness);
    case 'signal':
      yield 'SYNCOBJ_SIGNAL';
      return yield* syncobjSignal(harness, call.signals[0]);
    case 'wait': {
      const name = call.waits[0];
      yield { label: `fence ${name}`, ready: () => fenceOf(harness, name)?.signaled === true };
      return fenceOf(harness, name)?.error ?? -ENOENT;
    }
    default:
      return yield* access(harness, state as VmState, group, call);
  }
}
