/** The calls about scheduling groups: panthor_drv.c and panthor_sched.c. */
import { EBUSY, EINVAL, ENODEV } from '../../../uapi/errno.ts';
import {
  DRM_PANTHOR_GROUP_STATE_FATAL_FAULT,
  DRM_PANTHOR_GROUP_STATE_INNOCENT,
  DRM_PANTHOR_GROUP_STATE_TIMEDOUT,
  drm_panthor_group_create,
  drm_panthor_group_destroy,
  drm_panthor_group_get_state,
  drm_panthor_group_submit,
  drm_panthor_queue_create,
  drm_panthor_queue_submit,
} from '../../../uapi/panthor_drm.ts';
import { getU64 } from '../base/u64.ts';
import type { UserMemory } from '../base/uaccess.ts';
import { restoreVmas } from '../mmu/vm-reclaim.ts';
import { type CoreRequest, type GroupArgs, PanthorGroup, priorityPermit } from '../sched/group.ts';
import { PanthorJob, type QueueArgs } from '../sched/queue.ts';
import type { PanthorDrv } from './drv.ts';
import type { IoctlHandler } from './entry.ts';
import type { DrmFile } from './file.ts';
import { SubmitContext } from './submit.ts';
import { getArray } from './uobj.ts';

/** MAX_CS_PER_CSG: queues that a group can have at all; the firmware may have fewer. */
const MAX_CS_PER_CSG = 32;

/** hweight64() of a mask below 2^53. */
function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}

/** Whether a core mask has only bits of `present`; both halves, since masks of clients may be any u64. */
function isSubset(view: DataView, at: number, present: number): boolean {
  const low = view.getUint32(at, true) & ~(present >>> 0);
  const high = view.getUint32(at + 4, true) & ~Math.floor(present / 0x100000000);
  return low === 0 && high === 0;
}

/** The checks at the top of panthor_group_create(), in its order: what is asked for, or -EINVAL. */
function groupArgs(drv: PanthorDrv, view: DataView, at: number): GroupArgs | number {
  const { off } = drm_panthor_group_create;
  const { gpu } = drv;
  if (view.getUint32(at + off.pad, true) !== 0) return -EINVAL;
  if (
    !isSubset(view, at + off.compute_core_mask, gpu.shader_present) ||
    !isSubset(view, at + off.fragment_core_mask, gpu.shader_present) ||
    !isSubset(view, at + off.tiler_core_mask, gpu.tiler_present)
  ) {
    return -EINVAL;
  }
  const request = (max: number, mask: number): CoreRequest => ({
    max: view.getUint8(at + max),
    mask: getU64(view, at + mask),
  });
  const args: GroupArgs = {
    priority: view.getUint8(at + off.priority),
    compute: request(off.max_compute_cores, off.compute_core_mask),
    fragment: request(off.max_fragment_cores, off.fragment_core_mask),
    tiler: request(off.max_tiler_cores, off.tiler_core_mask),
  };
  const enough = [args.compute, args.fragment, args.tiler].every(({ max, mask }) => bits(mask) >= max);
  const tooMany = view.getUint32(at + off.queues + 4, true) > gpu.cs_slot_count;
  return !enough || (tooMany && drv.device.b.queueCountCheck) ? -EINVAL : args;
}

function queueArgs(view: DataView, at: number): QueueArgs {
  const { off } = drm_panthor_queue_create;
  return {
    priority: view.getUint8(at + off.priority),
    pad: view.getUint32(at + off.priority, true) >>> 8,
    ringbufSize: view.getUint32(at + off.ringbuf_size, true),
  };
}

/** panthor_ioctl_group_create() */
export const groupCreate: IoctlHandler = function* (drv, file, mem, view, at) {
  const { off } = drm_panthor_group_create;
  const count = view.getUint32(at + off.queues + 4, true);
  if (count === 0 || count > MAX_CS_PER_CSG) return -EINVAL;
  const queuesAt = getArray(mem, view, at + off.queues, drm_panthor_queue_create);
  if (queuesAt < 0) return queuesAt;
  const permit = priorityPermit(file, view.getUint8(at + off.priority));
  if (permit !== 0) return permit;
  const args = groupArgs(drv, view, at);
  if (typeof args === 'number') return args;
  const stride = view.getUint32(at + off.queues, true);
  const queues: QueueArgs[] = [];
  for (let i = 0; i < count; i++) queues.push(queueArgs(mem.view, queuesAt + i * stride));
  const vm = yield* file.vms.getVm(view.getUint32(at + off.vm_id, true));
  if (vm === undefined) return -EINVAL;
  // 7.2 takes the handle before it looks at the queues, 6.12 after; only what a full pool says tells them apart.
  const full = file.groups.full && drv.device.b.handleBeforeQueues;
  const group = full ? -EBUSY : yield* PanthorGroup.create(drv.sched, vm, args, queues);
  yield* vm.put();
  if (typeof group === 'number') return group;
  const handle = file.groups.alloc(group);
  if (handle < 0) group.put();
  else view.setUint32(at + drm_panthor_group_create.off.group_handle, handle, true);
  return Math.min(handle, 0);
};

