/**
 * Slices of a space: states in which the scenario's threads have come equally far in their calls. Threads never go back to
 * an earlier call, so that slices have an order, and every state is in one slice alone.
 */
import type { Scenario } from '../scenario/scenario.ts';

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

/** A world in which the threads of a scenario have come so far. */
export interface Progress {
  /** How many calls are behind a thread that is in one or has ended; -1 before its first. */
  callAt(thread: number): number;
}

/** The slice of a world's present state, whose scenario has so many threads; `stretch` as stretchOf() has it. */
export function sliceOf(world: Progress, threads: number, stretch: number): SliceName {
  let name = '';
  for (let i = 0; i < threads; i++)
    name += `${i === 0 ? '' : '.'}${Math.floor((world.callAt(i) + 1) / stretch)}`;
  return name;
}

/** Whether schedules may lead from slice `a` to slice `b`: no thread is further in `a`. */
export function leadsTo(a: SliceName, b: SliceName): boolean {
  const [as, bs] = [a.split('.'), b.split('.')];
  return as.every((at, i) => Number(at) <= Number(bs[i]));
}
