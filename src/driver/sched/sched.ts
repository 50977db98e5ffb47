import { EINVAL } from '../../../uapi/errno.ts';
import type { Op } from '../../coroutine/op.ts';
import type { Work, Workqueue } from '../base/workqueue.ts';
import type { PanthorDevice } from '../device.ts';
import type { GpuProfile } from '../gpu-profile.ts';
import type { DrmFile } from '../ioctl/file.ts';
import type { PanthorVm } from '../mmu/vm.ts';
import type { PanthorGroup } from './group.ts';
import { InstantRunner, type JobRunner } from './job-runner.ts';
import { type PanthorQueue, SYNCOBJ_BYTES } from './queue.ts';
import { SchedEntity } from './sched-entity.ts';

/**
 * Gives groups with work to the slots of the firmware: struct panthor_scheduler. A group has a slot, and its VM an
 * address space, from the moment it has work until that is done, or until rotate() gives it to one that waits.
 */
export class Scheduler implements Work {
  pending = false;
  running = false;
  readonly device: PanthorDevice;
  readonly gpu: GpuProfile;
  readonly work: Workqueue;
  /** Firmware and command-stream hardware in one. */
  runner: JobRunner = new InstantRunner();
  readonly #slots: (PanthorGroup | null)[];
  /** Groups with a slot, the one that has had it longest first. */
  readonly #bound = new Set<PanthorGroup>();
  /** Groups without a slot that have work, in the order in which they asked. */
  readonly #waiting: PanthorGroup[] = [];
  /** Groups that lost their slot while all of their queues waited for somebody else (groups.waiting). */
  readonly #suspended = new Set<PanthorGroup>();
  #resetting = false;
  /** Address spaces for groups (sched->as_slot_count). */
  #asCount = 0;
  /** Queues with jobs in flight. */
  readonly #busy = new Set<PanthorQueue>();
  readonly #vmEntities = new WeakMap<PanthorVm, SchedEntity>();

  /** panthor_sched_init(). */
  constructor(device: PanthorDevice, gpu: GpuProfile, work: Workqueue) {
    this.device = device;
    this.gpu = gpu;
    this.work = work;
    this.#slots = new Array(gpu.csg_slot_count).fill(null);
    // The firmware has an address space of its own.
    for (let rest = device.params.asPresent & ~1; rest !== 0; rest &= rest - 1) this.#asCount++;
    // panthor_sched_report_mmu_fault()
    device.onMmuFault = () => this.tick();
  }

  /** The queue of a VM's asynchronous binds (vm->entity): one at a time, held back during a reset. */
  vmEntity(vm: PanthorVm): SchedEntity {
    let entity = this.#vmEntities.get(vm);
    if (entity === undefined) {
      entity = new SchedEntity(this.work, 1, () => vm.stopped, 'panthor-vm-bind');
      this.#vmEntities.set(vm, entity);
      vm.onStart = entity.kick;
    }
    return entity;
  }

  /** sched_queue_delayed_work(tick): has a worker look who gets a slot. */
  tick(): void {
    this.work.queue(this);
  }

