/** PWR_CONTROL, which GPUs have from architecture 14 on: the counterpart of panthor_pwr.c, as far as resets go. */
import { EOPNOTSUPP, ETIMEDOUT } from '../../uapi/errno.ts';
import type { Op } from '../coroutine/op.ts';
import {
  INT_CLEAR,
  INT_MASK,
  INT_RAWSTAT,
  INT_STAT,
  PWR_COMMAND,
  PWR_COMMAND_RESET_SOFT,
  PWR_INT_BASE,
  PWR_IRQ_RESET_COMPLETED,
  PWR_STATUS,
  PWR_STATUS_ALLOW_SOFT_RESET_HI,
} from '../hw/registers.ts';
import type { PanthorDevice } from './device.ts';

export class PanthorPwr {
  readonly #device: PanthorDevice;
  /** Commands that were given and whose end no interrupt has reported yet. */
  pendingReqs = 0;

  /** panthor_pwr_init() */
  constructor(device: PanthorDevice) {
    this.#device = device;
    device.regs.write32(PWR_INT_BASE + INT_MASK, PWR_IRQ_RESET_COMPLETED);
  }

  /**
   * panthor_pwr_reset_soft() and panthor_pwr_reset(): 0; -EOPNOTSUPP where the hardware allows no reset now; -ETIMEDOUT where
   * it does not end within 500 ms, and then each later one warns and waits for the same end.
   */
  *resetSoft(): Op<number> {
    const { regs } = this.#device;
    yield 'PWR_STATUS';
    if ((regs.read32(PWR_STATUS + 4) & PWR_STATUS_ALLOW_SOFT_RESET_HI) === 0) return -EOPNOTSUPP;
    yield 'PWR_COMMAND';
    if ((this.pendingReqs & PWR_IRQ_RESET_COMPLETED) !== 0) {
      this.#device.warn('panthor_pwr_reset', 'reset-already-pending');
    } else {
      this.pendingReqs |= PWR_IRQ_RESET_COMPLETED;
      regs.write32(PWR_INT_BASE + INT_CLEAR, PWR_IRQ_RESET_COMPLETED);
      regs.write32(PWR_COMMAND, PWR_COMMAND_RESET_SOFT);
    }
    this.irq();
    if ((this.pendingReqs & PWR_IRQ_RESET_COMPLETED) === 0) return 0;
    this.#device.trace?.timeout('PWR_COMMAND_reset');
    if ((regs.read32(PWR_INT_BASE + INT_RAWSTAT) & PWR_IRQ_RESET_COMPLETED) === 0) return -ETIMEDOUT;
    this.pendingReqs &= ~PWR_IRQ_RESET_COMPLETED;
    return 0;
  }

  /** panthor_pwr_irq_handler(), called wherever its wake-up is waited for. */
  irq(): void {
    const { regs } = this.#device;
    const status = regs.read32(PWR_INT_BASE + INT_STAT);
    if (status === 0) return;
    regs.write32(PWR_INT_BASE + INT_CLEAR, status);
    this.pendingReqs &= ~status;
  }
}
