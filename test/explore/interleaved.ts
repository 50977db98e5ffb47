/** The explorer as it is used: from the interleaved build, whose code tracks its own state. */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Kernels from '../../src/driver/kernels.ts';
import { setUpForExploring } from '../../src/engine.ts';
import type * as Decide from '../../src/explore/decide.ts';
import type * as Worlds from '../../src/explore/driver-world.ts';
import type * as Invariants from '../../src/explore/invariants.ts';
import type * as Explain from '../../src/explore/output/explain.ts';
import type * as Catalogue from '../../src/explore/scenario/catalogue.ts';
import type * as Scenarios from '../../src/explore/scenario/parser.ts';
import type * as Determinism from '../../src/explore/search/determinism.ts';
import type * as Parallel from '../../src/explore/search/parallel.ts';
import type * as Verdicts from '../../src/explore/search/verdict.ts';
import type * as Tracker from '../../src/explore/state/tracker.ts';

setUpForExploring();
const root = resolve(import.meta.dirname, '../../dist/interleaved/src');
export const load = <T>(file: string): Promise<T> =>
  import(pathToFileURL(join(root, file)).href) as Promise<T>;

export const { kernel } = await load<typeof Kernels>('driver/kernels.js');
export const { loadScenario, scenarioNames } = await load<typeof Catalogue>('explore/scenario/catalogue.js');
export const { DriverWorld } = await load<typeof Worlds>('explore/driver-world.js');
export const { INVARIANTS } = await load<typeof Invariants>('explore/invariants.js');
export const { withCoverage } = await load<typeof Decide>('explore/decide.js');
export const { tracker } = await load<typeof Tracker>('explore/state/tracker.js');
export const { explore } = await load<typeof Verdicts>('explore/search/verdict.js');
export const { contradictionIn } = await load<typeof Determinism>('explore/search/determinism.js');
export const { parseScenario } = await load<typeof Scenarios>('explore/scenario/parser.js');
export const { searchInParallel } = await load<typeof Parallel>('explore/search/parallel.js');
export const { trace } = await load<typeof Explain>('explore/output/explain.js');

const budget = { states: 2_000_000, seconds: 60, memory: 2 * 2 ** 30 };

/** A verdict as the table of the design has it: "holds", or "violated: atomic", what takes the fewest steps. */
export function verdictOf(
  scenario: string,
  kernelName: string,
  switches: readonly string[] = [],
  invariants?: readonly string[],
): string {
  const loaded = loadScenario(scenario);
  const list = (sign: string) => switches.filter((one) => one[0] === sign).map((one) => one.slice(1));
  const world = new DriverWorld(loaded, kernel(kernelName, list('+'), list('-')), invariants ?? loaded.check);
  const result = explore(world, { budget, accept: loaded.accept });
  const { verdict } = withCoverage(world, result, world.harness.coverage.report());
  const first = result.findings[0];
  return first === undefined ? verdict : `${verdict}: ${first.violation.invariant}`;
}

/**
 * Every one of all invariants that breaks in a scenario, after an exhaustive search. Throws for one that was not exhausted,
 * or that is vacuous on that kernel.
 */
export function brokenIn(scenario: string, kernelName: string): string[] {
  const loaded = loadScenario(scenario);
  const { accept } = loaded;
  const world = new DriverWorld(loaded, kernel(kernelName), INVARIANTS);
  const result = explore(world, { budget, accept, further: Number.POSITIVE_INFINITY });
  const { verdict } = withCoverage(world, result, world.harness.coverage.report());
  if (verdict === 'bounded' || verdict === 'vacuous')
    throw new Error(`${scenario} on ${kernelName} is ${verdict}`);
  return [...new Set(result.findings.map((finding) => finding.violation.invariant))].sort();
}
