/** An exploration whose parts others search: hands them out, and makes one verdict of what comes back. */
import type { Kernel } from '../../driver/kernels.ts';
import type { CoverageReport } from '../coverage.ts';
import type { DriverWorld } from '../driver-world.ts';
import { digest } from '../scenario/token.ts';
import type { Budget, Stats } from '../search/search.ts';
import type { Exhaustive } from '../search/verdict.ts';
import { Ledger } from './ledger.ts';
import type { Part, PartResult, Space } from './part.ts';
import { sliceOf, stretchOf } from './slice.ts';

/** Who searches parts: workers behind a queue, or this process. */
export interface PartService {
  /** An exploration begins. @throws where no worker may take part */
  begin(space: Space): Promise<void>;
  /** Hands out a part; its name is unique in the exploration. */
  submit(part: Part): Promise<void>;
  /** The next part that is done; null after `ms` milliseconds without one. @throws where a part cannot be searched */
  next(ms: number): Promise<PartResult | null>;
  /** How far it is, for all who ask. */
  report(progress: PartProgress): Promise<void>;
  /** Nothing more is wanted; parts that are under way may be given up. */
  end(): Promise<void>;
}

/** How far an exploration by parts is. */
export interface PartProgress {
  states: number;
  steps: number;
  findings: number;
  parts: { done: number; begun: number; waiting: number };
}

/** More states than any space has; JSON has no infinity. */
const MANY = Number.MAX_SAFE_INTEGER;
/** Longest pause between two reports and two looks at the clock, ms. */
const PAUSE = 500;

export interface PartOptions {
  service: PartService;
  budget: Budget;
  /** States that may still be seen after the first finding. */
  further: number;
  accept: readonly string[];
  progress?: (stats: Stats) => void;
}

/** The exhaustive search of a space by parts. */
export async function searchByParts(
  world: DriverWorld,
  model: Kernel,
  invariants: readonly string[],
  options: PartOptions,
): Promise<Exhaustive & { coverage: CoverageReport | null }> {
  const { service, budget, further, accept } = options;
  const { scenario } = world;
  const deadline = performance.now() + budget.seconds * 1000;
  const ledger = ledgerOf(world);
  await service.begin({
    scenario: { name: scenario.name, source: scenario.source },
    kernel: model.name,
    switched: model.switched,
    invariants,
    accept,
    digest: digest(scenario, model, invariants),
  });
  try {
    while (!ledger.over && !ledger.enough(further)) {
      const seconds = (deadline - performance.now()) / 1000;
      const states = budget.states - ledger.stats.states;
      if (seconds <= 0 || states <= 0) break;
      for (const part of ledger.take())
        await service.submit({
          ...part,
          budget: { ...budget, states, seconds },
          further: Math.min(further, MANY),
        });
      await service.report(progressOf(ledger));
      options.progress?.(ledger.stats);
      const result = await service.next(Math.min(PAUSE, seconds * 1000));
      if (result !== null) ledger.add(result);
    }
    await service.report(progressOf(ledger));
  } finally {
    await service.end();
  }
  return ledger.result;
}

function ledgerOf(world: DriverWorld): Ledger {
  const lanes = new Int32Array(2);
  world.reset();
  world.fingerprint(lanes);
  return new Ledger(
    sliceOf(world, world.scenario.threads.length, stretchOf(world.scenario)),
    lanes[0],
    lanes[1],
  );
}

function progressOf(ledger: Ledger): PartProgress {
  const { states, steps } = ledger.stats;
  return { states, steps, findings: ledger.result.findings.length, parts: ledger.counts };
}
