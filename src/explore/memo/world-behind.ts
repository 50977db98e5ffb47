import type { Coverage } from '../coverage.ts';
import type { DriverWorld } from '../driver-world.ts';

/**
 * The world that takes steps for real, which is somewhere else most of the time. Both share what is counted of the space
 * (src/explore/coverage.ts), where each thread is at the call that the one stands at whose turn it is.
 */
export class WorldBehind {
  readonly world: DriverWorld;
  readonly coverage: Coverage;
  /** The call that each thread is at in the world behind. */
  readonly #calls: number[];

  /** The world is at its initial state. */
  constructor(world: DriverWorld) {
    this.world = world;
    this.coverage = world.harness.coverage;
    this.#calls = world.threads.map((_, i) => this.coverage.at(i));
  }

  /** Runs `action` where the world has taken the first `length` steps of `schedule`; `calls`: where threads are by then else. */
  at<T>(schedule: Uint8Array, length: number, calls: (thread: number) => number, action: () => T): T {
    const { coverage } = this;
    for (let i = 0; i < this.#calls.length; i++) coverage.back(i, this.#calls[i]);
    try {
      this.world.goTo(schedule, length);
      return action();
    } finally {
      for (let i = 0; i < this.#calls.length; i++) {
        this.#calls[i] = coverage.at(i);
        coverage.back(i, calls(i));
      }
    }
  }
}
