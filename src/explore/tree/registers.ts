/** Registers as a tree's driver meets them in a scenario. */
import type { TimedMachine } from '../../hw/timed-machine.ts';
import { isAbsent } from '../../tree/registers.ts';

export function readRegister({ regs }: TimedMachine, offset: number): number {
  return isAbsent(offset) ? 0 : regs.read32(offset);
}

export function writeRegister({ regs }: TimedMachine, offset: number, value: number): void {
  if (!isAbsent(offset)) regs.write32(offset, value);
}
