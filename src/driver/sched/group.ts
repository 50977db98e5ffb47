import { EACCES, ECANCELED, EINVAL, ETIMEDOUT } from '../../../uapi/errno.ts';
import {
  DRM_PANTHOR_BO_NO_MMAP,
  DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC,
  DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED,
  PANTHOR_GROUP_PRIORITY_HIGH,
  PANTHOR_GROUP_PRIORITY_MEDIUM,
  PANTHOR_GROUP_PRIORITY_REALTIME,
} from '../../../uapi/panthor_drm.ts';
import type { Mutex, Op } from '../../coroutine/op.ts';
import type { Work } from '../base/workqueue.ts';
import type { DrmFile } from '../ioctl/file.ts';
import type { PanthorVm } from '../mmu/vm.ts';
import { KernelBo } from './kernel-bo.ts';
import { PanthorQueue, type QueueArgs, SYNCOBJ_BYTES } from './queue.ts';
import type { Scheduler } from './sched.ts';

/** group_priority_permit(): 0; -EINVAL for a priority that does not exist; -EACCES for one above the client's rights. */
export function priorityPermit(file: DrmFile, priority: number): number {
  const highest =
    file.drv.device.kernel.uapi.minor < 2 ? PANTHOR_GROUP_PRIORITY_HIGH : PANTHOR_GROUP_PRIORITY_REALTIME;
  if (priority > highest) return -EINVAL;
  if (priority <= PANTHOR_GROUP_PRIORITY_MEDIUM || file.sysNice || file.isMaster) return 0;
  return -EACCES;
}

/** The cores that one kind of work may use. */
export interface CoreRequest {
  readonly max: number;
  /** Each bit a core that is there; exact, since GPUs have fewer than 53. */
  readonly mask: number;
}

/** What GROUP_CREATE asks for, checked. */
export interface GroupArgs {
  readonly priority: number;
  readonly compute: CoreRequest;
  readonly fragment: CoreRequest;
  readonly tiler: CoreRequest;
}

/** A scheduling group: struct panthor_group. Its handle, its jobs and its slot hold it. */
export class PanthorGroup implements Work {
  pending = false;
  running = false;
  readonly sched: Scheduler;
  readonly vm: PanthorVm;
  readonly args: GroupArgs;
  readonly syncobjs: KernelBo;
  readonly queues: PanthorQueue[] = [];
  /** Slot of the firmware, or -1 (csg_id). */
  slot = -1;
  /** Has work and waits for a slot. */
  runnable = false;
  /** Queues whose stream waits for a SYNC_WAIT, as a mask; the job runner keeps it. */
  blockedQueues = 0;
  /** Queues with a fatal fault, as a mask. */
  fatalQueues = 0;
  timedout = false;
  innocent = false;
  destroyed = false;
  terminated = false;
  #refs = 1;

  private constructor(sched: Scheduler, vm: PanthorVm, args: GroupArgs, syncobjs: KernelBo) {
    this.sched = sched;
    this.vm = vm.get();
    this.args = args;
    this.syncobjs = syncobjs;
  }

  /** The part of panthor_group_create() that makes objects: a group with all its queues, or -errno. */
  static *create(
    sched: Scheduler,
    vm: PanthorVm,
    args: GroupArgs,
    queues: readonly QueueArgs[],
  ): Op<PanthorGroup | number> {
    const syncobjs = yield* KernelBo.create(
      sched.device,
      vm,
      queues.length * SYNCOBJ_BYTES,
      DRM_PANTHOR_BO_NO_MMAP,
      DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC | DRM_PANTHOR_VM_BIND_OP_MAP_UNCACHED,
      'Group sync objects',
    );
    if (typeof syncobjs === 'number') return syncobjs;
    const group = new PanthorGroup(sched, vm, args, syncobjs);
    for (let index = 0; index < queues.length; index++) {
      const queue = yield* PanthorQueue.create(group, index, queues[index]);
      if (typeof queue === 'number') {
        yield* group.run();
        return queue;
      }
      group.queues.push(queue);
    }
    return group;
  }

  /** group_can_run() */
  get canRun(): boolean {
    return !this.terminated && !this.destroyed && this.fatalQueues === 0 && !this.timedout;
  }

  /** group_is_idle(): no queue has anything that the GPU could work on. */
  get idle(): boolean {
    return this.queues.every((queue) => queue.inFlight.length === 0 || this.isBlocked(queue));
  }

  /** Jobs in flight, blocked or not. */
  get busy(): boolean {
    return this.queues.some((queue) => queue.inFlight.length > 0);
  }

  /** Bytes of its objects, without the two that the firmware suspends it into: fdinfo.kbo_sizes. */
  get memory(): number {
    return this.queues.reduce((sum, queue) => sum + queue.memory, this.syncobjs.size);
  }

  isBlocked(queue: PanthorQueue): boolean {
    return (this.blockedQueues & (1 << queue.index)) !== 0;
  }

  /** What its end takes, as a piece of work. */
  get lock(): Mutex {
    return this.vm.opLock;
  }

  get(): this {
    this.#refs++;
    return this;
  }

  /** group_put(): the last one has a worker free it (group_release). */
  put(): void {
    if (--this.#refs === 0) this.sched.work.queue(this);
  }

  /** group_term_post_processing(): no job of it will end any more, so all do now. */
  cancelJobs(): void {
    for (const queue of this.queues) {
      if ((this.fatalQueues & (1 << queue.index)) !== 0) queue.cancelJobs(-EINVAL);
      else queue.cancelJobs(this.timedout ? -ETIMEDOUT : -ECANCELED);
    }
  }

  /** group_release_work() */
  *run(): Op<void> {
    for (const queue of this.queues) yield* queue.free();
    yield* this.syncobjs.destroy();
    yield* this.vm.put();
  }
}
