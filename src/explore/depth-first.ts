import { type Context, MAX_DEPTH, type Outcome, type Strategy } from './search.ts';
import { FULL, SEEN, StateTable } from './state-table.ts';

/**
 * Depth first. Without hashing it runs every interleaving to its end once (`stats.schedules` then counts them); with
 * hashing it turns back at states that it has seen. It is here to be compared with the breadth-first search, and to
 * count.
 */
export class DepthFirst implements Strategy {
  readonly name = 'depth-first';
  readonly #hashing: boolean;

  constructor(options: { hashing: boolean }) {
    this.#hashing = options.hashing;
  }

  search(context: Context): Outcome {
    const { world, stats } = context;
    const table = this.#hashing ? StateTable.create(context.budget.states) : null;
    const schedule = new Uint8Array(MAX_DEPTH);
    const lanes = new Int32Array(2);
    /** Of each state on the way: its steps, and how many of them were taken. */
    const enabled: Uint8Array[] = [];
    const taken: number[] = [];
    const buffer = new Uint8Array(256);

    const enter = (depth: number, from: number): boolean => {
      if (table !== null) {
        world.fingerprint(lanes);
        const index = table.insert(lanes[0], lanes[1], depth - 1, from);
        if (index === SEEN || index === FULL) return false;
      }
      stats.states++;
      const n = world.enabled(buffer);
      if (n === 0) {
        context.checkEnd(schedule, depth);
        return false;
      }
      enabled.push(buffer.slice(0, n));
      taken.push(0);
      return true;
    };

    context.replay(schedule, 0);
    context.check(schedule, 0);
    if (!enter(0, 0)) return context.findings.size > 0 ? 'found' : 'exhausted';
    let here = 0;
    while (enabled.length > 0) {
      if (context.done) return 'found';
      if (context.over()) return 'budget';
      const depth = enabled.length - 1;
      if (taken[depth] === enabled[depth].length) {
        enabled.pop();
        taken.pop();
        continue;
      }
      if (here !== depth) context.replay(schedule, depth);
      const step = enabled[depth][taken[depth]++];
      here = depth + 1;
      if (!context.advance(step, schedule, depth) || !enter(depth + 1, step)) here = -1;
    }
    return context.findings.size > 0 ? 'found' : 'exhausted';
  }
}
