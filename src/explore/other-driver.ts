/** A driver in the place of the model's that keeps its state to itself: a kernel tree's (src/explore/tree). */
import type { DriverFactory } from './model/driver-factory.ts';
import type { ThreadSpec } from './search/threads.ts';
import type { Thread } from './search/world.ts';
import { mix32 } from './state/hash.ts';
import { hashValue } from './state/objects.ts';

export interface OtherDriver extends DriverFactory {
  /** Which thread takes a step; -1 while the scenario is set up. */
  current: () => number;
  /** Threads besides those of the model. */
  threads(): ThreadSpec[];
  /** The state now is what restore() goes back to. */
  save(): void;
  restore(): void;
  /** What is judged when all threads have ended. Throws KernelFault. */
  checkEnd(): void;
  /** Mixes its state into a fingerprint; both lanes stay non-zero. */
  mixInto(lanes: Int32Array): void;
}

/** Mixes such a driver's state, and where its computations stand, into a fingerprint: they are not instrumented. */
export function mixDriver(driver: OtherDriver, threads: readonly Thread[], lanes: Int32Array): void {
  for (const { point } of threads) {
    const where = point === null ? '' : typeof point === 'string' ? point : point.label;
    lanes[0] = mix32(Math.imul(lanes[0], 31) ^ hashValue(where));
  }
  driver.mixInto(lanes);
}
