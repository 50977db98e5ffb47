/** Registers as a tree's driver meets them in a scenario: those that the machine does not have read as zero, and take any value. */
import { MMU_INT_BASE, REGISTER_KINDS } from '../../hw/registers.ts';
import type { TimedMachine } from '../../hw/timed-machine.ts';

const isAbsent = (offset: number): boolean =>
  offset < MMU_INT_BASE && (REGISTER_KINDS[offset >> 2] ?? 0) === 0;

export function readRegister({ regs }: TimedMachine, offset: number): number {
  return isAbsent(offset) ? 0 : regs.read32(offset);
}

export function writeRegister({ regs }: TimedMachine, offset: number, value: number): void {
  if (!isAbsent(offset)) regs.write32(offset, value);
}
