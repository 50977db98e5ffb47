import { EINVAL } from '../../../uapi/errno.ts';
import { Mutex, type Op } from '../../coroutine/op.ts';
import type { Workqueue } from '../base/workqueue.ts';
import type { PanthorDevice } from '../device.ts';
import { FLUSH_SUSPEND } from '../gpu.ts';
import type { GpuProfile } from '../gpu-profile.ts';
import type { DrmFile } from '../ioctl/file.ts';
import type { PanthorVm } from '../mmu/vm.ts';
import type { SchedHooks } from '../reset.ts';
import type { PanthorGroup } from './group.ts';
import { InstantRunner, type JobRunner } from './job-runner.ts';
import { JobTimeouts } from './job-timeouts.ts';
import { type PanthorQueue, SYNCOBJ_BYTES } from './queue.ts';
import { SchedEntity } from './sched-entity.ts';
import { Slots } from './slots.ts';
import { TickWork } from './tick.ts';

/** DRM_PANTHOR_EXCEPTION_CS_UNRECOVERABLE */
const CS_UNRECOVERABLE = 0x41;

/** Gives groups with work to the slots of the firmware: struct panthor_scheduler. tick.ts says who gets one. */
export class Scheduler implements SchedHooks {
  readonly device: PanthorDevice;
  readonly gpu: GpuProfile;
  readonly work: Workqueue;
  /** Firmware and command-stream hardware in one. */
  runner: JobRunner = new InstantRunner();
  /** panthor_scheduler.lock: held while groups get and lose their slots, and while jobs are put into ring buffers. */
  readonly lock = new Mutex('sched.lock');
  readonly slots: Slots;
  readonly tickWork: TickWork;
  /** reset.in_progress: no group gets a slot, and queues take no jobs. */
  resetInProgress = false;
  /** pm.has_ref: some group has work on the GPU. */
  #hasRef = false;
  readonly #timeouts = new JobTimeouts();
  readonly #vmEntities = new WeakMap<PanthorVm, SchedEntity>();
  /** Queues that a reset holds back. */
  readonly #heldBack = new Set<SchedEntity>();

  /** panthor_sched_init(). */
  constructor(device: PanthorDevice, gpu: GpuProfile, work: Workqueue) {
    this.device = device;
    this.gpu = gpu;
    this.work = work;
    this.slots = new Slots(this);
    this.tickWork = new TickWork(this);
    // panthor_sched_report_mmu_fault()
    device.onMmuFault = () => this.tick();
  }

  /** The queue of a VM's asynchronous binds (vm->entity): one at a time, held back during a reset. */
  vmEntity(vm: PanthorVm): SchedEntity {
    let entity = this.#vmEntities.get(vm);
    if (entity === undefined) {
      entity = new SchedEntity(this.work, 1, () => vm.stopped, 'panthor-vm-bind', vm.opLock);
      this.#vmEntities.set(vm, entity);
      vm.onStart = entity.kick;
    }
    return entity;
  }

  /** Whether the jobs of a group's queue are held back (panthor_group_stop()). */
  holdsBack(entity: SchedEntity): boolean {
    if (this.resetInProgress) this.#heldBack.add(entity);
    return this.resetInProgress;
  }

  /** sched_queue_delayed_work(tick): has a worker look who gets a slot. */
  tick(): void {
    this.work.queue(this.tickWork);
  }

  /** Whether a group that could run waits for a slot. */
  get crowded(): boolean {
    return this.slots.waiting.some((group) => group.canRun);
  }

  /**
   * tick_work() after a tick_period: groups that have had their slots longest make room for those that wait and whose
   * priority is no lower.
   */
  *rotate(): Op<void> {
    yield* this.lock.lock();
    if (!this.resetInProgress && !this.device.resetPending) {
      for (const group of this.slots.toRotate()) {
        this.runner.stop?.(group);
        yield* this.slots.unbind(group);
      }
    }
    this.lock.unlock();
    this.tick();
  }

  /** The end of queue_run_job(): there is something new in the ring buffer. The lock is held. */
  *ring(queue: PanthorQueue): Op<void> {
    const { group } = queue;
    this.#timeouts.add(queue);
    if (group.slot < 0) {
      if (this.slots.isWaitingForSync(group) && group.isBlocked(queue)) return;
      if (!group.runnable) this.slots.await(group);
      this.tick();
      return;
    }
    if (!group.isBlocked(queue)) this.holdPower(true);
    if (queue.inFlight.length === 1) queue.startTimeout();
    yield* this.runner.doorbell(queue);
  }

