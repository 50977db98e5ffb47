/** The binds of a scenario's threads: VM_BIND as a client makes it, or from where its operations begin. */
import { EINVAL, ENODEV } from '../../../uapi/errno.ts';
import {
  DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC,
  DRM_PANTHOR_VM_BIND_OP_MAP_READONLY,
  DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE,
  DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED,
  DRM_PANTHOR_VM_BIND_OP_TYPE_MAP,
  DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP,
} from '../../../uapi/panthor_drm.ts';
import type { Op } from '../../coroutine/op.ts';
import { type BindJob, type BindOp, bindJobCreate } from '../../driver/mmu/vm-bind.ts';
import type { BindPart, Call } from '../scenario/scenario.ts';
import type { Harness, VmState } from './harness.ts';
import { vmBind } from './ioctl.ts';

/** The result of an asynchronous bind is its job's. */
export const QUEUED = 'queued';

/** What panthor_vm_bind_prepare_op_ctx() is given. */
export function bindOp(harness: Harness, call: BindPart): BindOp {
  let flags = call.verb === 'unmap' ? DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP : DRM_PANTHOR_VM_BIND_OP_TYPE_MAP;
  if (call.flags.includes('readonly')) flags |= DRM_PANTHOR_VM_BIND_OP_MAP_READONLY;
  if (call.flags.includes('uncached')) flags |= DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED;
  if (call.flags.includes('noexec')) flags |= DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC;
  if (call.verb === 'sparse') flags |= DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE | DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC;
  const boHandle = call.object === '' ? 0 : harness.object(call.object).handle;
  return { flags, boHandle, boOffset: call.offset, va: call.va, size: call.size, syncCount: 0 };
}

/** Queues an asynchronous bind, call number `call` of thread `thread`. 0 or -errno. */
function* queue(harness: Harness, state: VmState, op: BindOp, thread: number, call: number): Op<number> {
  const job =
    harness.driver === null ? createJob(harness, state, op) : yield* harness.driver.createJob(state.vm, op);
  if (typeof job === 'number') return job;
  state.jobs.push({ job, va: op.va, size: op.size, thread, call });
  state.unsignalled++;
  if (harness.pressure !== null) state.vm.resv.unsignaled++;
  return 0;
}

function createJob(harness: Harness, { id }: VmState, op: BindOp): BindJob | number {
  const vm = harness.pool.get(id);
  return vm === undefined ? -EINVAL : bindJobCreate(vm, harness, op);
}

/** panthor_vm_bind_exec_sync_op(); a tree's call does all of it. */
function bindSync(harness: Harness, state: VmState, op: BindOp): Op<number> {
  return harness.driver === null ? bindHeld(harness, state, op) : state.vm.bindExecSyncOp(harness, op);
}

/** The same with the VM looked up and held for as long as it takes: -EINVAL where it was destroyed. */
function* bindHeld(harness: Harness, state: VmState, op: BindOp): Op<number> {
  const vm = harness.pool.get(state.id);
  if (vm === undefined) return -EINVAL;
  vm.get();
  const ret = yield* vm.bindExecSyncOp(harness, op);
  yield* vm.put();
  return ret;
}

/** A `map`, `sparse` or `unmap`, call number `at` of thread `thread`: -errno, 0, or in words what became of it. */
export function* bind(
  harness: Harness,
  state: VmState,
  call: Call,
  thread: number,
  at: number,
): Op<number | string> {
  if (call.ioctl) {
    const parts = [call as BindPart, ...call.more];
    const ops = parts.map((part) => bindOp(harness, part));
    return yield* vmBind(
      harness,
      state,
      ops,
      call.async ? { waits: call.waits, signals: call.signals } : null,
    );
  }
  const op = bindOp(harness, call as BindPart);
  yield 'VM_BIND';
  if (call.async) {
    const queued = yield* queue(harness, state, op, thread, at);
    return queued === 0 ? QUEUED : queued;
  }
  // panthor_ioctl_vm_bind() is inside drm_dev_enter() as a whole; jobs of the queue are not.
  if (!harness.device.enter()) return -ENODEV;
  yield 'panthor_vm_bind_exec_sync_op';
  state.spec.begins();
  const unusable = !state.freed && state.vm.unusable;
  const ret = yield* bindSync(harness, state, op);
  state.spec.observe();
  state.spec.returned([op], ret);
  if (unusable && ret === 0 && call.verb !== 'unmap') {
    harness.reportViolation('unusable-vm', `'${call.text}' goes well although VM ${state.name} is unusable`);
  }
  harness.device.exit();
  return ret;
}
