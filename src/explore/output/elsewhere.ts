/** The same order of threads on the other kernels: does it break there, too? */
import { KERNEL_NAMES, type Kernel, kernel } from '../../driver/kernels.ts';
import { UsageError } from '../../errors.ts';
import { DriverWorld } from '../driver-world.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Step } from '../search/world.ts';
import { trace } from './explain.ts';

export interface Elsewhere {
  kernel: string;
  /** "atomic: read A 0x… sees nothing", "nothing breaks on this schedule", "the budget ended before it was tried". */
  outcome: string;
  /** Steps that were possible there. */
  steps: number;
}

/**
 * Runs a schedule of `model` on every other kernel, step by step as far as it is possible there: where a kernel takes a lock
 * that the other does not, a thread has to wait that went on. Kernels that `seconds` leave no time for are not tried.
 */
export function elsewhere(
  scenario: Scenario,
  model: Kernel,
  invariants: readonly string[],
  schedule: readonly Step[],
  seconds: number,
): Elsewhere[] {
  const until = performance.now() + 1000 * seconds;
  return KERNEL_NAMES.filter((name) => name !== model.name || model.switched.length > 0).map((name) => {
    if (performance.now() >= until)
      return { kernel: name, outcome: 'the budget ended before it was tried', steps: 0 };
    const world = new DriverWorld(scenario, kernel(name), invariants);
    const possible = longestPossible(world, schedule);
    const { steps, violation } = trace(world, schedule.slice(0, possible));
    const outcome =
      violation !== null
        ? `${violation.invariant}: ${violation.message}`
        : possible === schedule.length
          ? 'nothing breaks on this schedule'
          : `nothing breaks up to step ${possible}; step ${possible + 1} is not possible there`;
    return { kernel: name, outcome, steps: steps.length };
  });
}

/** How many steps of a schedule are possible, by bisection: each try begins at the start. */
function longestPossible(world: DriverWorld, schedule: readonly Step[]): number {
  let [low, high] = [0, schedule.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isPossible(world, schedule.slice(0, middle))) low = middle;
    else high = middle - 1;
  }
  return low;
}

function isPossible(world: DriverWorld, schedule: readonly Step[]): boolean {
  try {
    trace(world, schedule);
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}
