/** Calls into a tree's driver as computations that others may interrupt: one switch point for each point of the thread. */
import type { Op, Point, Waitable } from '../../coroutine/op.ts';
import type { DriverTrace } from '../../driver/base/warn.ts';
import type { TimedMachine } from '../../hw/timed-machine.ts';
import { type CallName, callNumber } from '../../tree/calls.ts';
import { KernelBug, type TreeKernel } from '../../tree/kernel.ts';
import {
  POINT_BUG,
  POINT_CONDITION,
  POINT_END,
  POINT_MUTEX,
  POINT_NOTES,
  POINT_POLL,
  POINT_READ,
  POINT_SLEEP,
  POINT_SPIN,
  POINT_TABLE,
  POINT_TICK,
  POINT_WRITE,
} from '../../tree/mailbox.ts';
import { type Explain, tellNotes } from '../../tree/notes.ts';
import { isStatus, slotOf } from '../../tree/registers.ts';
import { Names } from './names.ts';
import { Points, readPoint, writePoint } from './points.ts';
import { readRegister, writeRegister } from './registers.ts';
import { callKernel } from './threads/enter.ts';
import type { View } from './view.ts';

/** The kernel's threads while the scenario is set up, and for what is over at once. */
const SETTING_UP = 31;
const AT_ONCE = 30;
const LINE_GPU = 0;
const IRQ_WAKE_THREAD = 2;
/** Points that are passed over where a call has to be over at once. */
const ALL_QUIET = (1 << POINT_MUTEX) | (1 << POINT_SPIN) | (1 << POINT_TABLE);
/** Spin locks that are free are no points: the sections that they protect are, where they touch registers. */
const USUALLY_QUIET = 1 << POINT_SPIN;

export class Calls {
  readonly #kernel: TreeKernel;
  readonly #view: View;
  readonly #explain: Explain;
  machine!: TimedMachine;
  current: () => number = () => -1;
  trace: DriverTrace | null = null;
  /** Ready when the scheduler's tick has nothing to do. */
  tickDone: Waitable = { label: 'tick_work', ready: () => true };
  /** The driver has queued its reset work; a drm_dev_enter() of its has failed. */
  onReset: () => void = () => {};
  onEnterFailed: () => void = () => {};
  readonly #names: Names;
  readonly #points = new Points(this);
  /** Notes are read by another caller. */
  #mute = false;

  constructor(kernel: TreeKernel, view: View, explain: Explain) {
    this.#kernel = kernel;
    this.#view = view;
    this.#names = new Names(kernel, view);
    this.#explain = explain;
  }

  countTables(uid: number): number {
    return this.#kernel.native.countTables(uid);
  }

  /** One call; its return value. Yields at each point of the kernel's thread, and before it begins. */
  call(name: CallName, object?: number, ...more: number[]): Op<number> {
    return callKernel(this, callNumber(name), false, object, more.length === 0 ? undefined : more);
  }

  /** A call that has begun when its caller saw that it can: no other thread runs before its first point. */
  enter(name: CallName, object?: number, ...more: number[]): Op<number> {
    return callKernel(this, callNumber(name), true, object, more.length === 0 ? undefined : more);
  }

  /** Starts a call on the kernel's thread of the world's, and runs it to its first point; its number. */
  begin(call: number, object: number, more: readonly number[]): number {
    const current = this.current();
    const thread = current < 0 ? SETTING_UP : current;
    this.#kernel.mailbox.setArgs([object, ...more]);
    this.#run(thread, call);
    return thread;
  }

  /** Whether a thread stands at a point: its call has begun and is not over. */
  holds(thread: number): boolean {
    return this.#kernel.threads.isAlive(thread);
  }

  /** It is the thread's turn: its access is made, its sleep is over, and it runs to its next point. null: the call is over. */
  goOn(thread: number): Point | null {
    const { mailbox, threads } = this.#kernel;
    const object = threads.object(thread);
    switch (threads.kind(thread)) {
      case POINT_READ:
        mailbox.reply = readRegister(this.machine, object);
        break;
      case POINT_WRITE:
        writeRegister(this.machine, object, threads.value(thread));
        break;
      case POINT_SLEEP:
        mailbox.reply = this.isReady(thread) ? 1 : 0;
        if (!this.isReady(thread)) this.trace?.timeout('GPU_CMD_flush');
    }
    this.#run(thread);
    return this.holds(thread) ? this.pointOf(thread) : null;
  }

