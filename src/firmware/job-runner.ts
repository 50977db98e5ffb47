/** Runs jobs by executing their command streams: the command-stream hardware as the driver's JobRunner. */

import { type Op, run } from '../coroutine/op.ts';
import { IRQ_WAKE_THREAD } from '../driver/base/irq.ts';
import type { Work } from '../driver/base/workqueue.ts';
import type { PanthorDevice } from '../driver/device.ts';
import type { PanthorGroup } from '../driver/sched/group.ts';
import type { JobRunner } from '../driver/sched/job-runner.ts';
import type { PanthorQueue } from '../driver/sched/queue.ts';
import type { Scheduler } from '../driver/sched/sched.ts';
import type { StreamEvents } from '../hw/command-stream/core.ts';
import { GpuMemory } from '../hw/command-stream/gpu-memory.ts';
import type { PhysicalBytes } from '../hw/command-stream/physical-bytes.ts';
import { StreamProcessor } from '../hw/command-stream/processor.ts';
import { StreamGroup, StreamQueue } from '../hw/command-stream/stream-queue.ts';
import type { Translations } from '../hw/command-stream/translations.ts';
import { SuspendedWaits } from './suspended-waits.ts';

/** Instructions until what they have signalled is told to the driver; so many times until the runner takes a rest. */
const BUDGET = 256;
const ROUNDS = 128;
/** How often memory is looked at that a queue waits for: clients may write it, too. ns */
const POLL_NS = 5_000_000;
/** A stream that goes on and on gets the thread less and less often, down to every 25 ms. */
const BACKOFF_NS = 250_000;
const MAX_BACKOFF_NS = 25_000_000;
/** sched->tick_period, ns. */
const TICK_NS = 10_000_000;
const NS_PER_S = 1e9;

/** What happened, for people. */
export interface StreamStats {
  /** Instructions executed; work for shader cores and other hardware that was retired undone. */
  instructions: number;
  unshaded: number;
  /** CS_FATAL and CS_FAULT events. */
  fatal: number;
  faults: number;
}

export interface StreamRunnerOptions {
  sched: Scheduler;
  physical: PhysicalBytes;
  /** What translates addresses in the place of the device's machine. */
  translations?: Translations | undefined;
  /** Instructions until what they have signalled is told to the driver. */
  budget?: number;
  /** LATEST_FLUSH_ID has changed. */
  flushed?: (id: number) => void;
  /** Work was retired undone (opcode), or a stream ended (exception type, address in bytes). */
  unshaded?: (opcode: number) => void;
  fatal?: (queue: PanthorQueue, type: number, info: number) => void;
  fault?: (queue: PanthorQueue, type: number) => void;
}

/** Of an unstripped function that has nothing left to do. */
function* nothing(): Op<void> {}

export class StreamRunner implements JobRunner, Work, StreamEvents {
  pending = false;
  running = false;
  /** The open file that rang last. */
  owner: unknown = null;
  nextNs = Number.POSITIVE_INFINITY;
  readonly processor: StreamProcessor;
  readonly #options: StreamRunnerOptions;
  readonly #sched: Scheduler;
  readonly #device: PanthorDevice;
  readonly #memory: GpuMemory;
  readonly #groups = new WeakMap<PanthorGroup, StreamGroup>();
  /** The driver's queue behind each that has a slot. */
  readonly #queues = new Map<StreamQueue, PanthorQueue>();
  readonly #suspended: SuspendedWaits;
  /** Groups whose syncobjs have changed. */
  readonly #signalled = new Set<PanthorGroup>();
  /** Rounds of this turn; it goes on where others had to have theirs. */
  #rounds = 0;
  #longTurns = 0;
  #rotatedNs = 0;
  readonly #counts = { unshaded: 0, fatal: 0, faults: 0 };

  /** Makes itself the scheduler's runner, and has the driver's MMU interrupt on. */
  constructor(options: StreamRunnerOptions) {
    this.#options = options;
    this.#sched = options.sched;
    const { device, gpu } = options.sched;
    this.#device = device;
    this.#memory = new GpuMemory(
      device.machine,
      options.physical,
      device.params.vaBits,
      options.translations ?? null,
    );
    this.#suspended = new SuspendedWaits(this.#memory, this.#sched);
    const ticks = (rate: number): number => Math.floor(device.now() * (rate / NS_PER_S));
    const clock = {
      timestamp: () => ticks(gpu.timestamp_frequency),
      cycles: () => ticks(gpu.gpu_frequency),
    };
    this.processor = new StreamProcessor(this.#memory, clock, this);
    if (device.mmu.irq.state === 'suspended') run(device.mmu.init());
    options.sched.runner = this;
  }

