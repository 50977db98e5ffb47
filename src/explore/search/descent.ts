import { type Ends, EndsOnWay } from './ends.ts';
import { Foresight } from './foresight.ts';
import type { Graph } from './graph.ts';
import type { Sharing } from './member.ts';
import { type Context, MAX_DEPTH, NondeterminismError, type Outcome } from './search.ts';
import { NO_ROOM, type StateTable } from './state-table.ts';
import { resized } from './table-memory.ts';

/** Where the part of a space that a search is to see ends. */
export interface Border {
  /** Whether the present state, `length` steps of `schedule` away, is another part's; it is then noted there. */
  outside(lanes: Int32Array, schedule: Uint8Array, length: number): boolean;
}

/** Steps between two looks at what the other threads do: that is memory that all of them write to. */
const LOOK_EVERY = 16;

/** One depth-first search of what lies behind a given schedule. */
export class Descent {
  readonly #context: Context;
  readonly #table: StateTable | null;
  readonly #sharing: Sharing | null;
  readonly #schedule = new Uint8Array(MAX_DEPTH);
  /** The steps of each state on the way, one state's behind the other's. */
  #steps = new Uint8Array(1 << 16);
  /** What is known of these steps before they are taken; null where nothing is asked. */
  readonly #foresight: Foresight | null;
  /** Of each state on the way: where its steps begin, and which of them is to be taken next; of the next: where they end. */
  readonly #first: number[] = [0];
  readonly #next: number[] = [];
  /** States on the way. */
  #levels = 0;
  /** Length of the schedule that the search began with. */
  #base = 0;
  readonly #buffer = new Uint8Array(256);
  readonly #lanes = new Int32Array(2);
  /** Fingerprints of the states on the way, to check now and then that a schedule leads where it led. */
  readonly #prints: number[] = [];
  #full = false;
  /** Steps so far, to look at the other threads now and then. */
  #ticks = 0;
  /** The state that the search comes from, and by which step. */
  #from = -1;
  #step = 0;

  /** Everything behind the first schedule was seen. */
  complete = false;
  #graph: Graph | null;
  readonly #ends: EndsOnWay | null;
  /** States at which the graph is dropped. */
  readonly #mostNoted: number;
  /** Numbers of the states on the way. */
  readonly #numbers: number[] = [];

  readonly #border: Border | null;

  /**
   * `graph`: where the states and steps are noted, up to so many states. `ends`: what is to know of each state whether it
   * leads to an end. `border`: the search sees one part of the space.
   */
  constructor(
    context: Context,
    table: StateTable | null,
    options: {
      sharing?: Sharing;
      graph?: Graph | null;
      mostNoted?: number;
      ends?: Ends | null;
      border?: Border;
    } = {},
  ) {
    const { sharing = null, graph = null, mostNoted, ends = null, border = null } = options;
    this.#graph = graph;
    this.#mostNoted = mostNoted ?? Number.POSITIVE_INFINITY;
    this.#ends = ends && new EndsOnWay(ends);
    this.#border = border;
    this.#foresight = table === null || border !== null ? null : new Foresight(table);
    this.#context = context;
    this.#table = table;
    this.#sharing = sharing;
  }

  /** Where states and steps are noted; null where that was given up. */
  get graph(): Graph | null {
    return this.#graph;
  }

