/** A tree's driver in front of the machine of src/hw: register accesses, polls, and the interrupt that ends a sleep. */
import { Machine } from '../hw/machine.ts';
import {
  AS_FAULTADDRESS,
  AS_FAULTSTATUS,
  AS_STATUS_AS_ACTIVE,
  asRegister,
  GPU_AS_PRESENT,
  GPU_INT_BASE,
  GPU_MMU_FEATURES,
  INT_MASK,
  INT_RAWSTAT,
} from '../hw/registers.ts';
import { isAbsent, isStatus, slotOf } from './registers.ts';

/** What the machine is asked to be: the parameters of the vectors' `init`. */
export interface MachineParameters {
  asPresent: number;
  vaBits: number;
  paBits: number;
}

export class TreeMachine {
  readonly machine = new Machine();
  /** The last status that a poll saw, and whether its time is over: the driver then looks once more. */
  #polled = 0;
  #over = false;

  constructor(parameters: MachineParameters) {
    const { words } = this.machine.regs;
    words[GPU_AS_PRESENT >> 2] = parameters.asPresent;
    words[GPU_MMU_FEATURES >> 2] = parameters.vaBits | (parameters.paBits << 8);
  }

  /** A 32-bit read. */
  read(offset: number): number {
    if (isAbsent(offset)) return 0;
    if (isStatus(offset) && this.#over) {
      this.#over = false;
      return AS_STATUS_AS_ACTIVE;
    }
    this.#polled = offset;
    return this.machine.regs.read32(offset);
  }

  write(offset: number, value: number): void {
    if (isAbsent(offset)) return;
    this.machine.regs.write32(offset, value);
  }

  /** An access of a slot faults: address and status are in its registers, and the interrupt is raised. */
  fault(as: number, address: bigint, status: number): void {
    const { words } = this.machine.regs;
    words[asRegister(as, AS_FAULTSTATUS) >> 2] = status;
    words[asRegister(as, AS_FAULTADDRESS) >> 2] = Number(address & 0xffffffffn);
    words[(asRegister(as, AS_FAULTADDRESS) >> 2) + 1] = Number(address >> 32n);
    this.machine.raiseMmuInterrupt(1 << as);
  }

  /** Ends the poll that found a command running: here commands end at once, or never. The register that was polled. */
  giveUp(): number {
    this.#over = true;
    return this.#polled;
  }

  /** The slot of the register that was polled. */
  get polledSlot(): number {
    return slotOf(this.#polled);
  }

  /** Whether the GPU block's interrupt line is up. */
  get gpuInterrupt(): boolean {
    const { words } = this.machine.regs;
    return (words[(GPU_INT_BASE + INT_RAWSTAT) >> 2] & words[(GPU_INT_BASE + INT_MASK) >> 2]) !== 0;
  }
}
