/**
 * A depth-first search of states with sleep sets (Godefroid, LNCS 1032): behind a step that was taken, the threads that went
 * on before it at the same state sleep until a step depends on theirs. Every state is still seen, and most of them once. A
 * state that is come to again is gone on from with the threads that slept at it then and do not now.
 */
import type { Graph } from '../search/graph.ts';
import { type Context, MAX_DEPTH, NondeterminismError } from '../search/search.ts';
import { NO_ROOM, StateTable } from '../search/state-table.ts';
import { resized } from '../search/table-memory.ts';
import { type NotedWorld, type Step, threadOf } from '../search/world.ts';
import { AccessSet } from '../state/access-set.ts';
import { type Footprint, footprintOf, leavesAlone } from './footprint.ts';

/** By thread: what its next step touches, where all that begins with it is seen elsewhere. */
export type Asleep = readonly (Footprint | undefined)[];

/** A state to begin with. */
export interface Start {
  schedule: Uint8Array;
  asleep: Asleep;
}

/** A state at which the search turned back because all that follows is another search's. */
export interface Leaf extends Start {
  asleep: Asleep;
  weight: number;
}

/**
 * What lies behind the present state, to which the first `length` steps of `schedule` lead, where the search is to turn back
 * at it; null where it is to go on. Threads that sleep are given as bits.
 */
export type LeafWeight = (schedule: Uint8Array, length: number, sleeping: number) => number | null;

/** A state on the way. */
interface Level {
  /** Its number in the table, and one half of its fingerprint. */
  state: number;
  print: number;
  /** Steps to take, those of one thread next to each other, and how many were taken. */
  steps: readonly Step[];
  next: number;
  asleep: (Footprint | undefined)[];
  /** What the steps of the thread that is under way have touched. */
  touched: Footprint;
}

/** One in so many returns to a state is held against its fingerprint. */
const VERIFY_EVERY = 16;

export class SleepSearch {
  readonly #context: Context;
  readonly #world: NotedWorld;
  readonly #graph: Graph | null;
  readonly #leafWeight: LeafWeight;
  readonly #table: StateTable;
  /** By state: threads that slept whenever it was come to, as bits. */
  #slept = new Int32Array(1024);
  readonly #leaves = new Map<number, Leaf>();
  readonly #levels: Level[] = [];
  readonly #schedule = new Uint8Array(MAX_DEPTH);
  readonly #buffer = new Uint8Array(256);
  readonly #lanes = new Int32Array(2);
  readonly #set = new AccessSet();
  #full = false;

  /** `graph`: where states and steps are noted; states at which all threads sleep count as ends. */
  constructor(context: Context, graph: Graph | null, leafWeight: LeafWeight = () => null) {
    this.#context = context;
    this.#world = context.world as NotedWorld;
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
    this.#enter(schedule.length, asleep, -1, 0);
    let here = schedule.length;
    while (this.#levels.length > 0) {
      if (this.#full || context.done || context.over()) return false;
      const depth = schedule.length + this.#levels.length - 1;
      const level = this.#levels[this.#levels.length - 1];
      if (level.next === level.steps.length) {
        this.#levels.pop();
        continue;
      }
      if (here !== depth) this.#comeBack(level, depth);
      here = this.#take(level, level.steps[level.next++], depth) ? depth + 1 : -1;
    }
    return !this.#full;
  }

  #comeBack(level: Level, depth: number): void {
    const context = this.#context;
    context.back(this.#schedule, depth);
    if (context.stats.schedules % VERIFY_EVERY !== 0) return;
    this.#world.fingerprint(this.#lanes);
    if (this.#lanes[0] !== level.print) throw new NondeterminismError(this.#schedule.subarray(0, depth));
  }

  /** Takes a step; false where there is nothing to go on with behind it. */
  #take(level: Level, step: Step, depth: number): boolean {
    const set = this.#set;
    const thread = threadOf(step);
    set.clear();
    this.#world.noteGuard(thread, set);
    this.#world.note(set);
    let goesOn: boolean;
    try {
      goesOn = this.#context.take(step, this.#schedule, depth);
    } finally {
      this.#world.note(null);
    }
    const asleep = level.asleep.map((one) => (one !== undefined && leavesAlone(set, one) ? one : undefined));
    level.touched = level.touched.concat(footprintOf(set));
    if (level.next === level.steps.length || threadOf(level.steps[level.next]) !== thread) {
      level.asleep[thread] = level.touched;
      level.touched = [];
    }
    if (goesOn) return this.#enter(depth + 1, asleep, level.state, step);
    this.#graph?.end(level.state);
    return false;
  }

  /** Looks at a state just reached, from state `from` by `step`; false where there is nothing to go on with. */
  #enter(depth: number, asleep: Asleep, from: number, step: Step): boolean {
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
    const sleeping = asleep.reduce((bits, one, i) => (one === undefined ? bits : bits | (1 << i)), 0);
    const wanted = this.#wake(state, sleeping, !seen);
    if (seen && wanted === 0) return false;
    const n = world.enabled(this.#buffer);
    if (!seen) {
      const weight = n === 0 ? null : this.#leafWeight(this.#schedule, depth, sleeping);
      if (weight !== null) {
        this.#leaves.set(state, { schedule: this.#schedule.slice(0, depth), asleep, weight });
        return false;
      }
      stats.states++;
      this.#context.check(this.#schedule, depth);
      world.visited();
      if (n === 0) this.#context.checkEnd(this.#schedule, depth);
    }
    const leaf = this.#leaves.get(state);
    if (leaf !== undefined) {
      leaf.asleep = leaf.asleep.map((one, i) => ((wanted & (1 << i)) === 0 ? one : undefined));
      return false;
    }
    const steps = [...this.#buffer.subarray(0, n)].filter((one) => (wanted & (1 << threadOf(one))) !== 0);
    if (steps.length === 0) {
      this.#graph?.end(state);
      return false;
    }
    this.#levels.push({ state, print: lane0, steps, next: 0, asleep: [...asleep], touched: [] });
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
