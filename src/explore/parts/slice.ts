/**
 * Slices of a space: states in which the scenario's threads have come equally far in their calls. Threads never go back to
 * an earlier call, so that slices have an order, and every state is in one slice alone.
 */
import type { DriverWorld } from '../driver-world.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { World } from '../search/world.ts';

/** How far each thread has come, in stretches of CALLS_PER_STRETCH calls: "0.2.1". */
export type SliceName = string;

/** With one call each there are twice as many states at the borders, which cost a run of their schedules. */
const CALLS_PER_STRETCH = 2;
/** More slices than this are smaller than what it costs to hand them out. */
const MAX_SLICES = 512;

/** Calls that are taken together, so that a scenario has no more slices than MAX_SLICES. */
export function stretchOf(scenario: Scenario): number {
  for (let calls = CALLS_PER_STRETCH; ; calls *= 2) {
    const slices = scenario.threads.reduce(
      (product, thread) => product * (Math.floor((thread.calls.length + 1) / calls) + 1),
      1,
    );
    if (slices <= MAX_SLICES) return calls;
  }
}

/** The slice of the present state of `present`, which is `world` or looks things up for it; `stretch` as stretchOf() has it. */
export function sliceOf(world: DriverWorld, stretch: number, present: World = world): SliceName {
  let name = '';
  world.scenario.threads.forEach(({ calls }, i) => {
    // Before its first call a thread is at 0, and behind its last one when it has ended.
    const at = present.hasEnded(i) ? calls.length + 1 : world.harness.coverage.at(i) + 1;
    name += `${i === 0 ? '' : '.'}${Math.floor(at / stretch)}`;
  });
  return name;
}

/** Whether schedules may lead from slice `a` to slice `b`: no thread is further in `a`. */
export function leadsTo(a: SliceName, b: SliceName): boolean {
  const [as, bs] = [a.split('.'), b.split('.')];
  return as.every((at, i) => Number(at) <= Number(bs[i]));
}
