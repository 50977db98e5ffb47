/**
 * A depth-first search of states with sleep sets (Godefroid, LNCS 1032): behind a step that was taken, the threads that went
 * on before it at the same state sleep until a step depends on theirs. Every state is still seen, and most of them once. A
 * state that is come to again is gone on from with the threads that slept at it then and do not now.
 */
import type { Graph } from '../search/graph.ts';
import { type Context, MAX_DEPTH, NondeterminismError } from '../search/search.ts';
import { NO_ROOM, StateTable } from '../search/state-table.ts';
import { resized } from '../search/table-memory.ts';
import { MAX_THREADS, type NotedWorld, type PrintedWorld, type Step, threadOf } from '../search/world.ts';
import { AccessSet } from '../state/access-set.ts';
import { type Footprints, NOTHING } from './footprints.ts';
import { AWAKE, type Leaf, type LeafWeight, type Start } from './leaf.ts';

/** One in so many returns to a state is held against its fingerprint. */
const VERIFY_EVERY = 16;
/** Words of a state on the way: its number, half of its fingerprint, the steps not taken yet, what the thread under way has touched. */
const WORDS = 5;
const [STATE, PRINT, NEXT, END, TOUCHED] = [0, 1, 2, 3, 4];

export class SleepSearch {
  readonly #context: Context;
  readonly #world: NotedWorld;
  /** The world, where it says what steps touch by numbers. */
  readonly #printed: PrintedWorld | null;
  readonly #footprints: Footprints;
  readonly #graph: Graph | null;
  readonly #leafWeight: LeafWeight | null;
  readonly #table: StateTable;
  /** By state: threads that slept whenever it was come to, as bits. */
  #slept = new Int32Array(1024);
  readonly #leaves = new Map<number, Leaf>();
  #threads = 0;
  /** States on the way, and WORDS of each. */
  #levels = 0;
  #words = new Int32Array(WORDS * 64);
  /** By state on the way and thread: see Asleep. The one after the last is what a state just reached begins with. */
  #asleep = new Int32Array(MAX_THREADS * 128);
  /** Steps to take of each state on the way, one state's behind the other's; those of one thread next to each other. */
  #steps = new Uint8Array(1 << 12);
  readonly #schedule = new Uint8Array(MAX_DEPTH);
  readonly #buffer = new Uint8Array(256);
  readonly #lanes = new Int32Array(2);
  /** What the last step has touched. */
  readonly #set = new AccessSet();
  #touched = NOTHING;
  #full = false;

  /** `footprints`: the world's, if it has some. `graph`: where states and steps are noted; where all threads sleep counts as an end. */
  constructor(
    context: Context,
    footprints: Footprints,
    graph: Graph | null,
    leafWeight: LeafWeight | null = null,
  ) {
    this.#context = context;
    this.#world = context.world as NotedWorld;
    this.#printed = 'print' in context.world ? (context.world as PrintedWorld) : null;
    this.#footprints = footprints;
    this.#graph = graph;
    this.#leafWeight = leafWeight;
    this.#table = StateTable.create(context.budget.states);
  }

  /** States that were seen, those included at which the search turned back. */
  get size(): number {
    return this.#table.size;
  }

  get bytesPerState(): number {
    return this.#table.bytesPerState + this.#slept.BYTES_PER_ELEMENT;
  }

