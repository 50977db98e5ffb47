import { Rng } from './rng.ts';
import { type Context, MAX_DEPTH, type Outcome, type Strategy } from './search.ts';

/** A picker decides each step of one schedule. */
export interface Picker {
  /** Called at the start of schedule `seed`. */
  begin(seed: number): void;
  /** Picks one of the first `n` entries of `steps`; returns its index. */
  pick(steps: Uint8Array, n: number, depth: number): number;
}

/** Uniform choice among the possible steps. */
export class UniformPicker implements Picker {
  #rng = new Rng(0);

  begin(seed: number): void {
    this.#rng = new Rng(seed);
  }

  pick(_steps: Uint8Array, n: number): number {
    return this.#rng.below(n);
  }
}

/**
 * Runs whole schedules, one seed after the other, for as long as the budget allows (or `runs` of them). Schedules
 * longer than `maxDepth` are truncated: random choice need not be fair.
 */
export class Walks implements Strategy {
  readonly name: string;
  /** Seed of the schedule that found something, or of the last one. */
  seed: number;
  readonly #picker: Picker;
  readonly #runs: number;
  readonly #maxDepth: number;

  constructor(name: string, picker: Picker, options: { seed: number; runs?: number; maxDepth?: number }) {
    this.name = name;
    this.#picker = picker;
    this.seed = options.seed;
    this.#runs = options.runs ?? Number.POSITIVE_INFINITY;
    this.#maxDepth = Math.min(options.maxDepth ?? 10_000, MAX_DEPTH);
  }

  search(context: Context): Outcome {
    const { world, stats } = context;
    const schedule = new Uint8Array(MAX_DEPTH);
    const steps = new Uint8Array(256);
    for (let run = 0; run < this.#runs; run++, this.seed++) {
      this.#picker.begin(this.seed);
      context.replay(schedule, 0);
      context.check(schedule, 0);
      for (let depth = 0; depth < this.#maxDepth && !context.done; depth++) {
        const n = world.enabled(steps);
        if (n === 0) {
          context.checkEnd(schedule, depth);
          break;
        }
        stats.states++;
        if (context.over()) return 'budget';
        if (!context.advance(steps[this.#picker.pick(steps, n, depth)], schedule, depth)) break;
      }
      if (context.done) return 'found';
    }
    return context.findings.size > 0 ? 'found' : 'covered';
  }
}
