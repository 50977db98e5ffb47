/** A driver in the place of the model's that keeps its state to itself: a kernel tree's (src/explore/tree). */
import type { Waitable } from '../coroutine/op.ts';
import type { DriverFactory } from './model/driver-factory.ts';
import type { ThreadSpec } from './search/threads.ts';
import type { Outside } from './tracked-world.ts';

export interface OtherDriver extends DriverFactory, Outside {
  /** Which thread takes a step; -1 while the scenario is set up. */
  current: () => number;
  /** Threads besides those of the model; what says that the GPU interrupt is raised. */
  threads(gpuInterrupt: Waitable): ThreadSpec[];
  /** The state now is the initial one; back to it. */
  begin(): void;
  rewind(): void;
  /** What isNews() would say. */
  readonly unseen: boolean;
  /** A number for the state now; back to it, and to what `unseen` was, unless an older one has been come back to since. */
  save(): number;
  restore(saved: number, unseen: boolean): void;
  /** What is judged when all threads have ended. Throws KernelFault. */
  checkEnd(): void;
  /** Mixes its state into a fingerprint; both lanes stay non-zero. */
  mixInto(lanes: Int32Array): void;
}