  /** Takes or gives back the reference that keeps the device on while groups have work on the GPU. */
  holdPower(hold: boolean): void {
    if (hold === this.#hasRef) return;
    this.#hasRef = hold;
    if (hold) this.device.pm.get();
    else this.device.pm.putAutosuspend();
  }

  /** panthor_sched_suspend(): every group loses its slot. One whose firmware does not answer is terminated. */
  *suspend(): Op<void> {
    yield* this.lock.lock();
    const bound = this.slots.bound();
    let suspended = 0;
    for (const group of bound) {
      if (this.runner.stop?.(group) !== false) {
        suspended++;
        continue;
      }
      if (group.canRun) group.innocent = true;
      group.timedout = true;
    }
    if (suspended > 0) this.device.calls?.flushCaches?.();
    if (suspended > 0 && (yield* this.device.gpu.flushCaches(FLUSH_SUSPEND)) !== 0) {
      for (const group of bound) group.terminated = true;
    }
    for (const group of bound) yield* this.slots.unbind(group);
    this.lock.unlock();
  }

  /** panthor_sched_resume() */
  resume(): void {
    this.tick();
  }

  /** panthor_sched_pre_reset(): no group has a slot any more, and none gets one. */
  *preReset(): Op<void> {
    this.resetInProgress = true;
    this.work.cancel(this.tickWork);
    yield this.tickWork.idle;
    yield* this.suspend();
  }

  /** panthor_sched_post_reset(): groups that had work begin again. */
  postReset(): void {
    this.resetInProgress = false;
    for (const entity of this.#heldBack) entity.kick();
    this.#heldBack.clear();
    this.tick();
  }

  /** panthor_sched_unplug() */
  *unplug(): Op<void> {
    this.work.cancel(this.tickWork);
    yield this.tickWork.idle;
    yield* this.lock.lock();
    this.holdPower(false);
    this.lock.unlock();
  }

  *flushTick(): Op<void> {
    if (this.tickWork.pending) {
      this.work.cancel(this.tickWork);
      yield* this.tickWork.run();
    }
    yield this.tickWork.idle;
  }

  /** panthor_sched_report_fw_events(), of which one kind is this: the firmware says that a syncobj has changed (CSG_SYNC_UPDATE): jobs may be done, blocked queues may go on. */
  reportSyncUpdate(group: PanthorGroup): void {
    for (const queue of group.queues) {
      queue.checkCompletion();
      if (queue.inFlight.length === 0) this.#timeouts.delete(queue);
    }
    // CSG_IDLE, for a group that has nothing left to do.
    if (this.slots.anyWaiting || (group.idle && group.slot >= 0)) this.tick();
  }

  /** A recoverable fault (CS_FAULT) in the job that `queue` is in: its fence will carry -EINVAL. */
  reportFault(queue: PanthorQueue): void {
    const job = queue.inFlight.find((one) => queue.extract < one.ringEnd);
    if (job?.doneFence) job.doneFence.error = -EINVAL;
  }

  /** A queue of a group without a slot need not wait any longer (sync_upd_work). */
  reportUnblocked(queue: PanthorQueue): void {
    const { group } = queue;
    group.blockedQueues &= ~(1 << queue.index);
    if (!this.slots.isWaitingForSync(group)) return;
    this.slots.await(group);
    this.tick();
  }

  /** A fatal fault (CS_FATAL): the group is done for. After CS_UNRECOVERABLE nothing is scheduled until a reset was done. */
  reportFatal(queue: PanthorQueue, type = 0): void {
    queue.group.fatalQueues |= 1 << queue.index;
    if (type === CS_UNRECOVERABLE) {
      this.device.scheduleReset();
      this.work.cancel(this.tickWork);
    } else {
      this.tick();
    }
  }

  /** queue_timedout_job() for each queue without progress since its deadline. */
  pollTimeouts(nowNs: number): void {
    if (this.#timeouts.poll(nowNs)) this.tick();
    this.runner.poll?.(nowNs);
  }

  /** When pollTimeouts() has something to do, CLOCK_MONOTONIC in ns. */
  get nextTimeoutNs(): number {
    return Math.min(this.runner.nextNs ?? Number.POSITIVE_INFINITY, this.#timeouts.nextNs);
  }

  /** panthor_group_destroy(): 0, or -EINVAL for an unknown handle. */
  *destroyGroup(file: DrmFile, handle: number): Op<number> {
    yield* this.lock.lock();
    const group = file.groups.remove(handle);
    if (group !== undefined) {
      group.destroyed = true;
      this.tick();
    }
    this.lock.unlock();
    if (group === undefined) return -EINVAL;
    group.put();
    return 0;
  }

  /** Jobs that were done at once by who runs them; for InstantRunner. */
  completeAll(queue: PanthorQueue): void {
    queue.extract = queue.insert;
    queue.group.syncobjs.contents.write64(queue.index * SYNCOBJ_BYTES, queue.seqno);
    this.reportSyncUpdate(queue.group);
  }

  /** group_term_work(): no job of the group will end any more, so all do now. */
  cancelJobs(group: PanthorGroup): void {
    group.cancelJobs();
    for (const queue of group.queues) this.#timeouts.delete(queue);
  }
}
