import type { Core } from './core.ts';
import type { StreamOp } from './stream-memory.ts';
import type { StreamQueue } from './stream-queue.ts';

/** What becomes of the queue after an instruction. */
export type Outcome = 0 | 1 | 2;
/** The next instruction follows. */
export const NEXT = 0;
/** The instruction itself has said where to go on. */
export const WENT = 1;
/** It cannot be done yet; `queue.blocked` says why. */
export const STAY = 2;

/** Carries out one instruction, given as two words (unsigned). */
export type Instruction = (core: Core, queue: StreamQueue, lo: number, hi: number) => Outcome;
/** The same for one that accesses memory. */
export type AccessingInstruction = (
  core: Core,
  queue: StreamQueue,
  lo: number,
  hi: number,
) => StreamOp<Outcome>;
