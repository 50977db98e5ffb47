/** Looks at the registers as the hardware would: which slots have a region locked, and which tables they use. */
import type { PanthorDevice } from '../../src/driver/device.ts';
import {
  AS_COMMAND,
  AS_COMMAND_FLUSH_MEM,
  AS_COMMAND_FLUSH_PT,
  AS_COMMAND_LOCK,
  AS_COMMAND_UNLOCK,
  AS_TRANSTAB,
  asRegister,
  MMU_AS_BASE,
} from '../../src/hw/registers.ts';

export class MmuWatch {
  readonly #device: PanthorDevice;
  /** Slots with a region locked. */
  readonly locked = new Set<number>();

  constructor(device: PanthorDevice) {
    this.#device = device;
    device.regs.trace = {
      write: (offset, value) => {
        if (offset < MMU_AS_BASE || (offset & 0x3f) !== AS_COMMAND) return;
        const as = (offset - MMU_AS_BASE) >> 6;
        if (value === AS_COMMAND_LOCK) this.locked.add(as);
        else if (
          value === AS_COMMAND_UNLOCK ||
          value === AS_COMMAND_FLUSH_PT ||
          value === AS_COMMAND_FLUSH_MEM
        ) {
          this.locked.delete(as);
        }
      },
      read: () => {},
    };
  }

  reset(): void {
    this.locked.clear();
  }

  /** AS_TRANSTAB of a slot. */
  transtab(as: number): number {
    const at = asRegister(as, AS_TRANSTAB) >> 2;
    return this.#device.regs.words[at] + this.#device.regs.words[at + 1] * 2 ** 32;
  }
}
