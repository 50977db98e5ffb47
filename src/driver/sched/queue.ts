import { ECANCELED, EINVAL } from '../../../uapi/errno.ts';
import {
  DRM_PANTHOR_BO_NO_MMAP,
  DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC,
  DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED,
} from '../../../uapi/panthor_drm.ts';
import type { Op } from '../../coroutine/op.ts';
import { allocContext, Fence } from '../sync/fence.ts';
import type { PanthorGroup } from './group.ts';
import { KernelBo } from './kernel-bo.ts';
import { JOB_BYTES, JOB_INSTRS, writeJob } from './ring-instrs.ts';
import { SchedEntity, SchedJob } from './sched-entity.ts';

/** One drm_panthor_queue_create. */
export interface QueueArgs {
  priority: number;
  /** Any of the three padding bytes. */
  pad: number;
  ringbufSize: number;
}

const RINGBUF_MIN = 0x1000;
const RINGBUF_MAX = 0x10000;
/** CSF_MAX_QUEUE_PRIO */
const MAX_PRIORITY = 15;
/** sizeof(struct panthor_job_profiling_data): cycles and time, before and after. */
const PROFILING_BYTES = 32;
/** panthor_fw_alloc_queue_iface_mem(): input and output page, in the firmware's address space. */
const INTERFACE_BYTES = 8192;
/** sizeof(struct panthor_syncobj_64b): seqno, status, padding. */
export const SYNCOBJ_BYTES = 16;
/** JOB_TIMEOUT_MS, in ns: how long jobs may be on the GPU without one of them ending. */
export const JOB_TIMEOUT_NS = 5_000_000_000;

const MAP_FLAGS = DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC | DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED;

/** A queue of a group: struct panthor_queue, with its ring buffer and the fences of its jobs. */
export class PanthorQueue {
  readonly group: PanthorGroup;
  readonly index: number;
  /** 0 to 15, 15 goes first. */
  readonly priority: number;
  readonly ringbuf: KernelBo;
  readonly #profiling: KernelBo;
  readonly entity: SchedEntity;
  /** Bytes that the driver has put into the ring buffer, and that the GPU has consumed, since the queue was made. */
  insert = 0;
  extract = 0;
  /** Jobs that are in the ring buffer and not done. */
  readonly inFlight: PanthorJob[] = [];
  readonly fenceContext = allocContext();
  /** Of the last job that was put into the ring buffer; the syncobj reaches it when that job is done. */
  seqno = 0;
  lastFence: Fence | null = null;
  /** When the jobs in flight time out, CLOCK_MONOTONIC in ns. */
  deadlineNs = Number.POSITIVE_INFINITY;

  private constructor(
    group: PanthorGroup,
    index: number,
    args: QueueArgs,
    ring: KernelBo,
    profiling: KernelBo,
  ) {
    this.group = group;
    this.index = index;
    this.priority = args.priority;
    this.ringbuf = ring;
    this.#profiling = profiling;
    this.entity = new SchedEntity(group.sched.work, args.ringbufSize / 8, () =>
      group.sched.holdsBack(this.entity),
    );
  }

  /** group_create_queue(): a queue, or -EINVAL for bad arguments, or -errno of making its objects. */
  static *create(group: PanthorGroup, index: number, args: QueueArgs): Op<PanthorQueue | number> {
    const { ringbufSize: size } = args;
    if (args.pad !== 0) return -EINVAL;
    if (size < RINGBUF_MIN || size > RINGBUF_MAX || (size & (size - 1)) !== 0) return -EINVAL;
    if (args.priority > MAX_PRIORITY) return -EINVAL;
    const { device } = group.sched;
    const ring = yield* KernelBo.create(
      device,
      group.vm,
      size,
      DRM_PANTHOR_BO_NO_MMAP,
      MAP_FLAGS,
      'CS ring buffer',
    );
    if (typeof ring === 'number') return ring;
    const slots = Math.ceil(size / JOB_BYTES);
    const profiling = yield* KernelBo.create(
      device,
      group.vm,
      slots * PROFILING_BYTES,
      DRM_PANTHOR_BO_NO_MMAP,
      MAP_FLAGS,
      'Group job stats',
    );
    if (typeof profiling === 'number') {
      yield* ring.destroy();
      return profiling;
    }
    return new PanthorQueue(group, index, args, ring, profiling);
  }