  /** Searches behind `prefix`, whose last state is not entered yet; `taken`: and whose last step was one that can be taken. */
  run(prefix: Uint8Array, taken = false): Outcome {
    const context = this.#context;
    const schedule = this.#schedule;
    const length = prefix.length;
    schedule.set(prefix);
    this.#base = length;
    this.#from = -1;
    this.complete = false;
    if (length === 0 || taken) {
      context.replay(schedule, length);
      this.#ends?.begin(this.#from);
    } else {
      context.replay(schedule, length - 1);
      this.#from = this.#numberHere();
      this.#step = schedule[length - 1];
      this.#ends?.begin(this.#from);
      if (!context.take(this.#step, schedule, length - 1)) {
        this.#isOver();
        this.complete = true;
        return this.#ended();
      }
    }
    if (!this.#enter(length)) {
      this.complete = !this.#full;
      return this.#ended();
    }
    let here = length;
    while (this.#levels > 0) {
      if (context.done) return 'found';
      if (this.#full || context.over()) return 'budget';
      if (this.#sharing !== null && this.#ticks++ % LOOK_EVERY === 0) {
        if (this.#sharing.stopped()) return 'budget';
        if (this.#sharing.hasIdleWorkers()) this.#giveAway();
      }
      const level = this.#levels - 1;
      const depth = this.#base + level;
      if (this.#next[level] === this.#first[level + 1]) {
        this.#levels--;
        this.#ends?.leave();
        continue;
      }
      if (context.changesWorld()) context.replay(this.#schedule, depth);
      else if (here !== depth) this.#comeBack(depth, level);
      const at = this.#next[level]++;
      const step = this.#steps[at];
      here = depth + 1;
      this.#from = this.#numbers[level];
      this.#step = step;
      if (this.#passes(at, depth)) here = -1;
      else if (!context.take(step, schedule, depth, this.#foresight?.found(at))) {
        this.#isOver();
        here = -1;
      } else if (!this.#enter(depth + 1, this.#foresight?.print(at))) here = -1;
    }
    this.complete = !this.#full;
    return this.#ended();
  }

  /** What the step under way led to ends the schedule, or goes on in another part of the space. */
  #isOver(): void {
    this.#graph?.end(this.#from);
    this.#ends?.over();
  }

  /** Whether a step need not be taken, because it is known to lead to a state that was seen. */
  #passes(at: number, depth: number): boolean {
    const number = this.#foresight?.state(at) ?? -1;
    if (number < 0 || this.#context.world.passes?.() !== true) return false;
    this.#context.pass(depth);
    if (this.#from >= 0) this.#graph?.edge(this.#from, number, this.#step);
    this.#ends?.ledTo(number);
    return true;
  }

  /** The number of the present state; -1 where it is not in the table. */
  #numberHere(): number {
    if ((this.#graph === null && this.#ends === null) || this.#table === null) return -1;
    this.#context.world.fingerprint(this.#lanes);
    return this.#table.find(this.#lanes[0], this.#lanes[1]);
  }

  #ended(): Outcome {
    if (this.#full) return 'budget';
    return this.#context.findings.size > 0 ? 'found' : 'exhausted';
  }

  /** Looks at a state just reached, with half its fingerprint if it is known; false where there is nothing to go on with. */
  #enter(depth: number, print = 0): boolean {
    const { world, stats } = this.#context;
    let number = -1;
    if (this.#table !== null) {
      world.fingerprint(this.#lanes);
      if (print !== 0 && print !== this.#lanes[0])
        throw new NondeterminismError(this.#schedule.subarray(0, depth));
      if (this.#border?.outside(this.#lanes, this.#schedule, depth)) {
        this.#isOver();
        return false;
      }
      const index = this.#table.enter(this.#lanes[0], this.#lanes[1]);
      if (index === NO_ROOM) {
        this.#full = true;
        return false;
      }
      number = index < 0 ? ~index : index;
      if (this.#graph !== null) {
        if (this.#from >= 0) this.#graph.edge(this.#from, number, this.#step);
        else this.#graph.start(number, this.#schedule.slice(0, depth));
      }
      if (index < 0) {
        this.#ends?.ledTo(number);
        return false;
      }
      if (number >= this.#mostNoted) this.#graph = null;
    }
    stats.states++;
    // A state that was seen before was checked then.
    this.#context.check(this.#schedule, depth);
    world.visited();
    const n = world.enabled(this.#buffer);
    if (n === 0) {
      this.#graph?.end(number);
      this.#ends?.end(number);
      this.#context.checkEnd(this.#schedule, depth);
      return false;
    }
    const level = this.#levels++;
    this.#numbers[level] = number;
    this.#ends?.enter(number);
    this.#prints[level] = this.#lanes[0];
    const first = this.#first[level];
    if (first + n > this.#steps.length)
      this.#steps = resized(this.#steps, new Uint8Array(this.#steps.length * 2));
    for (let i = 0; i < n; i++) this.#steps[first + i] = this.#buffer[i];
    this.#next[level] = first;
    this.#first[level + 1] = first + n;
    this.#foresight?.ask(world, this.#steps, first, first + n);
    return true;
  }

  #comeBack(depth: number, level: number): void {
    const context = this.#context;
    context.back(this.#schedule, depth);
    if (this.#table === null || context.stats.schedules % 16 !== 0) return;
    context.world.fingerprint(this.#lanes);
    if (this.#lanes[0] !== this.#prints[level])
      throw new NondeterminismError(this.#schedule.subarray(0, depth));
  }

  /** Hands the shallowest step that was not taken yet to a thread without work. */
  #giveAway(): void {
    for (let level = 0; level < this.#levels; level++) {
      const next = this.#next[level];
      if (next === this.#first[level + 1]) continue;
      const depth = this.#base + level;
      const prefix = this.#schedule.slice(0, depth + 1);
      prefix[depth] = this.#steps[next];
      if ((this.#sharing as Sharing).share(prefix, depth + 1)) this.#next[level]++;
      return;
    }
  }
}
