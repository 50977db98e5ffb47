import type { Invariant } from './invariants.ts';
import { interruptMasks } from './model/checks/faults.ts';
import { lockAgreement, slotBookkeeping, tablePages, unusableVm } from './model/checks/invariants.ts';
import type { Harness } from './model/harness.ts';

/** What is wrong in the present state, or null. */
export type StateCheck = (harness: Harness) => string | null;

/** Invariants that are judged in every state. */
export const STATE_CHECKS: Partial<Record<Invariant, StateCheck>> = {
  'lock-agreement': lockAgreement,
  'slot-bookkeeping': slotBookkeeping,
  'table-pages': tablePages,
  'interrupt-masks': interruptMasks,
  'unusable-vm': unusableVm,
};