  /** Bytes of its objects: add_group_kbo_sizes(). */
  get memory(): number {
    return this.ringbuf.size + INTERFACE_BYTES + this.#profiling.size;
  }

  /** Value of the syncobj that the GPU counts finished jobs in. */
  get doneSeqno(): number {
    return this.group.syncobjs.contents.read64(this.index * SYNCOBJ_BYTES);
  }

  /** GPU address of that syncobj. */
  get syncobjVa(): number {
    return this.group.syncobjs.va + this.index * SYNCOBJ_BYTES;
  }

  /** queue_check_job_completion(): signals the fences of the jobs that the syncobj has counted. */
  checkCompletion(): void {
    const done = this.doneSeqno;
    let progress = false;
    while (this.inFlight.length > 0 && done >= this.inFlight[0].seqno) {
      progress = true;
      this.inFlight.shift()?.doneFence?.signal();
    }
    if (this.inFlight.length === 0) this.deadlineNs = Number.POSITIVE_INFINITY;
    else if (progress) this.startTimeout();
  }

  /** Jobs are on the GPU: from now on one of them has to end every five seconds. */
  startTimeout(): void {
    this.deadlineNs = this.group.sched.device.now() + JOB_TIMEOUT_NS;
  }

  /** The queue's share of group_term_post_processing(): whatever is in flight ends with `error`. */
  cancelJobs(error: number): void {
    this.deadlineNs = Number.POSITIVE_INFINITY;
    for (const job of this.inFlight.splice(0)) job.doneFence?.signal(job.doneFence.error || error);
    const { contents } = this.group.syncobjs;
    contents.write64(this.index * SYNCOBJ_BYTES, this.seqno);
    contents.write32(this.index * SYNCOBJ_BYTES + 8, 0xffffffff);
  }

  /** group_free_queue() */
  *free(): Op<void> {
    yield* this.ringbuf.destroy();
    yield* this.#profiling.destroy();
  }
}

/** A client's stream to be called from a queue: struct panthor_job. It holds its group. */
export class PanthorJob extends SchedJob {
  readonly queue: PanthorQueue;
  /** GPU address and bytes of the stream; 0 for a job that only keeps the order. */
  readonly start: number;
  readonly size: number;
  readonly latestFlush: number;
  /** Bytes in the ring buffer, as counted by `insert`. */
  ringStart = 0;
  ringEnd = 0;
  /** What the queue's syncobj reaches when the job is done. */
  seqno = 0;
  doneFence: Fence | null = null;

  constructor(queue: PanthorQueue, start: number, size: number, latestFlush: number) {
    super(JOB_INSTRS);
    queue.group.get();
    this.queue = queue;
    this.start = start;
    this.size = size;
    this.latestFlush = latestFlush;
  }

  /** queue_run_job(): an empty job ends when the one before it does; others go into the ring buffer. */
  override *run(): Op<Fence | number> {
    const { queue } = this;
    if (this.size === 0) return queue.lastFence ?? 0;
    const { device, lock } = queue.group.sched;
    const ret = yield* device.pm.resumeAndGet();
    if (ret !== 0) return ret;
    yield* lock.lock();
    const done = queue.group.canRun ? yield* this.#insert() : -ECANCELED;
    lock.unlock();
    device.pm.putAutosuspend();
    return done;
  }

  /** Puts the job into the ring buffer; its fence. */
  *#insert(): Op<Fence> {
    const { queue } = this;
    const { group } = queue;
    this.seqno = ++queue.seqno;
    const done = new Fence(queue.fenceContext, this.seqno, 'queue-fence');
    this.doneFence = done;
    this.ringStart = queue.insert;
    this.ringEnd = queue.insert + JOB_BYTES;
    const { gpu } = group.sched;
    writeJob(queue.ringbuf.contents, queue.ringbuf.size, this.ringStart, {
      addrReg: gpu.cs_reg_count - gpu.unpreserved_cs_reg_count,
      start: this.start,
      size: this.size,
      latestFlush: this.latestFlush,
      syncAddr: queue.syncobjVa,
      waitAllMask: 2 ** gpu.scoreboard_slot_count - 1,
    });
    queue.inFlight.push(this);
    queue.insert = this.ringEnd;
    queue.lastFence = done;
    yield* group.sched.ring(queue);
    return done;
  }

  /** panthor_job_put(), the last one. */
  override *free(): Op<void> {
    this.queue.group.put();
  }
}
