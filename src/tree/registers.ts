/** What tells the registers apart that a tree's driver accesses. */
import { AS_STATUS, MMU_AS_BASE, MMU_AS_SHIFT, MMU_INT_BASE, REGISTER_KINDS } from '../hw/registers.ts';

/**
 * Whether a register below the MMU's is none that the machine has (identification, power): it reads as zero, and takes any value.
 * The driver asks for some when it starts, and what it learns decides nothing here.
 */
export const isAbsent = (offset: number): boolean =>
  offset < MMU_INT_BASE && (REGISTER_KINDS[offset >> 2] ?? 0) === 0;

/** Whether a register is the AS_STATUS of a slot. */
export const isStatus = (offset: number): boolean => offset >= MMU_AS_BASE && (offset & 0x3f) === AS_STATUS;

/** The slot that one of the slots' registers belongs to. */
export const slotOf = (offset: number): number => (offset - MMU_AS_BASE) >> MMU_AS_SHIFT;
