/** One interrupt of the GPU with its mask register: struct panthor_irq and PANTHOR_IRQ_HANDLER() of panthor_device.h. */

import type { Op } from '../../coroutine/op.ts';
import type { RegisterFile } from '../../hw/register-file.ts';
import { INT_CLEAR, INT_MASK, INT_RAWSTAT, INT_STAT } from '../../hw/registers.ts';
import type { Behaviours } from '../kernels.ts';

export const IRQ_NONE = 0;
export const IRQ_HANDLED = 1;
export const IRQ_WAKE_THREAD = 2;

export type IrqState = 'active' | 'processing' | 'suspending' | 'suspended';

export class PanthorIrq {
  /** Events of interest, as last asked for; what the register holds may differ while suspended or processing. */
  mask = 0;
  state: IrqState = 'suspended';
  readonly #regs: RegisterFile;
  readonly #base: number;
  readonly #b: Behaviours;
  readonly #all: number;
  readonly #handler: (status: number) => Op<void>;

  /** `all`: the bits that resume sets where mask bits do not follow each slot (mask-per-slot). */
  constructor(
    regs: RegisterFile,
    base: number,
    all: number,
    behaviours: Behaviours,
    handler: (status: number) => Op<void>,
  ) {
    this.#regs = regs;
    this.#base = base;
    this.#all = all;
    this.#b = behaviours;
    this.#handler = handler;
  }

  /** panthor_request_*_irq() and the first resume. */
  *request(): Op<void> {
    if (this.#b.maskAtRequest) {
      yield 'irq';
      this.#regs.write32(this.#base + INT_MASK, 0);
    }
    if (this.#b.maskPerSlot) this.mask = this.#all;
    yield* this.resume();
  }

  *resume(): Op<void> {
    if (!this.#b.maskPerSlot) this.mask = this.#all;
    yield 'irq';
    this.state = 'active';
    this.#regs.write32(this.#base + INT_CLEAR, this.mask);
    this.#regs.write32(this.#base + INT_MASK, this.mask);
  }

  *suspend(): Op<void> {
    yield 'irq';
    if (!this.#b.maskPerSlot) this.mask = 0;
    this.state = 'suspending';
    this.#regs.write32(this.#base + INT_MASK, 0);
    yield this.idle;
    this.state = 'suspended';
  }

  /** synchronize_irq(): ready once the threaded handler has ended. */
  readonly idle = { label: 'irq thread', ready: () => !this.running };
  /** The threaded handler is under way. */
  running = false;

  *enableEvents(bits: number): Op<void> {
    yield 'irq';
    this.mask |= bits;
    if (this.state === 'active') this.#regs.write32(this.#base + INT_MASK, this.mask);
  }

  *disableEvents(bits: number): Op<void> {
    yield 'irq';
    this.mask &= ~bits;
    if (this.state === 'active') this.#regs.write32(this.#base + INT_MASK, this.mask);
  }

  /** The hard handler. IRQ_WAKE_THREAD asks for threadedHandler(). */
  *rawHandler(): Op<number> {
    yield 'irq';
    if (this.#b.readSuspendedIrq) {
      if (this.#regs.read32(this.#base + INT_STAT) === 0 || this.#off) return IRQ_NONE;
    } else {
      if (this.#off) return IRQ_NONE;
      if (this.#regs.read32(this.#base + INT_STAT) === 0) return IRQ_NONE;
    }
    if (this.#b.maskPerSlot) this.state = 'processing';
    this.#regs.write32(this.#base + INT_MASK, 0);
    this.running = true;
    return IRQ_WAKE_THREAD;
  }

  *threadedHandler(): Op<number> {
    let ret = IRQ_NONE;
    for (;;) {
      yield 'irq';
      const status = this.#regs.read32(this.#base + INT_RAWSTAT) & this.mask;
      if (status === 0) break;
      if (!this.#b.clearFaultInHandler) this.#regs.write32(this.#base + INT_CLEAR, status);
      yield* this.#handler(status);
      ret = IRQ_HANDLED;
    }
    yield 'irq';
    if (this.#b.maskPerSlot) {
      if (this.state === 'processing') {
        this.state = 'active';
        this.#regs.write32(this.#base + INT_MASK, this.mask);
      }
    } else if (!this.#off) {
      // No lock covers the load of the mask and the write of the register: suspend() can set both to 0 in between.
      const { mask } = this;
      yield 'INT_MASK';
      this.#regs.write32(this.#base + INT_MASK, mask);
    }
    this.running = false;
    return ret;
  }

  /** The handlers leave the line alone. Without mask-per-slot, pirq->suspended is set only after synchronize_irq(). */
  get #off(): boolean {
    return this.#b.maskPerSlot ? this.state !== 'active' : this.state === 'suspended';
  }
}
