import type { Op } from '../../coroutine/op.ts';
import type { PanthorVm } from '../mmu/vm.ts';
import type { PanthorGroup } from './group.ts';
import type { Scheduler } from './sched.ts';

/**
 * Slots of the firmware and the lists of groups without one: csg_slots and groups of struct panthor_scheduler. A group keeps
 * its slot, and its VM an address space, while it is idle, until another needs it, a reset, or a suspend. The scheduler's
 * lock is held wherever something changes here.
 */
export class Slots {
  readonly #sched: Scheduler;
  readonly #slots: (PanthorGroup | null)[];
  /** Groups with a slot, the one that has had it longest first. */
  readonly #bound = new Set<PanthorGroup>();
  /** groups.runnable: without a slot, and with work, in the order in which they asked. */
  readonly waiting: PanthorGroup[] = [];
  /** groups.waiting: groups that lost their slot while all of their queues waited for another queue. */
  readonly #waitForSync = new Set<PanthorGroup>();
  /** Address spaces for groups (as_slot_count). */
  #asCount = 0;

  constructor(sched: Scheduler) {
    this.#sched = sched;
    this.#slots = new Array(sched.gpu.csg_slot_count).fill(null);
    // The firmware has an address space of its own.
    for (let rest = sched.device.params.asPresent & ~1; rest !== 0; rest &= rest - 1) this.#asCount++;
  }

  get anyWaiting(): boolean {
    return this.waiting.length > 0;
  }

  isWaitingForSync(group: PanthorGroup): boolean {
    return this.#waitForSync.has(group);
  }

  /** Groups whose slots those that wait get after a tick_period: the longest bound, of no higher priority. */
  toRotate(): PanthorGroup[] {
    const waiting = this.waiting.filter((group) => group.canRun);
    waiting.sort((a, b) => b.args.priority - a.args.priority);
    const bound = [...this.#bound];
    const out: PanthorGroup[] = [];
    for (const next of waiting) {
      const i = bound.findIndex((group) => group.args.priority <= next.args.priority);
      if (i < 0) break;
      out.push(...bound.splice(i, 1));
    }
    return out;
  }

  /** Groups with a slot, in the order of slots. */
  bound(): PanthorGroup[] {
    return this.#slots.filter((group) => group !== null);
  }

  /** Groups that wait for a slot, highest priority first, which no longer do. */
  takeWaiting(): PanthorGroup[] {
    this.waiting.sort((a, b) => b.args.priority - a.args.priority);
    const taken = this.waiting.splice(0);
    for (const group of taken) group.runnable = false;
    return taken;
  }

  /** Groups that can run no more and have no slot: their jobs end. */
  reap(): void {
    for (const group of this.#waitForSync) if (!group.canRun) this.terminate(group);
  }

  /** Has a group wait for a slot. */
  await(group: PanthorGroup): void {
    this.#waitForSync.delete(group);
    if (group.runnable) return;
    group.runnable = true;
    this.waiting.push(group);
  }

  terminate(group: PanthorGroup): void {
    this.#waitForSync.delete(group);
    this.#sched.cancelJobs(group);
  }

  /** tick_ctx_pick_groups_from_list(): a slot is free, and the VM has an address space or can have one. */
  hasRoomFor(vm: PanthorVm): boolean {
    if (!this.#slots.includes(null)) return false;
    const vms = new Set<PanthorVm>();
    for (const group of this.#slots) if (group !== null) vms.add(group.vm);
    return vms.has(vm) || vms.size < this.#asCount;
  }

  /** The idle group that gives its slot to one with work: of the lowest priority, the last one; null where none is idle. */
  idleOne(): PanthorGroup | null {
    let found: PanthorGroup | null = null;
    for (const group of this.#slots) {
      if (group?.idle && (found === null || group.args.priority <= found.args.priority)) found = group;
    }
    return found;
  }

  /** group_bind_locked(): 0 or -errno of panthor_vm_active(). */
  *bind(group: PanthorGroup): Op<number> {
    const slot = this.#slots.indexOf(null);
    const ret = yield* group.vm.active();
    if (ret !== 0) return ret;
    this.#slots[slot] = group.get();
    this.#bound.add(group);
    group.slot = slot;
    return 0;
  }

  /** group_unbind_locked(), and the list that the group goes to. */
  *unbind(group: PanthorGroup): Op<void> {
    this.#slots[group.slot] = null;
    this.#bound.delete(group);
    group.slot = -1;
    if (!group.canRun) this.terminate(group);
    else if (!group.idle) this.await(group);
    else if (group.busy) this.#waitForSync.add(group);
    yield* group.vm.idle();
    group.put();
  }
}