  /** Runs a thread to the next point at which it can be held, or to its end; it begins in a call unless that is -1. */
  #run(thread: number, call = -1): void {
    for (let point = this.#step(thread, USUALLY_QUIET, call); point === POINT_POLL; ) {
      // The command still runs although it was waited for: it is stuck.
      this.trace?.timeout('AS_STATUS');
      this.#kernel.mailbox.reply = 0;
      point = this.#step(thread, USUALLY_QUIET);
    }
  }

  /** What a call that has ended returned. */
  get result(): number {
    return this.#kernel.mailbox.result(0);
  }

  /** Where a thread is held. */
  pointOf(thread: number): Point {
    const { threads } = this.#kernel;
    const object = threads.object(thread);
    switch (threads.kind(thread)) {
      case POINT_READ:
        // A poll that finds the command running looks again when it has ended: that is waited for at once.
        return isStatus(object) ? this.machine.asReady(slotOf(object)) : readPoint(object);
      case POINT_WRITE:
        return writePoint(object);
      case POINT_TICK:
        return this.tickDone;
      case POINT_TABLE:
        return 'page-table call';
      case POINT_SLEEP:
        if (thread === SETTING_UP) this.#interruptAtOnce();
        return this.#points.sleep(thread);
      case POINT_MUTEX:
      case POINT_SPIN:
      case POINT_CONDITION:
        return this.#points.lock(thread, object);
      default:
        throw new Error(`thread ${thread} stands at point ${threads.kind(thread)}`);
    }
  }

  /** A call that nothing can hold up: its return value. Throws where something does. */
  atOnce(name: CallName, ...args: number[]): number {
    this.#kernel.mailbox.setArgs(args);
    const point = this.#step(AT_ONCE, ALL_QUIET, callNumber(name));
    if (point !== POINT_END) throw new Error(`${name} stands at point ${point}`);
    return this.#kernel.mailbox.result(0);
  }

  /** How many mappings a VM has, as far as one call notes them. */
  countVmas(uid: number): number {
    const { mailbox } = this.#kernel;
    this.#mute = true;
    this.atOnce('vmas', uid, 0);
    this.#mute = false;
    mailbox.clearNotes();
    return mailbox.result(1);
  }

  /** Runs a call to its end on a machine that answers at once. `heard`: whether its notes are told. */
  runToQuiescence(op: Op<number>, heard = true): number {
    this.#mute = !heard;
    try {
      for (;;) {
        const next = op.next();
        if (next.done) return next.value;
        this.machine.runToQuiescence();
        if (typeof next.value === 'object' && !next.value.ready()) {
          throw new Error(`set-up waits for ${next.value.label}`);
        }
      }
    } finally {
      this.#mute = false;
    }
  }

  #step(thread: number, quiet: number, begins = -1): number {
    const { mailbox } = this.#kernel;
    for (let call = begins; ; call = -1) {
      mailbox.quiet = quiet;
      const point = call < 0 ? this.#kernel.step(thread) : this.#kernel.run(thread, call);
      this.#view.moved();
      if (!this.#mute) this.#tell();
      if (point === POINT_BUG) throw new KernelBug("the kernel's own check failed (BUG)");
      if (point !== POINT_NOTES) return point;
      mailbox.clearNotes();
    }
  }

  #tell(): void {
    tellNotes(this.#kernel.mailbox, this.#explain, this.trace, this);
  }

  /** Objects that nothing refers to any more. Throws KernelFault for the first. */
  checkLeaks(): void {
    if (this.#kernel.native.leaks() > 0) this.#tell();
  }

  /** Whether a thread that waits can go on by itself. */
  isReady(thread: number): boolean {
    return (this.#kernel.mailbox.ready & (1 << thread)) !== 0;
  }

  /** Nothing is coming that would wake who sleeps for the GPU: the time runs out. */
  noAnswer(): boolean {
    return this.machine.silent && !this.#view.gpuInterruptHandled;
  }

  get vmCount(): number {
    return this.#view.vmCount;
  }

  /** The name of a lock or a queue. */
  nameOf(object: number): string {
    return this.#names.of(object);
  }

  /** While a scenario is set up no other thread runs: the interrupt comes where it is waited for. */
  #interruptAtOnce(): void {
    this.machine.runToQuiescence();
    for (const name of ['rawInterrupt', 'threadedInterrupt'] as const) {
      this.#kernel.mailbox.setArgs([LINE_GPU]);
      let begins = callNumber(name);
      for (let point = -1; point !== POINT_END; begins = -1) {
        point = this.#step(AT_ONCE, ALL_QUIET, begins);
        const { object, value } = this.#kernel.mailbox;
        if (point === POINT_READ) this.#kernel.mailbox.reply = readRegister(this.machine, object);
        else if (point === POINT_WRITE) writeRegister(this.machine, object, value);
        else if (point !== POINT_END) throw new KernelBug(`the GPU interrupt stands at point ${point}`);
      }
      if (this.#kernel.mailbox.result(0) !== IRQ_WAKE_THREAD) return;
    }
  }
}
