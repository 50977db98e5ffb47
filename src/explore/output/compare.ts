import {
  BEHAVIOUR_KEYS,
  BEHAVIOURS,
  KERNEL_NAMES,
  type Kernel,
  kernel,
  switchedKernel,
} from '../../driver/kernels.ts';
import { DriverWorld } from '../driver-world.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Budget } from '../search/search.ts';
import { explore } from '../search/verdict.ts';

/** What one alternative may take: the table is a help, not the answer. */
const SECONDS_EACH = 3;

/**
 * The same scenario on the other kernels, and on this one with each behaviour switched: a table of what it makes of the
 * invariant that broke, as far as the budget goes. Switches that change nothing are only counted.
 *
 * @param budget what is left of it
 */
export function compare(scenario: Scenario, model: Kernel, invariant: string, budget: Budget): string[] {
  const lines = [`The same scenario elsewhere (${invariant}):`];
  const started = performance.now();
  let untried = 0;
  const verdict = (other: Kernel): string | null => {
    const left = budget.seconds - (performance.now() - started) / 1000;
    if (left <= 0) {
      untried++;
      return null;
    }
    const world = new DriverWorld(scenario, other, [invariant]);
    const limits = { ...budget, seconds: Math.min(left, SECONDS_EACH) };
    return explore(world, { budget: limits, further: 0, shorten: false }).verdict;
  };
  for (const name of KERNEL_NAMES) {
    if (name === model.name && model.switched.length === 0) continue;
    const what = verdict(kernel(name));
    if (what !== null) lines.push(`  ${name.padEnd(40)} ${what}`);
  }
  let same = 0;
  const before = lines.length;
  for (const key of BEHAVIOUR_KEYS) {
    const sign = model.behaviours[key] ? '-' : '+';
    const { name } = BEHAVIOURS[key];
    const others = model.switched.filter((one) => one.slice(1) !== name);
    const what = verdict(switchedKernel(model.name, [...others, `${sign}${name}`]));
    if (what === null) continue;
    if (what === 'violated') same++;
    else lines.push(`  ${model.name} ${sign}${name}`.padEnd(43) + what);
  }
  if (lines.length === before && untried === 0)
    lines.push(`  ${model.name} with any one behaviour switched: still violated`);
  else if (same > 0) lines.push(`  ${model.name} with any other one of ${same}: still violated`);
  if (untried > 0) lines.push(`  the budget ended before ${untried} more were tried`);
  return lines;
}
