/** Registers as a tree's driver meets them in a scenario. */
import { GPU_INT_BASE, INT_MASK, INT_RAWSTAT } from '../../hw/registers.ts';
import type { TimedMachine } from '../../hw/timed-machine.ts';
import { isAbsent } from '../../tree/registers.ts';

export function readRegister({ regs }: TimedMachine, offset: number): number {
  return isAbsent(offset) ? 0 : regs.read32(offset);
}

export function writeRegister({ regs }: TimedMachine, offset: number, value: number): void {
  if (!isAbsent(offset)) regs.write32(offset, value);
}

/** Whether the GPU block will raise no interrupt: the flush is stuck, or a reset has ended it, or what is raised is masked. */
export function isSilent({ flushHung, flushing, regs }: TimedMachine): boolean {
  if (flushHung || !regs.reachable) return true;
  const { words } = regs;
  const raised = words[(GPU_INT_BASE + INT_RAWSTAT) >> 2] & words[(GPU_INT_BASE + INT_MASK) >> 2];
  return !flushing && raised === 0;
}