  get stats(): StreamStats {
    return { instructions: this.processor.core.instructions, ...this.#counts };
  }

  doorbell(queue: PanthorQueue): Op<void> {
    const group = this.#streamGroup(queue.group);
    group.halted = group.queues.some(({ dead }) => dead);
    const one = group.queues[queue.index];
    this.#suspended.forget(one);
    this.#queues.set(one, queue);
    this.processor.start(one);
    this.owner = this.#sched.work.caller;
    this.#sched.work.queue(this);
    return nothing();
  }

  stop(group: PanthorGroup): boolean {
    for (const one of this.#groups.get(group)?.queues ?? []) {
      this.processor.stop(one);
      this.#queues.delete(one);
      if (group.canRun && one.blocked === 'SYNC_WAIT') this.#suspended.add(one, group.queues[one.index]);
    }
    if (!group.canRun) this.#groups.delete(group);
    return true;
  }

  poll(nowNs: number): void {
    if (nowNs < this.nextNs) return;
    this.processor.wake();
    this.#sched.work.queue(this);
  }

  /** As a piece of work: the hardware's turn. */
  run(): Op<void> {
    const { work } = this.#sched;
    let more = true;
    for (let i = 0; more && this.#rounds < ROUNDS && (i === 0 || work.mayGoOn(this)); i++) {
      more = run(this.processor.run(this.#options.budget ?? BUDGET));
      this.#deliver();
      this.#rounds++;
    }
    if (more && this.#rounds < ROUNDS) {
      work.queue(this);
      return nothing();
    }
    this.#rounds = 0;
    this.#suspended.look();
    this.#longTurns = more ? this.#longTurns + 1 : 0;
    const waits = this.processor.waiting || this.#suspended.size > 0;
    if (more) this.#rotate();
    const crowded = this.#sched.crowded;
    const backoff = Math.min(this.#longTurns * BACKOFF_NS, crowded ? TICK_NS : MAX_BACKOFF_NS);
    const delay = more ? backoff : waits ? POLL_NS : Number.POSITIVE_INFINITY;
    this.nextNs = this.#device.now() + delay;
    return nothing();
  }

  /** Streams that go on and on do not keep their slots while others wait. */
  #rotate(): void {
    const now = this.#device.now();
    if (now - this.#rotatedNs < TICK_NS || !this.#sched.crowded) return;
    this.#rotatedNs = now;
    run(this.#sched.rotate());
  }

  syncUpdate(queue: StreamQueue): void {
    // Later: fences that signal may do anything, and nothing may change in the middle of an instruction.
    this.#signalled.add(this.#driverQueue(queue).group);
  }

  blocked(queue: StreamQueue): void {
    const { group, index } = this.#driverQueue(queue);
    if (queue.blocked !== 'SYNC_WAIT') {
      group.blockedQueues &= ~(1 << index);
      return;
    }
    group.blockedQueues |= 1 << index;
    // CSG_IDLE: others may have the slot.
    if (group.idle) this.#sched.tick();
  }

  fault(queue: StreamQueue, type: number): void {
    this.#counts.faults++;
    const one = this.#driverQueue(queue);
    this.#sched.reportFault(one);
    this.#options.fault?.(one, type);
  }

  fatal(queue: StreamQueue, type: number, info: number): void {
    this.#counts.fatal++;
    const { irq } = this.#device.mmu;
    if (run(irq.rawHandler()) === IRQ_WAKE_THREAD) run(irq.threadedHandler());
    // Without its address space nothing of the VM runs on; the next tick terminates the groups.
    for (const [one, { group }] of this.#queues) {
      if (one.running && group.vm.hasUnhandledFaults()) one.group.halted = true;
    }
    const one = this.#driverQueue(queue);
    this.#sched.reportFatal(one, type);
    this.#options.fatal?.(one, type, info);
  }

  unshaded(opcode: number): void {
    if (this.#counts.unshaded++ === 0) this.#options.unshaded?.(opcode);
  }

  flushed(id: number): void {
    this.#options.flushed?.(id);
  }

  /** CSG_SYNC_UPDATE, once for all changes so far. */
  #deliver(): void {
    if (this.#signalled.size === 0) return;
    const groups = [...this.#signalled];
    this.#signalled.clear();
    for (const group of groups) this.#sched.reportSyncUpdate(group);
  }

  #driverQueue(queue: StreamQueue): PanthorQueue {
    return this.#queues.get(queue) as PanthorQueue;
  }

  #streamGroup(group: PanthorGroup): StreamGroup {
    let streams = this.#groups.get(group);
    if (streams === undefined) {
      streams = new StreamGroup(group.args.priority, group.vm);
      for (const queue of group.queues) {
        const { priority, ringbuf } = queue;
        const registers = this.#sched.gpu.cs_reg_count;
        new StreamQueue(streams, {
          priority,
          ring: queue,
          ringVa: ringbuf.va,
          ringSize: ringbuf.size,
          registers,
        });
      }
      this.#groups.set(group, streams);
    }
    return streams;
  }
}
