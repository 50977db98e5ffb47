/** A schedule for people: what broke first, then one column a thread, then what driver and machine hold at the end. */
import { UsageError } from '../../errors.ts';
import type { DriverWorld } from '../driver-world.ts';
import { Log } from '../model/log.ts';
import { type Step, threadOf, Violation } from '../search/world.ts';
import { slotLines, translationLines } from './state-lines.ts';

export interface TracedStep {
  thread: string;
  action: string;
  /** What driver and machine did in this step. */
  details: string[];
  /** What driver and machine hold after it. */
  state: string[];
}

export interface Traced {
  steps: TracedStep[];
  violation: Violation | null;
  /** Lines about VMs and slots at the end. */
  state: string[];
}

/** Runs a schedule step by step and writes down what happens. @throws UsageError where the schedule is not possible */
export function trace(world: DriverWorld, schedule: readonly Step[]): Traced {
  // Makes driver and machine anew where another world was looked at since.
  world.reset();
  const { device, machine } = world.harness;
  const listener = device.trace;
  const log = new Log(listener);
  device.trace = log;
  machine.regs.trace = log;
  const steps: TracedStep[] = [];
  let violation: Violation | null = null;
  const enabled = new Uint8Array(256);
  try {
    world.check((found) => (violation ??= found));
    for (const step of schedule) {
      if (violation !== null) break;
      const n = world.enabled(enabled);
      if (!enabled.subarray(0, n).includes(step))
        throw new UsageError('the token does not fit: a step is not possible');
      const thread = world.threads[threadOf(step)].name;
      const action = world.describe(step);
      violation = take(world, step);
      // A list of its own: the log's, like all that interleaved code writes, is taken back with the schedule.
      const details = [...log.take()];
      steps.push({ thread, action, details, state: [...slotLines(world), ...translationLines(world)] });
    }
    const state = slotLines(world);
    if (violation === null && world.enabled(enabled) === 0) violation = atEnd(world);
    return { steps, violation, state };
  } finally {
    device.trace = listener;
    machine.regs.trace = null;
  }
}

function take(world: DriverWorld, step: Step): Violation | null {
  let first: Violation | null = null;
  try {
    world.step(step);
    world.check((found) => (first ??= found));
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    first = error;
  }
  return first;
}

function atEnd(world: DriverWorld): Violation | null {
  let first: Violation | null = null;
  world.checkEnd((found) => (first ??= found));
  return first;
}

/** The columns: one for each thread that takes part, the action in the column of the one that takes it. */
export function columns(steps: readonly TracedStep[], width = 26): string[] {
  const threads = [...new Set(steps.map((step) => step.thread))];
  const cell = (text: string) => text.slice(0, width - 1).padEnd(width);
  const lines = [`     ${threads.map(cell).join('')}`.trimEnd()];
  steps.forEach((step, i) => {
    const column = threads.indexOf(step.thread);
    const indent = ' '.repeat(column * width);
    lines.push(`${String(i + 1).padStart(3)}  ${indent}${step.action}`);
    for (const detail of step.details) lines.push(`     ${indent}  ${detail}`);
  });
  return lines;
}
