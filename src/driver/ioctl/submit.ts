import { EINVAL } from '../../../uapi/errno.ts';
import {
  DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_MASK,
  DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_SYNCOBJ,
  DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_TIMELINE_SYNCOBJ,
  DRM_PANTHOR_SYNC_OP_SIGNAL,
  drm_panthor_sync_op,
} from '../../../uapi/panthor_drm.ts';
import type { Op } from '../../coroutine/op.ts';
import type { UserMemory } from '../base/uaccess.ts';
import { NULL_DEREFERENCE } from '../base/warn.ts';
import type { DmaResv } from '../gem/dma-resv.ts';
import type { SchedEntity, SchedJob } from '../sched/sched-entity.ts';
import type { Fence } from '../sync/fence.ts';
import { findFence, type Syncobj } from '../sync/syncobj.ts';
import type { DrmFile } from './file.ts';
import { getArray } from './uobj.ts';

/** One drm_panthor_sync_op. */
interface SyncOp {
  flags: number;
  handle: number;
  point: bigint;
  /** Of a signal: what it signals, once that was collected. */
  signal: SyncSignal | null;
}

/** struct panthor_sync_signal: a point that this submission signals, and the fence that will be put there. */
interface SyncSignal {
  handle: number;
  point: bigint;
  syncobj: Syncobj;
  /** First what was there before, then the fence of the last job that signals it. */
  fence: Fence | null;
}

/** The operations of a job that has none. */
const NO_SYNCS: readonly SyncOp[] = [];
/** Signals of a call that are looked through one by one; more get a map. */
const FEW = 16;

const FLAGS_MASK = DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_MASK | DRM_PANTHOR_SYNC_OP_SIGNAL;

/** sync_op_is_signal(); whatever is not one is a wait (sync_op_is_wait()). */
function isSignal(op: SyncOp): boolean {
  return (op.flags & DRM_PANTHOR_SYNC_OP_SIGNAL) !== 0;
}

/** panthor_check_sync_op(): 0 or -EINVAL. */
function checkSyncOp(op: SyncOp): number {
  const type = op.flags & DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_MASK;
  if ((op.flags & ~FLAGS_MASK) !== 0) return -EINVAL;
  if (type === DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_TIMELINE_SYNCOBJ) return 0;
  return type === DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_SYNCOBJ && op.point === 0n ? 0 : -EINVAL;
}

/**
 * All jobs of one call with their waits and signals: struct panthor_submit_ctx. Signals are collected before any wait
 * is looked at, so that a job can wait for an earlier one of the same call, and syncobjs change only when nothing can
 * fail any more.
 */
export class SubmitContext {
  readonly #file: DrmFile;
  readonly #mem: UserMemory;
  /** In the order in which they were collected, and by handle and point where there are many. */
  #signals: SyncSignal[] = [];
  #byName: Map<string, SyncSignal> | null = null;
  /** The jobs, and the operations of each. The first push() to an empty array has V8 make room for seventeen: one is written as [one]. */
  #jobs: SchedJob[] = [];
  #syncs: (readonly SyncOp[])[] = [];

  /** panthor_submit_ctx_init(). */
  constructor(file: DrmFile, mem: UserMemory) {
    this.#file = file;
    this.#mem = mem;
  }

  /**
   * panthor_submit_ctx_add_job(): takes `job` over, and reads the drm_panthor_obj_array of sync operations at
   * `syncsAt` in the call's memory.
   *
   * @returns 0, or -errno of reading them
   */
  addJob(job: SchedJob, entity: SchedEntity, syncsAt: number): number {
    job.entity = entity;
    const isFirst = this.#jobs.length === 0;
    if (isFirst) this.#jobs = [job];
    else this.#jobs.push(job);
    const { view } = this.#mem;
    const array = getArray(this.#mem, view, syncsAt, drm_panthor_sync_op);
    if (array < 0) return array;
    const stride = view.getUint32(syncsAt, true);
    const count = view.getUint32(syncsAt + 4, true);
    const syncs = count === 0 ? NO_SYNCS : this.#readSyncs(array, stride, count);
    if (isFirst) this.#syncs = [syncs];
    else this.#syncs.push(syncs);
    return 0;
  }

  /** The `count` operations from `array` on in the call's memory. */
  #readSyncs(array: number, stride: number, count: number): readonly SyncOp[] {
    const { off } = drm_panthor_sync_op;
    const { condResched } = this.#file.drv.device;
    const { view } = this.#mem;
    let syncs: SyncOp[] = [];
    for (let i = 0; i < count; i++) {
      condResched?.();
      const at = array + i * stride;
      const op = {
        flags: view.getInt32(at + off.flags, true),
        handle: view.getUint32(at + off.handle, true),
        point: view.getBigUint64(at + off.timeline_value, true),
        signal: null,
      };
      if (i === 0) syncs = [op];
      else syncs.push(op);
    }
    return syncs;
  }

