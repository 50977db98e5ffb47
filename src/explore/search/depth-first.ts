import { Descent } from './descent.ts';
import { Ends } from './ends.ts';
import { Graph } from './graph.ts';
import { Context, type Outcome, type Strategy } from './search.ts';
import { StateTable } from './state-table.ts';
import { Violation } from './world.ts';

/** States up to which steps are noted; more take memory, and mostly every state leads to an end. */
export const MAX_NOTED = 50_000;

/**
 * Depth first. Without hashing it runs every interleaving to its end once (`stats.schedules` then counts them); with
 * hashing it turns back at states that it has seen, and when nothing is left every reachable state was checked. Going
 * on from a state costs one step, coming back to it a run of its schedule, so most transitions are cheap: that is why
 * the question whether anything breaks is asked in this order, and only the shortest schedule is looked for breadth
 * first.
 */
export class DepthFirst implements Strategy {
  readonly name = 'depth-first';
  readonly #hashing: boolean;
  readonly #noted: number;

  /** `noted`: states up to which it is noted which steps lead from which to which. */
  constructor(options: { hashing: boolean; noted?: number }) {
    this.#hashing = options.hashing;
    this.#noted = options.noted ?? MAX_NOTED;
  }

  search(context: Context): Outcome {
    const table = this.#hashing ? StateTable.create(context.budget.states) : null;
    const graph = table !== null && context.world.endsMatter ? new Graph() : null;
    const ends = graph && new Ends();
    const descent = new Descent(context, table, { graph, mostNoted: this.#noted, ends });
    const outcome = descent.run(new Uint8Array(0));
    context.stats.bytesPerState = table?.bytesPerState ?? 0;
    if (ends === null || table === null || !descent.complete || ends.all(table.size)) return outcome;
    if (descent.graph !== null) return findNoEnd(context, descent.graph, table.size) ? 'found' : outcome;
    if (!searchForNoEnd(context, [new Uint8Array(0)])) return 'budget';
    return context.findings.size > 0 ? 'found' : outcome;
  }
}

/** Whether there are states from which no end can be reached: a finding, where the message is not known. */
export function findNoEnd(context: Context, graph: Graph, states: number): boolean {
  const schedule = graph.scheduleToNoEnd(states);
  if (schedule === null) return false;
  const steps = Uint8Array.from(schedule);
  context.replay(steps, steps.length);
  context.found(new Violation('deadlock', context.world.describeNoEnd()), steps, steps.length, true);
  return context.findings.size > 0;
}

/**
 * Looks for states from which no end can be reached, behind `starts`: another search, of all steps, which is noted whole. False
 * where the budget is spent.
 */
export function searchForNoEnd(context: Context, starts: readonly Uint8Array[]): boolean {
  const { world, budget, further, accept, stats, findings } = context;
  const all = new Context(world, { ...budget, seconds: context.secondsLeft }, { further, accept });
  const table = StateTable.create(budget.states);
  const graph = new Graph();
  const descent = new Descent(all, table, { graph });
  const complete = starts.every((schedule) => {
    descent.run(schedule, true);
    return descent.complete;
  });
  if (complete) findNoEnd(all, graph, table.size);
  stats.steps += all.stats.steps;
  stats.schedules += all.stats.schedules;
  for (const [key, finding] of all.findings) if (!findings.has(key)) findings.set(key, finding);
  for (const message of all.accepted) context.accepted.add(message);
  return complete;
}
