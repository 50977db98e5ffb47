/** Registers as a tree's driver meets them in a scenario: those that the machine does not have read as zero, and take any value. */
import {
  AS_STATUS,
  GPU_INT_BASE,
  INT_MASK,
  INT_RAWSTAT,
  MMU_AS_BASE,
  MMU_AS_SHIFT,
  MMU_INT_BASE,
  REGISTER_KINDS,
} from '../../hw/registers.ts';
import type { TimedMachine } from '../../hw/timed-machine.ts';

const isAbsent = (offset: number): boolean =>
  offset < MMU_INT_BASE && (REGISTER_KINDS[offset >> 2] ?? 0) === 0;

export function readRegister({ regs }: TimedMachine, offset: number): number {
  return isAbsent(offset) ? 0 : regs.read32(offset);
}

export function writeRegister({ regs }: TimedMachine, offset: number, value: number): void {
  if (!isAbsent(offset)) regs.write32(offset, value);
}

/** Whether a register is the AS_STATUS of a slot, and of which. */
export const isStatus = (offset: number): boolean => offset >= MMU_AS_BASE && (offset & 0x3f) === AS_STATUS;
export const slotOf = (offset: number): number => (offset - MMU_AS_BASE) >> MMU_AS_SHIFT;

/** Whether the GPU block will raise no interrupt: the flush is stuck, or a reset has ended it, or what is raised is masked. */
export function isSilent({ flushHung, flushing, regs }: TimedMachine): boolean {
  if (flushHung || !regs.reachable) return true;
  const { words } = regs;
  const raised = words[(GPU_INT_BASE + INT_RAWSTAT) >> 2] & words[(GPU_INT_BASE + INT_MASK) >> 2];
  return !flushing && raised === 0;
}
