/** Threads of a tree's driver run to their ends, one inside the other where a vector asks for it. */
import { IRQ_WAKE_THREAD } from '../driver/base/irq.ts';
import type { DriverTrace } from '../driver/base/warn.ts';
import type { RegisterTrace } from '../hw/register-file.ts';
import type { CallName } from './calls.ts';
import { KernelBug, type TreeKernel } from './kernel.ts';
import type { TreeMachine } from './machine.ts';
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
} from './mailbox.ts';
import { type Explain, tellNotes } from './notes.ts';

/** The thread that the GPU's interrupt runs on. */
const INTERRUPT_THREAD = 31;
const LINE_GPU = 0;
/** Locks that are free are no point here: no other thread wants them. */
export const QUIET = (1 << POINT_MUTEX) | (1 << POINT_SPIN);

/** How a call ended: its results are in the mailbox, or it waits: for a lock that a call around it holds, or for a fence. */
export type End = 'done' | 'blocked';

export class Runner {
  readonly #kernel: TreeKernel;
  readonly #explain: Explain;
  readonly #trace: DriverTrace;
  /** Hears of register accesses of calls that are heard. */
  registers: RegisterTrace | null = null;
  machine!: TreeMachine;
  /** Called before each call to the page-table code. */
  onTable: (() => void) | null = null;
  /** Whether the GPU's interrupt is heard, too; vectors do not record it. */
  hearsInterrupts = false;
  /** Called where the driver waits for the scheduler's tick. */
  onTick: (() => void) | null = null;

  constructor(kernel: TreeKernel, explain: Explain, trace: DriverTrace) {
    this.#kernel = kernel;
    this.#explain = explain;
    this.#trace = trace;
  }

  /** Starts a call on a thread and runs it to its end. `heard`: whether its register accesses and notes are recorded. */
  call(thread: number, name: CallName, args: readonly (number | bigint)[], heard = true): End {
    this.#kernel.start(thread, name);
    this.#kernel.mailbox.setArgs(args);
    return this.resume(thread, heard);
  }

  /** Runs a thread on to its end, or to a lock that it cannot have now. */
  resume(thread: number, heard = true): End {
    const { mailbox, native } = this.#kernel;
    const regs = this.machine.machine.regs;
    for (;;) {
      mailbox.quiet = QUIET | (this.onTable === null ? 1 << POINT_TABLE : 0);
      const point = this.#kernel.step(thread);
      if (heard) tellNotes(mailbox, this.#explain, this.#trace);
      regs.trace = heard ? this.registers : null;
      switch (point) {
        case POINT_END:
          return 'done';
        case POINT_READ:
          mailbox.reply = this.machine.read(mailbox.object);
          break;
        case POINT_WRITE:
          this.machine.write(mailbox.object, mailbox.value);
          break;
        case POINT_TABLE:
          this.onTable?.();
          break;
        case POINT_POLL:
          this.machine.giveUp();
          this.#trace.timeout(`AS${this.machine.polledSlot}_STATUS`);
          mailbox.reply = 0;
          break;
        case POINT_NOTES:
          mailbox.clearNotes();
          break;
        case POINT_BUG:
          throw new KernelBug("the kernel's own check failed (BUG)");
        case POINT_TICK:
          this.onTick?.();
          break;
        case POINT_SLEEP:
          if (mailbox.object === 0) return 'blocked';
          this.#sleep(thread);
          break;
        default:
          if (point === POINT_CONDITION && (native.ready() & (1 << thread)) !== 0) break;
          return 'blocked';
      }
    }
  }

  /** A sleep in a wait queue is for the GPU's interrupt: it comes now, or the time is over. */
  #sleep(thread: number): void {
    if (this.machine.gpuInterrupt) this.#interrupt();
    const awake = (this.#kernel.native.ready() & (1 << thread)) !== 0;
    if (!awake) this.#trace.timeout('GPU_CMD_flush');
    this.#kernel.mailbox.reply = awake ? 1 : 0;
  }

  #interrupt(): void {
    const { mailbox } = this.#kernel;
    this.call(INTERRUPT_THREAD, 'rawInterrupt', [LINE_GPU], this.hearsInterrupts);
    if (mailbox.result(0) === IRQ_WAKE_THREAD)
      this.call(INTERRUPT_THREAD, 'threadedInterrupt', [LINE_GPU], this.hearsInterrupts);
  }
}
