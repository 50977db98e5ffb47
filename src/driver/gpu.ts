/** GPU commands: the counterpart of panthor_gpu.c, as far as the MMU needs it. */
import { EIO, ETIMEDOUT } from '../../uapi/errno.ts';
import { Mutex, type Op, type Waitable } from '../coroutine/op.ts';
import {
  CACHE_CLEAN,
  CACHE_INV,
  GPU_CMD,
  GPU_INT_BASE,
  GPU_IRQ_CLEAN_CACHES_COMPLETED,
  GPU_IRQ_FAULT,
  GPU_IRQ_PROTM_FAULT,
  GPU_IRQ_RESET_COMPLETED,
  GPU_SOFT_RESET,
  gpuFlushCaches,
  INT_CLEAR,
  INT_MASK,
  INT_RAWSTAT,
  INT_STAT,
} from '../hw/registers.ts';
import { PanthorIrq } from './base/irq.ts';
import type { PanthorDevice } from './device.ts';
import { PanthorPwr } from './pwr.ts';

const CLEAN_INV = CACHE_CLEAN | CACHE_INV;
/** GPU_CMD values of flushes: clean and invalidate L2 and load/store caches, invalidate the others. */
const FLUSH_ALL = gpuFlushCaches(CLEAN_INV, CLEAN_INV, CACHE_INV);
/** What a suspend of groups writes back. */
export const FLUSH_SUSPEND = gpuFlushCaches(CACHE_CLEAN, CACHE_CLEAN, 0);
/** GPU_INTERRUPTS_MASK. */
const INTERRUPTS =
  GPU_IRQ_FAULT | GPU_IRQ_PROTM_FAULT | GPU_IRQ_RESET_COMPLETED | GPU_IRQ_CLEAN_CACHES_COMPLETED;

export class PanthorGpu {
  readonly #device: PanthorDevice;
  readonly cacheFlushLock = new Mutex('cache_flush_lock');
  /** Requests that were made and not acknowledged by an interrupt yet. */
  pendingReqs = 0;
  /**
   * panthor_hw_has_pwr_ctrl(): from architecture 14 (GPU_ID bits 31:28) on resets go through PWR_CONTROL where the driver
   * has pwr-control; null otherwise.
   */
  readonly pwr: PanthorPwr | null;
  /** The interrupt, of use only where a thread serves it. */
  readonly line: PanthorIrq;
  /**
   * Says that nothing is coming which would answer a request. Set where a thread serves the interrupt; where it is null, who
   * waits for an answer runs the handler there.
   */
  noAnswer: (() => boolean) | null = null;
  readonly #flushAnswered = this.#answered(GPU_IRQ_CLEAN_CACHES_COMPLETED);
  readonly #resetAnswered = this.#answered(GPU_IRQ_RESET_COMPLETED);

  constructor(device: PanthorDevice) {
    this.#device = device;
    this.line = new PanthorIrq(device.regs, GPU_INT_BASE, INTERRUPTS, device.b, (status) =>
      this.#onInterrupt(status),
    );
    this.line.mask = INTERRUPTS;
    this.line.state = 'active';
    device.regs.write32(GPU_INT_BASE + INT_MASK, INTERRUPTS);
    const hasPwrCtrl = device.b.pwrControl && device.params.archMajor >= 14;
    this.pwr = hasPwrCtrl ? new PanthorPwr(device) : null;
  }

