/** VM_BIND: panthor_ioctl_vm_bind(). Synchronous binds are the busiest call there is, so they allocate nothing. */
import { EINVAL, ENODEV, ENOMEM } from '../../../uapi/errno.ts';
import {
  DRM_PANTHOR_VM_BIND_ASYNC,
  drm_panthor_vm_bind,
  drm_panthor_vm_bind_op,
} from '../../../uapi/panthor_drm.ts';
import type { Op } from '../../coroutine/op.ts';
import type { UserMemory } from '../base/uaccess.ts';
import type { PanthorVm } from '../mmu/vm.ts';
import type { BindJob, BindOp } from '../mmu/vm-bind.ts';
import { SchedJob } from '../sched/sched-entity.ts';
import type { PanthorDrv } from './drv.ts';
import type { IoctlHandler } from './entry.ts';
import type { DrmFile } from './file.ts';
import { SubmitContext } from './submit.ts';
import { getArray } from './uobj.ts';

const { vm_id: VM_ID, flags: FLAGS, ops: OPS } = drm_panthor_vm_bind.off;
const COUNT = OPS + 4;
const OP = drm_panthor_vm_bind_op.off;
const {
  flags: OP_FLAGS,
  bo_handle: OP_BO_HANDLE,
  bo_offset: OP_BO_OFFSET,
  va: OP_VA,
  size: OP_SIZE,
  syncs: OP_SYNCS,
} = OP;

/** Decoded operations to be used again. More than one only where calls interleave. */
const spareOps: BindOp[] = [];

function newOp(): BindOp {
  return { flags: 0, boHandle: 0, boOffset: 0, va: 0, size: 0, syncCount: 0 };
}

/** Decodes the drm_panthor_vm_bind_op at `at`. */
function decodeOp(op: BindOp, view: DataView, at: number): BindOp {
  op.flags = view.getUint32(at + OP_FLAGS, true);
  op.boHandle = view.getUint32(at + OP_BO_HANDLE, true);
  op.boOffset =
    view.getUint32(at + OP_BO_OFFSET + 4, true) * 0x100000000 + view.getUint32(at + OP_BO_OFFSET, true);
  op.va = view.getUint32(at + OP_VA + 4, true) * 0x100000000 + view.getUint32(at + OP_VA, true);
  op.size = view.getUint32(at + OP_SIZE + 4, true) * 0x100000000 + view.getUint32(at + OP_SIZE, true);
  op.syncCount = view.getUint32(at + OP_SYNCS + 4, true);
  return op;
}

/** panthor_ioctl_vm_bind(). Flags that it does not know make no difference. */
export const vmBind: IoctlHandler = function* (drv, file, mem, view, at) {
  if (!drv.device.enter()) return -ENODEV;
  const vm = yield* file.vms.getVm(view.getUint32(at + VM_ID, true));
  let ret: number;
  if (vm === undefined) ret = -EINVAL;
  else if ((view.getUint32(at + FLAGS, true) & DRM_PANTHOR_VM_BIND_ASYNC) === 0) {
    ret = drv.device.allocationFails?.('panthor_get_uobj_array')
      ? -ENOMEM
      : yield* bindSync(file, vm, mem, view, at);
  } else ret = yield* bindAsync(drv, file, vm, mem, view, at);
  if (vm !== undefined) yield* vm.put();
  drv.device.exit();
  return ret;
};

/** panthor_ioctl_vm_bind_sync(): one operation after the other; `ops.count` says which one failed. */
function* bindSync(file: DrmFile, vm: PanthorVm, mem: UserMemory, view: DataView, at: number): Op<number> {
  const ops = getArray(mem, view, at + OPS, drm_panthor_vm_bind_op);
  if (ops < 0) return ops;
  const stride = view.getUint32(at + OPS, true);
  const count = view.getUint32(at + COUNT, true);
  const op = spareOps.pop() ?? newOp();
  let ret = 0;
  for (let i = 0; i < count; i++) {
    vm.device.condResched?.();
    ret = yield* vm.bindExecSyncOp(file, decodeOp(op, mem.view, ops + i * stride));
    if (ret !== 0) {
      view.setUint32(at + COUNT, i, true);
      break;
    }
  }
  spareOps.push(op);
  return ret;
}

/**
 * Jobs that are done, to be used again: a client may have tens of thousands of them at once, and V8's collector would copy
 * each one that was made and still waits. The explorer, in which workers are threads, has none of them: they would be part of
 * its states.
 */
const spareJobs: VmBindSchedJob[] = [];
const MAX_SPARE_JOBS = 1 << 14;

/** A bind on its way through the queue of its VM (struct panthor_vm_bind_job as a drm_sched_job). */
class VmBindSchedJob extends SchedJob {
  readonly job: BindJob;
  /** It goes to `spareJobs` once it is done. */
  readonly #isReused: boolean;

  constructor(job: BindJob, isReused: boolean) {
    super(1, job.size);
    this.job = job;
    this.#isReused = isReused;
  }

  /** A job for `op`; -errno of panthor_vm_bind_job_create(). */
  static create(vm: PanthorVm, file: DrmFile, op: BindOp): VmBindSchedJob | number {
    const spare: VmBindSchedJob | undefined = spareJobs[spareJobs.length - 1];
    const job = vm.bindJobCreate(file, op, spare?.job);
    if (typeof job === 'number') return job;
    if (spare === undefined)
      return new VmBindSchedJob(job, file.drv.drainsInline || vm.device.condResched !== null);
    spareJobs.pop();
    spare.cost = job.size;
    return spare;
  }

  override *run(): Op<number> {
    return yield* this.job.run();
  }

  /**
   * panthor_vm_bind_free_job() and panthor_vm_bind_job_put(). A map that ran after its VM was destroyed keeps that VM for
   * ever, here as in the kernel.
   */
  override *free(): Op<void> {
    const { job } = this;
    yield* job.cleanup();
    if (!this.#isReused || spareJobs.length >= MAX_SPARE_JOBS) return;
    job.leave();
    this.leave();
    spareJobs.push(this);
  }
}

/** panthor_ioctl_vm_bind_async(): all operations are queued, or none. */
function* bindAsync(
  drv: PanthorDrv,
  file: DrmFile,
  vm: PanthorVm,
  mem: UserMemory,
  view: DataView,
  at: number,
): Op<number> {
  const { allocationFails } = drv.device;
  if (allocationFails?.('panthor_get_uobj_array')) return -ENOMEM;
  const ops = getArray(mem, view, at + OPS, drm_panthor_vm_bind_op);
  if (ops < 0) return ops;
  if (allocationFails?.('panthor_submit_ctx_init')) return -ENOMEM;
  const stride = view.getUint32(at + OPS, true);
  const count = view.getUint32(at + COUNT, true);
  const submit = new SubmitContext(file, mem);
  const entity = drv.sched.vmEntity(vm);
  const op = spareOps.pop() ?? newOp();
  let ret = 0;
  for (let i = 0; i < count && ret === 0; i++) {
    const opAt = ops + i * stride;
    drv.device.condResched?.();
    const job = VmBindSchedJob.create(vm, file, decodeOp(op, mem.view, opAt));
    ret = typeof job === 'number' ? job : submit.addJob(job, entity, opAt + OP_SYNCS);
  }
  spareOps.push(op);
  ret ||= submit.collectSignals() || submit.addDepsAndArm();
  if (ret === 0) submit.push(vm.resv);
  yield* submit.cleanup();
  return ret;
}