  /** Where it turned back, in the order of the search. */
  get leaves(): Leaf[] {
    return [...this.#leaves.values()];
  }

  /** Searches behind a state; false where the budget is spent or enough was found. */
  run({ schedule, asleep }: Start): boolean {
    const context = this.#context;
    this.#schedule.set(schedule);
    context.replay(this.#schedule, schedule.length);
    this.#threads = asleep.length;
    this.#levels = 0;
    this.#asleep.set(asleep);
    this.#enter(schedule.length, -1, 0);
    let here = schedule.length;
    while (this.#levels > 0) {
      if (this.#full || context.done || context.over()) return false;
      const level = this.#levels - 1;
      const depth = schedule.length + level;
      const words = this.#words;
      const next = words[level * WORDS + NEXT];
      if (next === words[level * WORDS + END]) {
        this.#levels--;
        continue;
      }
      if (here !== depth) this.#comeBack(level, depth);
      words[level * WORDS + NEXT]++;
      here = this.#take(level, this.#steps[next], depth) ? depth + 1 : -1;
    }
    return !this.#full;
  }

  #comeBack(level: number, depth: number): void {
    const context = this.#context;
    context.back(this.#schedule, depth);
    if (context.stats.schedules % VERIFY_EVERY !== 0) return;
    this.#world.fingerprint(this.#lanes);
    if (this.#lanes[0] !== this.#words[level * WORDS + PRINT])
      throw new NondeterminismError(this.#schedule.subarray(0, depth));
  }

  /** Takes a step of a state on the way; false where there is nothing to go on with behind it. */
  #take(level: number, step: Step, depth: number): boolean {
    const goesOn =
      this.#printed === null ? this.#noted(step, depth) : this.#numbered(this.#printed, step, depth);
    const touched = this.#touched;
    const footprints = this.#footprints;
    const words = this.#words;
    const asleep = this.#asleep;
    const at = level * WORDS;
    const here = level * MAX_THREADS;
    for (let i = here; i < here + this.#threads; i++) {
      const one = asleep[i];
      asleep[i + MAX_THREADS] = one !== AWAKE && footprints.independent(touched, one) ? one : AWAKE;
    }
    words[at + TOUCHED] = footprints.union(words[at + TOUCHED], touched);
    const thread = threadOf(step);
    const next = words[at + NEXT];
    if (next === words[at + END] || threadOf(this.#steps[next]) !== thread) {
      asleep[here + thread] = words[at + TOUCHED];
      words[at + TOUCHED] = NOTHING;
    }
    if (goesOn) return this.#enter(depth + 1, words[at + STATE], step);
    this.#graph?.end(words[at + STATE]);
    return false;
  }

  /** Takes it in a world that says by numbers what it touches. */
  #numbered(world: PrintedWorld, step: Step, depth: number): boolean {
    world.print(true);
    try {
      return this.#context.take(step, this.#schedule, depth);
    } finally {
      world.print(false);
      this.#touched = world.printed;
    }
  }

  /** Takes it in a world that notes places. */
  #noted(step: Step, depth: number): boolean {
    const set = this.#set;
    set.clear();
    this.#world.noteGuard(threadOf(step), set);
    this.#world.note(set);
    try {
      return this.#context.take(step, this.#schedule, depth);
    } finally {
      this.#world.note(null);
      this.#touched = this.#footprints.of(set);
    }
  }

  /** Looks at a state just reached, from state `from` by `step`; false where there is nothing to go on with. */
  #enter(depth: number, from: number, step: Step): boolean {
    const { stats } = this.#context;
    const world = this.#world;
    world.fingerprint(this.#lanes);
    const [lane0, lane1] = this.#lanes;
    const index = this.#table.enter(lane0, lane1);
    if (index === NO_ROOM) {
      this.#full = true;
      return false;
    }
    const seen = index < 0;
    const state = seen ? ~index : index;
    if (from >= 0) this.#graph?.edge(from, state, step);
    else this.#graph?.start(state, this.#schedule.slice(0, depth));
    const first = this.#levels * MAX_THREADS;
    let sleeping = 0;
    for (let i = 0; i < this.#threads; i++) if (this.#asleep[first + i] !== AWAKE) sleeping |= 1 << i;
    const wanted = this.#wake(state, sleeping, !seen);
    if (seen && wanted === 0) return false;
    const n = world.enabled(this.#buffer);
    if (!seen) {
      const weight = n === 0 ? null : (this.#leafWeight?.(this.#schedule, depth, sleeping) ?? null);
      if (weight !== null) {
        this.#leaves.set(state, {
          schedule: this.#schedule.slice(0, depth),
          asleep: [...this.#asleep.subarray(first, first + this.#threads)],
          weight,
        });
        return false;
      }
      stats.states++;
      this.#context.check(this.#schedule, depth);
      world.visited();
      if (n === 0) this.#context.checkEnd(this.#schedule, depth);
    }
    const leaf = this.#leaves.get(state);
    if (leaf !== undefined) {
      leaf.asleep = leaf.asleep.map((one, i) => ((wanted & (1 << i)) === 0 ? one : AWAKE));
      return false;
    }
    if (this.#goOn(state, lane0, n, wanted)) return true;
    this.#graph?.end(state);
    return false;
  }

  /** Goes on from a state by the steps of `wanted` threads, of `n` in the buffer; false where there are none. */
  #goOn(state: number, print: number, n: number, wanted: number): boolean {
    const level = this.#levels;
    const first = level === 0 ? 0 : this.#words[(level - 1) * WORDS + END];
    if (first + n > this.#steps.length)
      this.#steps = resized(this.#steps, new Uint8Array(this.#steps.length * 2));
    let end = first;
    for (let i = 0; i < n; i++) {
      const step = this.#buffer[i];
      if ((wanted & (1 << threadOf(step))) !== 0) this.#steps[end++] = step;
    }
    if (end === first) return false;
    this.#levels++;
    if (this.#levels * WORDS >= this.#words.length) {
      this.#words = resized(this.#words, new Int32Array(this.#words.length * 2));
      this.#asleep = resized(this.#asleep, new Int32Array(this.#asleep.length * 2));
    }
    const at = level * WORDS;
    this.#words[at + STATE] = state;
    this.#words[at + PRINT] = print;
    this.#words[at + NEXT] = first;
    this.#words[at + END] = end;
    this.#words[at + TOUCHED] = NOTHING;
    return true;
  }

  /** Which threads go on from a state that is come to with `sleeping` asleep, as bits. */
  #wake(state: number, sleeping: number, fresh: boolean): number {
    if (state >= this.#slept.length) {
      this.#slept = resized(this.#slept, new Int32Array(this.#slept.length * 2));
    }
    const before = fresh ? -1 : this.#slept[state];
    this.#slept[state] = before & sleeping;
    return before & ~sleeping;
  }
}