  /**
   * panthor_gpu_flush_caches() by the GPU_CMD value `command`: 0, -ETIMEDOUT where it does not end within 100 ms. With
   * reset-on-flush-timeout a reset is then scheduled, and flushes are -EIO until it was; otherwise each later one waits.
   */
  *flushCaches(command: number = FLUSH_ALL): Op<number> {
    const device = this.#device;
    yield* this.cacheFlushLock.lock();
    yield 'GPU_CMD';
    const stuck = (this.pendingReqs & GPU_IRQ_CLEAN_CACHES_COMPLETED) !== 0;
    if (stuck && device.b.resetOnFlushTimeout) {
      this.cacheFlushLock.unlock();
      return -EIO;
    }
    if (stuck) device.warn('panthor_gpu_flush_caches', 'flush-timeout');
    else {
      this.pendingReqs |= GPU_IRQ_CLEAN_CACHES_COMPLETED;
      device.regs.write32(GPU_CMD, command);
    }
    if (this.noAnswer !== null) yield this.#flushAnswered;
    else {
      yield device.machine.flushDone;
      this.irq();
    }
    let ret = 0;
    if ((this.pendingReqs & GPU_IRQ_CLEAN_CACHES_COMPLETED) !== 0) {
      device.trace?.timeout('GPU_CMD_flush');
      if ((device.regs.read32(GPU_INT_BASE + INT_RAWSTAT) & GPU_IRQ_CLEAN_CACHES_COMPLETED) === 0) {
        ret = -ETIMEDOUT;
        if (device.b.resetOnFlushTimeout) device.scheduleReset();
      } else {
        this.pendingReqs &= ~GPU_IRQ_CLEAN_CACHES_COMPLETED;
      }
    }
    this.cacheFlushLock.unlock();
    return ret;
  }

  /** The GPU interrupt from its hard handler to panthor_gpu_irq_handler(), called wherever its wake-up is waited for. */
  irq(): void {
    const { regs } = this.#device;
    const status = regs.read32(GPU_INT_BASE + INT_STAT);
    if (status === 0) return;
    regs.write32(GPU_INT_BASE + INT_CLEAR, status);
    this.pendingReqs &= ~status;
  }

  /**
   * panthor_hw_soft_reset(): panthor_gpu_soft_reset(), or panthor_pwr_reset_soft() where there is a PWR_CONTROL, which leaves
   * alone what the GPU block was asked for: after a flush that did not end, all are -EIO from then on. 0, or an errno that no
   * caller looks at: -ETIMEDOUT where a reset does not end within 100 ms; all requests then stay pending, and the next one warns
   * and waits for the same end.
   */
  *softReset(): Op<number> {
    if (this.pwr !== null) return yield* this.pwr.resetSoft();
    const { regs } = this.#device;
    yield 'GPU_CMD';
    if ((this.pendingReqs & GPU_IRQ_RESET_COMPLETED) !== 0) {
      this.#device.warn('panthor_gpu_soft_reset', 'reset-already-pending');
    } else {
      this.pendingReqs |= GPU_IRQ_RESET_COMPLETED;
      regs.write32(GPU_CMD, GPU_SOFT_RESET);
    }
    if (this.noAnswer === null) this.irq();
    else yield this.#resetAnswered;
    // Where the time is over, it is looked for in the register.
    const isLate = (this.pendingReqs & GPU_IRQ_RESET_COMPLETED) !== 0;
    if (isLate && (regs.read32(GPU_INT_BASE + INT_RAWSTAT) & GPU_IRQ_RESET_COMPLETED) === 0)
      return -ETIMEDOUT;
    this.resetDone();
    return 0;
  }

  /** panthor_gpu_irq_handler() on the thread of the interrupt. */
  *#onInterrupt(status: number): Op<void> {
    if (this.#device.b.clearFaultInHandler) {
      yield 'GPU_INT_CLEAR';
      this.#device.regs.write32(GPU_INT_BASE + INT_CLEAR, status);
    }
    this.pendingReqs &= ~status;
  }

  /** What sleeps on gpu->reqs_acked until `request` is answered or its time is over. */
  #answered(request: number): Waitable {
    return {
      label: 'sleeps until the GPU answers',
      ready: () => (this.pendingReqs & request) === 0 || this.noAnswer?.() === true,
    };
  }

  /** The interrupt's part of panthor_gpu_suspend() and panthor_gpu_unplug(). */
  *suspend(): Op<void> {
    if (this.noAnswer !== null) yield* this.line.suspend();
  }

  /** panthor_gpu_resume(). */
  *resume(): Op<void> {
    if (this.noAnswer !== null) yield* this.line.resume();
  }

  /** The end of panthor_gpu_unplug(): who sleeps is woken. */
  *unplug(): Op<void> {
    yield* this.suspend();
    this.pendingReqs = 0;
  }

  /** The end of panthor_gpu_soft_reset(): what was asked for before will not be answered. */
  resetDone(): void {
    if (this.#device.b.forgetRequestsOnReset) this.pendingReqs = 0;
    else this.pendingReqs &= ~GPU_IRQ_RESET_COMPLETED;
  }
}
