/** All invariants, in the order of the design. src/explore/model/checks/invariants.ts and judge.ts decide them. */
export const INVARIANTS = [
  'atomic',
  'stale-translation',
  'activation',
  'register-access-while-gone',
  'lock-agreement',
  'outside-locked-region',
  'slot-bookkeeping',
  'table-pages',
  'lock-order',
  'deadlock',
  'kernel-warning',
  'use-after-free',
  'interrupt-masks',
  'unusable-vm',
  'recovery',
  'memory-leak',
] as const;
export type Invariant = (typeof INVARIANTS)[number];
