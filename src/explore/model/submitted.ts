/**
 * Groups that a client creates and submits jobs to. The driver's own scheduler (src/driver/sched) gives them slots and takes
 * those away; here is what the firmware and the GPU do with a group that has one: the accesses of its jobs.
 */

import type { Op } from '../../coroutine/op.ts';
import type { PanthorGroup } from '../../driver/sched/group.ts';
import type { JobRunner } from '../../driver/sched/job-runner.ts';
import { type PanthorJob, type PanthorQueue, SYNCOBJ_BYTES } from '../../driver/sched/queue.ts';
import type { Fence } from '../../driver/sync/fence.ts';
import { permits } from '../../hw/access.ts';
import type { MachineOp } from '../../hw/timed-machine.ts';
import type { Call, GroupDecl, Scenario } from '../scenario/scenario.ts';
import { judgeSlot } from './checks/judge.ts';
import { groupAccess } from './groups.ts';
import type { Harness } from './harness.ts';
import { Group } from './vm-state.ts';

/** GPU address of the first stream, and bytes from one to the next: which call submitted a job is in its address. */
const FIRST_STREAM = 0x40000000;
const STREAM_STEP = 64;
const CALLS_PER_THREAD = 64;

/** Where the stream of call number `at` of thread `thread` is said to be. */
export function streamOf(thread: number, at: number): number {
  return FIRST_STREAM + (thread * CALLS_PER_THREAD + at) * STREAM_STEP;
}

function callOf(scenario: Scenario, job: PanthorJob): { call: Call; thread: number; at: number } {
  const index = (job.start - FIRST_STREAM) / STREAM_STEP;
  const thread = Math.floor(index / CALLS_PER_THREAD);
  const at = index % CALLS_PER_THREAD;
  return { call: scenario.threads[thread].calls[at], thread, at };
}

/** A group of the scenario. */
export class SubmittedGroup {
  readonly decl: GroupDecl;
  handle = 0;
  /** Null before it was created. */
  group: PanthorGroup | null = null;
  /** What the firmware knows of it while it has a slot. */
  readonly onGpu = new Group();
  /** Accesses of its job that are done; whether one of them has faulted. */
  at = 0;
  faulted = false;
  /** What its jobs wait for, by the address of their streams. */
  readonly waits: { stream: number; fences: Fence[] }[] = [];
  readonly work: { label: string; ready: () => boolean };

  constructor(decl: GroupDecl) {
    this.decl = decl;
    this.work = { label: `group ${decl.name} runs`, ready: () => this.job !== null };
  }

  /** The job that the GPU is in, null where there is none, or none goes on. */
  get job(): PanthorJob | null {
    const { group } = this;
    if (group === null || !this.onGpu.bound || this.faulted) return null;
    const queue = group.queues[0];
    return queue.inFlight.find((job) => job.ringStart === queue.extract) ?? null;
  }
}

/** The firmware as the driver's scheduler sees it. */
export class Firmware implements JobRunner {
  readonly #harness: Harness;

  constructor(harness: Harness) {
    this.#harness = harness;
  }

  #of(group: PanthorGroup): SubmittedGroup | undefined {
    return this.#harness.submitted.find((one) => one.group === group);
  }

  /** The group has got its slot, with the address space that its VM has then; or there is a new job. */
  *doorbell(queue: PanthorQueue): Op<void> {
    const one = this.#of(queue.group);
    if (one === undefined || one.onGpu.bound) return;
    one.onGpu.turn++;
    one.faulted = false;
    one.onGpu.vm = queue.group.vm;
    one.onGpu.as = queue.group.vm.as;
    one.onGpu.epoch = this.#harness.machine.epoch;
    one.onGpu.bound = true;
    judgeSlot(this.#harness, queue.group.vm);
  }

  /** Suspended or terminated: it answers at once. */
  stop(group: PanthorGroup): boolean {
    const one = this.#of(group);
    if (one === undefined) return true;
    one.onGpu.bound = false;
    one.onGpu.turn++;
    // What was under way is not looked at any more.
    one.onGpu.epoch = -1;
    return true;
  }
}

/** Thread: the GPU works on the jobs of one group, and its interrupt tells the driver of each that is done. */
export function* runGroup(harness: Harness, one: SubmittedGroup): MachineOp<void> {
  const { scenario } = harness;
  for (;;) {
    yield one.work;
    const { job } = one;
    const { turn } = one.onGpu;
    if (job === null) continue;
    const { call, thread, at } = callOf(scenario, job);
    const access = call.accesses[one.at];
    if (
      one.waits.some(({ stream, fences }) => stream === job.start && fences.some((fence) => !fence.signaled))
    ) {
      harness.reportViolation('deadlock', `a job of ${one.decl.name} runs before what it waits for is done`);
    }
    if (access !== undefined) {
      const state = harness.vm(one.decl.vm);
      one.onGpu.killed = job.queue.group.destroyed;
      const text = `${access.kind} of a job of ${one.decl.name}`;
      const found = yield* groupAccess(harness, state, one.onGpu, access.va, access.kind, text);
      if (one.onGpu.turn !== turn || found === null) continue;
      if (permits(found, access.kind)) one.at++;
      else {
        one.faulted = true;
        one.at = 0;
        harness.coverage.result(thread, at, 'faulted');
      }
      continue;
    }
    yield* jobDone(one, job);
    harness.coverage.result(thread, at, 'done');
  }
}

/** The group's interrupt: process_fw_events_work(). */
function* jobDone(one: SubmittedGroup, job: PanthorJob): Op<void> {
  const { queue } = job;
  const { group } = queue;
  queue.extract = job.ringEnd;
  one.at = 0;
  group.syncobjs.contents.write64(queue.index * SYNCOBJ_BYTES, job.seqno);
  const { lock } = group.sched;
  yield* lock.lock();
  // Of a group that has lost its slot meanwhile, what it had done is looked at too (csg_slot_sync_update_locked()).
  group.sched.reportSyncUpdate(group);
  lock.unlock();
}

/** A tick_period is over: groups that have had their slots longest make room for those that wait. */
export function* timeSlice(harness: Harness): Op<number> {
  yield 'tick_period';
  const { file } = harness;
  if (file !== null) yield* file.drv.sched.rotate();
  return 0;
}

/** A job that no thread and no interrupt will ever end, in a sentence; judged once everything rests. */
export function lostJob(harness: Harness): string | null {
  const { device } = harness;
  if (device.unplugged || device.pm.state !== 'active') return null;
  for (const { group, decl } of harness.submitted) {
    if (group === null || !group.canRun) continue;
    const waiting = group.queues[0].inFlight.length;
    if (waiting > 0) return `${waiting} jobs of group ${decl.name} are never done`;
  }
  return null;
}
