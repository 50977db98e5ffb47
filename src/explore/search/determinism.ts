/**
 * Whether a fingerprint determines what follows: random schedules note, for each fingerprint, which steps were possible
 * and what each of them led to, and compare when it comes up again. Two states that share a fingerprint and go on
 * differently would have been taken for one.
 */
import { UniformPicker } from './random-walk.ts';
import type { World } from './world.ts';

/** Schedules are truncated at this length. */
const MAX_STEPS = 400;

/** Two states with one fingerprint that differ in what follows. */
export interface Contradiction {
  seed: number;
  /** The schedule to the second of them. */
  schedule: number[];
  what: string;
}

/** Walks `steps` steps of random schedules from `seed` on; null where no fingerprint meant two things. */
export function contradictionIn(world: World, steps: number, seed: number): Contradiction | null {
  const picker = new UniformPicker();
  const lanes = new Int32Array(2);
  const buffer = new Uint8Array(256);
  /** By fingerprint: what was possible; by fingerprint and step: what it led to. */
  const possible = new Map<bigint, string>();
  const successors = new Map<string, string>();
  const print = (): bigint => {
    world.fingerprint(lanes);
    return (BigInt(lanes[0] >>> 0) << 32n) | BigInt(lanes[1] >>> 0);
  };
  for (let taken = 0; taken < steps; seed++) {
    picker.begin(seed);
    world.reset();
    const schedule: number[] = [];
    let here = print();
    while (schedule.length < MAX_STEPS && taken < steps) {
      const n = world.enabled(buffer);
      const now = buffer.subarray(0, n).join();
      const before = possible.get(here);
      if (before === undefined) possible.set(here, now);
      else if (before !== now)
        return { seed, schedule, what: `steps ${before} were possible, now ${now} are` };
      if (n === 0) break;
      const step = buffer[picker.pick(buffer, n)];
      schedule.push(step);
      taken++;
      const key = `${here} ${step}`;
      const next = outcome(world, step, print);
      const known = successors.get(key);
      if (known === undefined) successors.set(key, next.text);
      else if (known !== next.text) {
        return { seed, schedule, what: `step ${step} led to ${known}, now to ${next.text}` };
      }
      if (next.print === null) break;
      here = next.print;
    }
  }
  return null;
}

/** What one step comes to: the fingerprint after it and what breaks there, or the violation that ends the schedule. */
function outcome(world: World, step: number, print: () => bigint): { text: string; print: bigint | null } {
  try {
    world.step(step);
  } catch (error) {
    if ((error as Error).name !== 'Violation') throw error;
    return { text: (error as Error).message, print: null };
  }
  const broken: string[] = [];
  world.check(({ message }) => broken.push(message));
  const after = print();
  return { text: `${after} ${broken.join()}`, print: after };
}