  /** The end of queue_run_job(): there is something new in the ring buffer. */
  *ring(queue: PanthorQueue): Op<void> {
    const { group } = queue;
    this.#busy.add(queue);
    if (group.slot < 0) {
      if (this.#suspended.has(group) && group.isBlocked(queue)) return;
      if (!group.runnable) this.#await(group);
      this.tick();
      return;
    }
    if (queue.inFlight.length === 1) queue.startTimeout();
    yield* this.runner.doorbell(queue);
  }

  /** tick_work(): takes slots from groups that need none, gives them to those that wait, highest priority first. */
  *run(): Op<void> {
    if (this.#resetting) return;
    for (const group of this.#slots) {
      if (group === null) continue;
      // Nobody said which queue it was: all of them.
      if (group.vm.hasUnhandledFaults() && group.fatalQueues === 0) {
        group.fatalQueues = 2 ** group.queues.length - 1;
      }
      if (!group.canRun || !group.busy) yield* this.#unbind(group);
    }
    for (const group of this.#suspended) if (!group.canRun) this.#cancel(group);
    this.#waiting.sort((a, b) => b.args.priority - a.args.priority);
    for (const group of this.#waiting.splice(0)) {
      group.runnable = false;
      if (!group.canRun) this.#cancel(group);
      else if (!(yield* this.#bind(group))) this.#await(group);
    }
  }

  /** Whether a group that could run waits for a slot. */
  get crowded(): boolean {
    return this.#waiting.some((group) => group.canRun);
  }

  /**
   * tick_work() after a tick_period: groups that have had their slots longest make room for those that wait and whose
   * priority is no lower.
   */
  *rotate(): Op<void> {
    if (this.#resetting) return;
    const waiting = this.#waiting.filter((group) => group.canRun);
    waiting.sort((a, b) => b.args.priority - a.args.priority);
    const bound = [...this.#bound];
    for (const next of waiting) {
      const i = bound.findIndex((group) => group.args.priority <= next.args.priority);
      if (i < 0) break;
      const [group] = bound.splice(i, 1);
      yield* this.#unbind(group);
      if (group.canRun && group.busy) this.#await(group);
    }
    this.tick();
  }

  /** panthor_sched_pre_reset(): no group has a slot any more, and none gets one. */
  *preReset(): Op<void> {
    this.#resetting = true;
    for (const group of this.#slots) {
      if (group === null) continue;
      yield* this.#unbind(group);
      if (group.canRun && group.busy) this.#await(group);
    }
  }

  /** panthor_sched_post_reset(): groups that had work begin again. */
  postReset(): void {
    this.#resetting = false;
    this.tick();
  }

  /** panthor_sched_report_fw_events(), of which one kind is this: the firmware says that a syncobj has changed (CSG_SYNC_UPDATE): jobs may be done, blocked queues may go on. */
  reportSyncUpdate(group: PanthorGroup): void {
    for (const queue of group.queues) {
      queue.checkCompletion();
      if (queue.inFlight.length === 0) this.#busy.delete(queue);
    }
    if (this.#waiting.length > 0 || (!group.busy && group.slot >= 0)) this.tick();
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
    if (!this.#suspended.has(group)) return;
    this.#await(group);
    this.tick();
  }

  /** An unrecoverable one (CS_FATAL): the group is done for. */
  reportFatal(queue: PanthorQueue): void {
    queue.group.fatalQueues |= 1 << queue.index;
    this.tick();
  }

  /** queue_timedout_job() for each queue without progress since its deadline. */
  pollTimeouts(nowNs: number): void {
    for (const queue of this.#busy) {
      if (nowNs < queue.deadlineNs) continue;
      queue.group.timedout = true;
      this.tick();
    }
    this.runner.poll?.(nowNs);
  }

  /** When pollTimeouts() has something to do, CLOCK_MONOTONIC in ns. */
  get nextTimeoutNs(): number {
    let next = this.runner.nextNs ?? Number.POSITIVE_INFINITY;
    for (const queue of this.#busy) next = Math.min(next, queue.deadlineNs);
    return next;
  }

  /** panthor_group_destroy(): 0, or -EINVAL for an unknown handle. */
  *destroyGroup(file: DrmFile, handle: number): Op<number> {
    yield 'sched_lock';
    const group = file.groups.remove(handle);
    if (group === undefined) return -EINVAL;
    group.destroyed = true;
    this.tick();
    group.put();
    return 0;
  }

  /** Jobs that were done at once by who runs them; for InstantRunner. */
  completeAll(queue: PanthorQueue): void {
    queue.extract = queue.insert;
    queue.group.syncobjs.contents.write64(queue.index * SYNCOBJ_BYTES, queue.seqno);
    this.reportSyncUpdate(queue.group);
  }

  /** group_bind_locked(): false where there is no slot, or no address space for the VM. */
  *#bind(group: PanthorGroup): Op<boolean> {
    while (!this.#hasRoomFor(group.vm)) {
      if (!(yield* this.#evictBlocked())) return false;
    }
    const slot = this.#slots.indexOf(null);
    const ret = yield* group.vm.active();
    if (ret !== 0) {
      this.device.scheduleReset();
      return false;
    }
    this.#slots[slot] = group.get();
    this.#bound.add(group);
    group.slot = slot;
    for (const queue of group.queues) {
      if (queue.inFlight.length === 0) continue;
      if (queue.deadlineNs === Number.POSITIVE_INFINITY) queue.startTimeout();
      yield* this.runner.doorbell(queue);
    }
    return true;
  }

  /** tick_ctx_pick_groups_from_list(): a slot is free, and the VM has an address space or can have one. */
  #hasRoomFor(vm: PanthorVm): boolean {
    if (!this.#slots.includes(null)) return false;
    const vms = new Set<PanthorVm>();
    for (const group of this.#slots) if (group !== null) vms.add(group.vm);
    return vms.has(vm) || vms.size < this.#asCount;
  }

  /** Takes the slot of a group that waits for somebody else; it asks again when syncobjs change. */
  *#evictBlocked(): Op<boolean> {
    const group = this.#slots.find((one) => one?.idle);
    if (group === undefined || group === null) return false;
    yield* this.#unbind(group);
    this.#suspended.add(group);
    return true;
  }

  /** group_term_work() */
  #cancel(group: PanthorGroup): void {
    this.#suspended.delete(group);
    group.cancelJobs();
    for (const queue of group.queues) this.#busy.delete(queue);
  }

  #await(group: PanthorGroup): void {
    this.#suspended.delete(group);
    group.runnable = true;
    this.#waiting.push(group);
  }

  /** group_unbind_locked(), and the end of a group that can run no more. */
  *#unbind(group: PanthorGroup): Op<void> {
    this.runner.stop?.(group);
    if (!group.canRun) this.#cancel(group);
    this.#slots[group.slot] = null;
    this.#bound.delete(group);
    group.slot = -1;
    yield* group.vm.idle();
    group.put();
  }
}
