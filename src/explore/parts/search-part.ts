/** Searches one part of a space: the states of one slice behind given entries. */
import type { DriverWorld } from '../driver-world.ts';
import { findNoEnd } from '../search/depth-first.ts';
import { Descent } from '../search/descent.ts';
import { Graph } from '../search/graph.ts';
import { Context } from '../search/search.ts';
import { StateTable } from '../search/state-table.ts';
import { decodeEntries, Entries, type Entry, encodeEntries } from './entries.ts';
import type { Part, PartResult } from './part.ts';
import { type SliceName, sliceOf, stretchOf } from './slice.ts';

/**
 * Sees every state of the part, and notes those of other slices that a step leads to. A state from which no end can be
 * reached is found in the last slice that has such a state: all that follows upon one is of the kind, so that there no
 * step leads out of the slice either.
 *
 * @throws RangeError for corrupt entries
 */
export function searchPart(world: DriverWorld, part: Part, accept: readonly string[]): PartResult {
  world.harness.coverage.clear();
  const stretch = stretchOf(world.scenario);
  const threads = world.scenario.threads.length;
  // Spaces that are handed out are large, and what one part has learned serves the next.
  const context = new Context(world.memoized(), part.budget, { further: part.further, accept });
  const exits = new Map<SliceName, Entries>();
  const table = StateTable.create(part.budget.states);
  const graph = world.endsMatter ? new Graph() : null;
  const border = {
    outside: (lanes: Int32Array, schedule: Uint8Array, length: number): boolean => {
      const slice = sliceOf(context.world === world ? world : world.memoized(), threads, stretch);
      if (slice === part.slice) return false;
      let entries = exits.get(slice);
      if (entries === undefined) exits.set(slice, (entries = new Entries()));
      entries.add(lanes[0], lanes[1], schedule, length);
      return true;
    },
  };
  const descent = new Descent(context, table, { graph, border });
  const complete = decodeEntries(part.entries).every(
    (entry) => enter(descent, table, entry) && !context.done,
  );
  if (complete && graph !== null && table.size > 0) findNoEnd(context, graph, table.size);
  const { states, schedules, steps, depth } = context.stats;
  return {
    slice: part.slice,
    complete: complete || context.done,
    ...{ states, schedules, steps, depth },
    findings: [...context.findings.values()].map(({ violation, schedule, shortest }) => ({
      invariant: violation.invariant,
      message: violation.message,
      schedule,
      nearest: shortest === true,
    })),
    accepted: [...context.accepted],
    coverage: world.harness.coverage.partReport(),
    exits: [...exits].map(([slice, entries]) => ({ slice, entries: encodeEntries(entries.sorted()) })),
  };
}

/** Searches behind one entry, unless its state was seen behind another; false where the budget is spent. */
function enter(descent: Descent, table: StateTable, { lane0, lane1, schedule }: Entry): boolean {
  if (table.find(lane0, lane1) >= 0) return true;
  // Another part has taken the last step; a state is checked where it is entered.
  descent.run(schedule, true);
  return descent.complete;
}
