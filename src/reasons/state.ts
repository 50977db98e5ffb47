/** Why the driver refused a call whose bytes are sound: what it asks for does not fit what is there. */
import { EACCES, EBUSY, EINVAL, ENOENT, ENOSPC, EPERM } from '../../uapi/errno.ts';
import { hex } from '../../uapi/hex.ts';
import { DRM_PANTHOR_BO_NO_MMAP } from '../../uapi/panthor_drm.ts';
import type { GpuProfile } from '../driver/gpu-profile.ts';
import { heapPool } from '../driver/sched/heap.ts';
import { pathOf, view } from '../payload/rules/context.ts';
import { bindReason } from './bind.ts';
import * as core from './core.ts';
import type { Asked, Reason } from './refused-call.ts';
import { syncReason } from './syncs.ts';

type Find = (call: Asked) => Reason | null;

/** Reasons by name of the call and error. */
const REASONS: { readonly [call: string]: { readonly [errno: number]: Find } } = {
  VM_CREATE: { [EBUSY]: vmCreate },
  BO_CREATE: { [ENOSPC]: boSize, [EINVAL]: boSize },
  BO_MMAP_OFFSET: { [EPERM]: boMmapOffset },
  BO_SYNC: { [EINVAL]: boSync },
  GROUP_CREATE: { [EINVAL]: groupCreate, [EBUSY]: groupPool },
  GROUP_SUBMIT: { [EINVAL]: groupSubmit, [ENOENT]: groupSubmit },
  TILER_HEAP_CREATE: { [EBUSY]: heapPoolFull },
  TILER_HEAP_DESTROY: { [ENOENT]: noHeapPool, [EINVAL]: heapVm },
  GEM_FLINK: { [EACCES]: core.permit },
  GEM_OPEN: { [EACCES]: core.permit },
  PRIME_HANDLE_TO_FD: { [EINVAL]: core.primeExport },
  PRIME_FD_TO_HANDLE: { [EINVAL]: core.notADmaBuf },
  SYNCOBJ_HANDLE_TO_FD: { [EINVAL]: core.syncobjExport, [ENOENT]: core.syncobjExport },
  SYNCOBJ_FD_TO_HANDLE: { [EINVAL]: core.syncobjImport },
  SYNCOBJ_WAIT: { [EINVAL]: core.syncobjWait },
  SYNCOBJ_TIMELINE_WAIT: { [EINVAL]: core.syncobjWait },
  SYNCOBJ_TRANSFER: { [EINVAL]: core.syncobjTransfer },
  SYNCOBJ_EVENTFD: { [EINVAL]: core.syncobjEventfd },
};

/** The reason for which the driver refused a call; null where none is known. */
export function stateReason(call: Asked): Reason | null {
  const name = call.payload.spec?.shortName ?? '';
  return name === 'VM_BIND' ? bindReason(call) : (REASONS[name]?.[call.errno]?.(call) ?? null);
}

const reason = (name: string, field: string, why: string): Reason => ({ function: name, field, why });

function vmCreate({ file }: Asked): Reason | null {
  const full = file.vms.all().length === 32;
  return full ? reason('panthor_vm_pool_create_vm', '', 'the file has 32 VMs already') : null;
}

/** drm_gem_object_init() and drm_gem_create_mmap_offset(): more bytes than a file, or all mmap offsets, can have. */
function boSize({ arg, errno }: Asked): Reason | null {
  const size = arg.get('size');
  if (errno === ENOSPC)
    return reason(
      'drm_gem_create_mmap_offset',
      'size',
      `no room among the mmap offsets for ${hex(size)} bytes`,
    );
  return size >= 2n ** 63n
    ? reason('drm_gem_object_init', 'size', `${hex(size)} is negative as a loff_t`)
    : null;
}

function boMmapOffset({ arg, file, toDriver }: Asked): Reason | null {
  const bo = file.lookupGem(toDriver('bo', Number(arg.get('handle'))));
  if (bo === undefined || (bo.flags & DRM_PANTHOR_BO_NO_MMAP) === 0) return null;
  return reason('panthor_ioctl_bo_mmap_offset', 'handle', 'the object was made with NO_MMAP');
}