  /** panthor_submit_ctx_collect_jobs_signal_ops(), panthor_submit_ctx_collect_job_signal_ops() for each: 0, or -EINVAL for a bad operation or an unknown syncobj. */
  collectSignals(): number {
    const { condResched } = this.#file.drv.device;
    for (const syncs of this.#syncs) {
      for (const op of syncs) {
        condResched?.();
        if (!isSignal(op)) continue;
        const ret = checkSyncOp(op) || this.#addSignal(op);
        if (ret !== 0) return ret;
      }
    }
    return 0;
  }

  /**
   * panthor_submit_ctx_add_deps_and_arm_jobs(): gives the jobs their fences, one after the other, with what each waits
   * for.
   *
   * @returns 0; -EINVAL for a bad operation, for a syncobj without a fence, for a point that is not submitted;
   *   -ENOENT for an unknown syncobj
   */
  addDepsAndArm(): number {
    const { condResched } = this.#file.drv.device;
    for (let i = 0; i < this.#jobs.length; i++) {
      const job = this.#jobs[i];
      const syncs = this.#syncs[i];
      let signals = false;
      for (const op of syncs) {
        condResched?.();
        signals ||= isSignal(op);
        if (isSignal(op)) continue;
        const ret = checkSyncOp(op) || this.#addDependency(job, op);
        if (ret !== 0) return ret;
      }
      job.entity?.arm(job, signals);
      // panthor_submit_ctx_update_job_sync_signal_fences()
      for (const { signal } of syncs) if (signal !== null) signal.fence = job.finished;
    }
    return 0;
  }

  /**
   * panthor_submit_ctx_push_jobs(), panthor_submit_ctx_push_fences() and panthor_vm_update_resvs(): from here on the jobs are
   * the entities', and hold what the VM of `resv` maps.
   */
  push(resv: DmaResv | undefined): void {
    const { condResched } = this.#file.drv.device;
    for (const job of this.#jobs) {
      condResched?.();
      if (resv !== undefined) {
        job.resv = resv;
        resv.add();
      }
      job.entity?.push(job);
    }
    this.#jobs = [];
    for (const { syncobj, point, fence } of this.#signals) {
      if (point === 0n) syncobj.replaceFence(fence);
      else if (fence !== null) syncobj.addPoint(fence, point);
    }
  }

  /** panthor_submit_ctx_cleanup(), with panthor_sync_signal_free(): frees what was not pushed. */
  *cleanup(): Op<void> {
    for (const { syncobj } of this.#signals) syncobj.put();
    for (const job of this.#jobs) yield* job.free();
  }

  /** panthor_submit_ctx_search_sync_signal() */
  #search({ handle, point }: SyncOp): SyncSignal | undefined {
    if (this.#byName !== null) return this.#byName.get(`${handle}:${point}`);
    for (const signal of this.#signals) if (signal.handle === handle && signal.point === point) return signal;
    return undefined;
  }

  /** panthor_submit_ctx_get_sync_signal(), panthor_submit_ctx_add_sync_signal() */
  #addSignal(op: SyncOp): number {
    op.signal = this.#search(op) ?? null;
    if (op.signal !== null) return 0;
    const { handle, point } = op;
    const syncobj = this.#file.syncobjs.get(handle);
    if (syncobj === undefined) {
      // What was set aside is freed, and panthor_sync_signal_free() puts a syncobj that is not there.
      this.#file.drv.device.warn('panthor_sync_signal_free', NULL_DEREFERENCE);
      return -EINVAL;
    }
    const fence = syncobj.lookup(point) ?? null;
    op.signal = { handle, point, syncobj: syncobj.get(), fence };
    if (this.#signals.length === 0) this.#signals = [op.signal];
    else this.#signals.push(op.signal);
    if (this.#signals.length > FEW)
      this.#byName ??= new Map(this.#signals.map((one) => [`${one.handle}:${one.point}`, one]));
    this.#byName?.set(`${handle}:${point}`, op.signal);
    return 0;
  }

  /** panthor_submit_ctx_add_sync_deps_to_job(), for one operation. */
  #addDependency(job: SchedJob, op: SyncOp): number {
    const signal = this.#search(op);
    if (signal !== undefined && signal.fence === null) {
      // It would wait for a later job of its own call. The kernel warns, and refuses.
      this.#file.drv.device.warn('panthor_submit_ctx_add_sync_deps_to_job', 'no-fence');
      return -EINVAL;
    }
    const fence = signal?.fence ?? findFence(this.#file, op.handle, op.point);
    if (typeof fence === 'number') return fence;
    job.addDependency(fence);
    return 0;
  }
}