/** panthor_ioctl_group_destroy() */
export const groupDestroy: IoctlHandler = function* (drv, file, _mem, view, at) {
  if (view.getUint32(at + drm_panthor_group_destroy.off.pad, true) !== 0) return -EINVAL;
  const handle = view.getUint32(at + drm_panthor_group_destroy.off.group_handle, true);
  return yield* drv.sched.destroyGroup(file, handle);
};

/** panthor_ioctl_group_get_state() and panthor_group_get_state(): everything else in the struct is zeroed, the handle too. */
export const groupGetState: IoctlHandler = function* (drv, file, _mem, view, at) {
  const { off, size } = drm_panthor_group_get_state;
  if (view.getUint32(at + off.pad, true) !== 0) return -EINVAL;
  const group = file.groups.get(view.getUint32(at + off.group_handle, true));
  if (group === undefined) return -EINVAL;
  for (let i = 0; i < size; i += 4) view.setUint32(at + i, 0, true);
  let state = group.timedout ? DRM_PANTHOR_GROUP_STATE_TIMEDOUT : 0;
  if (group.fatalQueues !== 0) state |= DRM_PANTHOR_GROUP_STATE_FATAL_FAULT;
  // 6.14
  if (group.innocent && drv.device.kernel.uapi.minor >= 3) state |= DRM_PANTHOR_GROUP_STATE_INNOCENT;
  view.setUint32(at + off.state, state, true);
  view.setUint32(at + off.fatal_queues, group.fatalQueues, true);
  return 0;
};

/** panthor_job_create(): a job for the drm_panthor_queue_submit at `at`, or -EINVAL. */
function createJob(file: DrmFile, groupHandle: number, view: DataView, at: number): PanthorJob | number {
  const { off } = drm_panthor_queue_submit;
  const size = view.getUint32(at + off.stream_size, true);
  const start = getU64(view, at + off.stream_addr);
  const flush = view.getUint32(at + off.latest_flush, true);
  if (view.getUint32(at + off.pad, true) !== 0) return -EINVAL;
  if ((size === 0) !== (start === 0)) return -EINVAL;
  if ((view.getUint32(at + off.stream_addr, true) & 63) !== 0 || (size & 7) !== 0) return -EINVAL;
  if ((flush & 0x7f000000) !== 0) return -EINVAL;
  const group = file.groups.get(groupHandle);
  if (group === undefined || !group.canRun) return -EINVAL;
  const queue = group.queues[view.getUint32(at + off.queue_index, true)];
  return queue === undefined ? -EINVAL : new PanthorJob(queue, start, size, flush);
}

function addJobs(submit: SubmitContext, file: DrmFile, mem: UserMemory, view: DataView, at: number): number {
  const { off } = drm_panthor_group_submit;
  const array = at + off.queue_submits;
  const first = getArray(mem, view, array, drm_panthor_queue_submit);
  if (first < 0) return first;
  const stride = view.getUint32(array, true);
  const count = view.getUint32(array + 4, true);
  // panthor_job_create() takes a u16.
  const handle = view.getUint16(at + off.group_handle, true);
  for (let i = 0; i < count; i++) {
    const entry = first + i * stride;
    const job = createJob(file, handle, mem.view, entry);
    if (typeof job === 'number') return job;
    const ret = submit.addJob(job, job.queue.entity, entry + drm_panthor_queue_submit.off.syncs);
    if (ret !== 0) return ret;
  }
  return 0;
}

/** panthor_ioctl_group_submit(): all jobs are queued, or none. */
export const groupSubmit: IoctlHandler = function* (drv, file, mem, view, at) {
  if (view.getUint32(at + drm_panthor_group_submit.off.pad, true) !== 0) return -EINVAL;
  if (!drv.device.enter()) return -ENODEV;
  const submit = new SubmitContext(file, mem);
  let ret = addJobs(submit, file, mem, view, at) || submit.collectSignals();
  const { vm } = file.groups.get(view.getUint16(at + drm_panthor_group_submit.off.group_handle, true)) ?? {};
  if (vm !== undefined) yield* vm.resv.lock.lock();
  if (ret === 0 && vm !== undefined && vm.vmas.evictedCount > 0) ret = yield* restoreVmas(vm);
  ret ||= submit.addDepsAndArm();
  if (ret === 0) submit.push(vm?.resv);
  vm?.resv.lock.unlock();
  yield* submit.cleanup();
  drv.device.exit();
  return ret;
};