/** panthor_gem_sync(): the first operation that reaches beyond its object, or is on one that was imported. */
function boSync({ arg, file, toDriver }: Asked): Reason | null {
  for (const op of (arg.buffer('ops')?.items ?? []).map(view)) {
    const handle = Number(op.get('handle'));
    const bo = file.lookupGem(toDriver('bo', handle));
    if (bo === undefined) return null;
    const end = op.get('offset') + op.get('size');
    const where = 'panthor_gem_sync';
    if (end > bo.size) {
      const why = `ends at ${hex(end)}, object ${handle} has ${hex(bo.size)} bytes`;
      return reason(where, pathOf(op, op.get('offset') > bo.size ? 'offset' : 'size'), why);
    }
    if (bo.imported) return reason(where, pathOf(op, 'handle'), `object ${handle} is imported`);
  }
  return null;
}

/** panthor_group_create(): cores that the GPU does not have, more queues than its firmware has stream slots. */
function groupCreate({ arg, file }: Asked): Reason | null {
  const { gpu, device } = file.drv;
  const where = 'panthor_group_create';
  for (const [kind, present] of [
    ['compute', 'shader_present'],
    ['fragment', 'shader_present'],
    ['tiler', 'tiler_present'],
  ] satisfies [string, keyof GpuProfile][]) {
    const field = `${kind}_core_mask`;
    const rest = arg.get(field) & ~BigInt(gpu[present]);
    if (rest !== 0n)
      return reason(where, field, `the GPU has no cores ${hex(rest)} (${present} is ${hex(gpu[present])})`);
  }
  const queues = arg.get('queues.count');
  if (!device.b.queueCountCheck || queues <= BigInt(gpu.cs_slot_count)) return null;
  const why = `${queues} queues, the firmware has ${gpu.cs_slot_count} stream slots a group`;
  return reason(where, 'queues.count', why);
}

function groupPool({ file }: Asked): Reason | null {
  return file.groups.full ? reason('panthor_group_create', '', 'the file has 128 groups already') : null;
}

/** panthor_job_create(): a queue that the group does not have, a group that can run no more. Then the syncobjs. */
function groupSubmit(call: Asked): Reason | null {
  const { arg, errno } = call;
  const where = 'panthor_job_create';
  const handle = Number(arg.get('group_handle'));
  const group = call.file.groups.get(call.toDriver('group', handle));
  if (group === undefined) return null;
  const jobs = (arg.buffer('queue_submits')?.items ?? []).map(view);
  if (errno === EINVAL && jobs.length > 0) {
    if (!group.canRun) return reason(where, 'group_handle', 'the group can run no more');
    for (const job of jobs) {
      const index = Number(job.get('queue_index'));
      if (index < group.queues.length) continue;
      return reason(
        where,
        pathOf(job, 'queue_index'),
        `${index}, the group has ${group.queues.length} queues`,
      );
    }
  }
  return syncReason(call, jobs);
}

function heapPoolFull({ arg, file, toDriver }: Asked): Reason | null {
  const vm = file.vms.get(toDriver('vm', Number(arg.get('vm_id'))));
  const full = vm !== undefined && heapPool(vm)?.heaps.full === true;
  return full ? reason('panthor_heap_create', 'vm_id', 'the VM has 128 heaps already') : null;
}

/** panthor_vm_get_heap_pool() of a VM for which no heap was ever made. */
function noHeapPool(call: Asked): Reason | null {
  const vm = vmOfHeap(call);
  if (vm === undefined || heapPool(vm) !== null) return null;
  return reason('panthor_vm_get_heap_pool', 'handle', 'the VM never had a heap');
}

/** The handle of a heap has its VM in the upper half. */
function heapVm(call: Asked): Reason | null {
  if (vmOfHeap(call) !== undefined) return null;
  const handle = Number(call.arg.get('handle'));
  return reason(
    'panthor_vm_pool_get_vm',
    'handle',
    `there is no VM ${handle >>> 16}, which heap ${hex(handle)} is of`,
  );
}

function vmOfHeap({ arg, file, toDriver }: Asked) {
  return file.vms.get(toDriver('heap', Number(arg.get('handle'))) >>> 16);
}
