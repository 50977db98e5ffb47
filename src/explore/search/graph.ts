/** The states of an exhausted space and the steps between them: is there a way to an end from every state? */
import type { Step } from './world.ts';

/** No state: where none is found. */
const NONE = -1;

/** A graph as one message. */
export interface GraphData {
  from: Int32Array;
  to: Int32Array;
  steps: Uint8Array;
  ends: Int32Array;
  starts: [number, Uint8Array][];
}

export class Graph {
  #from = new Int32Array(1024);
  #to = new Int32Array(1024);
  #steps = new Uint8Array(1024);
  #count = 0;
  readonly #ends: number[] = [];
  /** States that the search began with, and how to get there; state 0 where none is named. */
  readonly #starts = new Map<number, Uint8Array>();

  /** The search begins with a state; `schedule` leads there. */
  start(state: number, schedule: Uint8Array): void {
    this.#starts.set(state, schedule);
  }

  /** A step leads from one state to another. */
  edge(from: number, to: number, step: Step): void {
    if (this.#count === this.#from.length) this.#grow();
    this.#from[this.#count] = from;
    this.#to[this.#count] = to;
    this.#steps[this.#count++] = step;
  }

  /** Nothing more happens in a state (-1 for none), its schedule is over for another reason, or it goes on in another part of the space. */
  end(state: number): void {
    if (state >= 0) this.#ends.push(state);
  }

  /** What was noted, to be sent to another thread. */
  toData(): GraphData {
    const n = this.#count;
    return {
      from: this.#from.slice(0, n),
      to: this.#to.slice(0, n),
      steps: this.#steps.slice(0, n),
      ends: Int32Array.from(this.#ends),
      starts: [...this.#starts],
    };
  }

  /** Adds what another thread noted of the same states. */
  addAll({ from, to, steps, ends, starts }: GraphData): void {
    for (let i = 0; i < from.length; i++) this.edge(from[i], to[i], steps[i]);
    for (const end of ends) this.#ends.push(end);
    for (const [state, schedule] of starts) this.start(state, schedule);
  }

  /** By number, of `states` states: 1 where an end can be reached. */
  endingStates(states: number): Uint8Array {
    const ending = new Uint8Array(states);
    this.#spread(this.#to, this.#from, this.#ends, states, (state) => {
      ending[state] = 1;
      return true;
    });
    return ending;
  }

  /** The steps to the nearest of `states` states from which no end can be reached; null where there is none. */
  scheduleToNoEnd(states: number): Step[] | null {
    const ending = this.endingStates(states);
    if (!ending.includes(0)) return null;
    const by = new Int32Array(states).fill(NONE);
    let found = NONE;
    const starts = this.#starts.size === 0 ? [0] : [...this.#starts.keys()];
    this.#spread(this.#from, this.#to, starts, states, (state, edge) => {
      by[state] = edge;
      if (ending[state] === 0 && found === NONE) found = state;
      return found === NONE;
    });
    if (found === NONE) return null;
    const schedule: Step[] = [];
    let first = found;
    for (let edge = by[found]; edge !== NONE; edge = by[first]) {
      schedule.unshift(this.#steps[edge]);
      first = this.#from[edge];
    }
    return [...(this.#starts.get(first) ?? []), ...schedule];
  }

  /** Breadth first along edges from `source` to `target`, until `visit` says no; each state once, by its first edge. */
  #spread(
    source: Int32Array,
    target: Int32Array,
    starts: readonly number[],
    states: number,
    visit: (state: number, edge: number) => boolean,
  ): void {
    const first = new Int32Array(states + 1);
    for (let i = 0; i < this.#count; i++) first[source[i] + 1]++;
    for (let i = 0; i < states; i++) first[i + 1] += first[i];
    const order = new Int32Array(this.#count);
    const next = first.slice();
    for (let i = 0; i < this.#count; i++) order[next[source[i]]++] = i;
    const seen = new Uint8Array(states);
    const queue: number[] = [];
    const enter = (state: number, edge: number): boolean => {
      if (seen[state] === 1) return true;
      seen[state] = 1;
      queue.push(state);
      return visit(state, edge);
    };
    for (const state of starts) if (!enter(state, NONE)) return;
    for (let at = 0; at < queue.length; at++) {
      const state = queue[at];
      for (let i = first[state]; i < first[state + 1]; i++) {
        if (!enter(target[order[i]], order[i])) return;
      }
    }
  }

  #grow(): void {
    const size = this.#count * 2;
    const larger = <T extends Int32Array | Uint8Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    this.#from = larger(this.#from, new Int32Array(size));
    this.#to = larger(this.#to, new Int32Array(size));
    this.#steps = larger(this.#steps, new Uint8Array(size));
  }
}
