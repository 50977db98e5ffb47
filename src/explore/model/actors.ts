/** The threads that a scenario names: what each of their calls does. */
import {
  DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC,
  DRM_PANTHOR_VM_BIND_OP_MAP_READONLY,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MAP,
  DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP,
} from '../../../uapi/panthor_drm.ts';
import type { Op } from '../../coroutine/op.ts';
import type { BindOp } from '../../driver/mmu/vm-bind.ts';
import type { MachineOp } from '../../hw/timed-machine.ts';
import type { Call } from '../scenario/scenario.ts';
import { resume, suspend, unplug } from './device.ts';
import { access, activate, becomeActive, becomeIdle, idle, killGroups } from './groups.ts';
import type { Group, Harness, VmState } from './harness.ts';
import { vmBind, vmDestroy } from './ioctl.ts';
import { playStream } from './streams.ts';

function bindOp(harness: Harness, call: Call): BindOp {
  let flags = call.verb === 'unmap' ? DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP : DRM_PANTHOR_VM_BIND_OP_TYPE_MAP;
  if (call.flags.includes('readonly')) flags |= DRM_PANTHOR_VM_BIND_OP_MAP_READONLY;
  if (call.flags.includes('uncached')) flags |= DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED;
  if (call.flags.includes('noexec')) flags |= DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC;
  if (call.verb === 'sparse') flags |= DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE | DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC;
  const boHandle = harness.scenario.objects.findIndex((one) => one.name === call.object) + 1;
  return { flags, boHandle, boOffset: call.offset, va: call.va, size: call.size, syncCount: 0 };
}

/** What a VM is like before the threads start. */
export function* prepare(harness: Harness, state: VmState): Op<void> {
  const calls = harness.scenario.vms.find((one) => one.name === state.name)?.calls ?? [];
  for (const call of calls) {
    let ret = 0;
    if (call.verb === 'activate') ret = yield* activate(harness, state, state.group);
    else if (call.verb === 'idle') yield* idle(harness, state.group);
    else ret = yield* state.vm.bindExecSyncOp(harness, bindOp(harness, call));
    harness.observe();
    if (ret !== 0) throw new Error(`set-up: '${call.text}' returns ${ret}`);
  }
}

/** One thread of the scenario. */
export function* play(harness: Harness, calls: readonly Call[], group: Group): MachineOp<void> {
  for (const call of calls as Call[]) {
    const state = call.vm === '' ? null : harness.vm(call.vm);
    switch (call.verb) {
      case 'map':
      case 'sparse':
      case 'unmap':
        yield* bind(harness, state as VmState, call);
        break;
      case 'activate':
        yield* activate(harness, state as VmState, group);
        break;
      case 'idle':
        yield* idle(harness, group);
        break;
      case 'enter':
        yield* becomeActive(state as VmState);
        break;
      case 'leave':
        yield* becomeIdle(state as VmState);
        break;
      case 'kill':
        yield 'GROUP_DESTROY';
        killGroups(harness, state as VmState, call.va);
        break;
      case 'stream':
        yield* playStream(harness, state as VmState, group, call);
        break;
      case 'destroy':
        yield 'VM_DESTROY';
        if (call.ioctl) yield* vmDestroy(harness, state as VmState);
        else yield* harness.pool.destroyVm((state as VmState).id);
        break;
      case 'reset':
        yield 'a reset is scheduled';
        harness.device.scheduleReset();
        break;
      case 'suspend':
        yield* suspend(harness);
        break;
      case 'resume':
        yield* resume(harness);
        break;
      case 'unplug':
        yield* unplug(harness);
        break;
      case 'remove':
        yield 'the device is pulled out';
        harness.machine.regs.reachable = false;
        break;
      default:
        yield* access(harness, state as VmState, group, call);
    }
  }
}

function* bind(harness: Harness, state: VmState, call: Call): Op<void> {
  const op = bindOp(harness, call);
  if (call.ioctl) {
    yield* vmBind(harness, state, op);
    return;
  }
  if (call.async) {
    yield 'VM_BIND';
    harness.queue(state, op);
    return;
  }
  // panthor_ioctl_vm_bind() is inside drm_dev_enter() as a whole; jobs of the queue are not.
  if (!harness.device.enter()) return;
  const ret = yield* state.vm.bindExecSyncOp(harness, op);
  state.spec.observe();
  if (ret !== 0) state.spec.failed();
  harness.device.exit();
}
