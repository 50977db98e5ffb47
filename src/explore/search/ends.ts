/**
 * Which states lead to an end. The search says so of a state when it leaves it: one of its steps has led to a state that is
 * known to. Where none is known to yet, as where all of them lead back to states on the way or to those that another thread
 * is at, the state's steps are noted, and the question is answered once all is seen.
 */
import { Graph, type GraphData } from './graph.ts';
import { resized } from './table-memory.ts';

/** What is noted of an open question does not say by which step. */
const ANY = 0;

export class Ends {
  /** By state: 1 where it leads to an end. */
  #leads: Uint8Array = new Uint8Array(1024);
  readonly #open = new Graph();

  /** Where several threads search: memory for so many states. */
  static allocate(capacity: number): SharedArrayBuffer {
    return new SharedArrayBuffer(capacity);
  }

  /** One thread's view of what several find out. */
  static share(memory: SharedArrayBuffer): Ends {
    const ends = new Ends();
    ends.#leads = new Uint8Array(memory);
    return ends;
  }

  /** What was found out so far goes into memory that several threads share. */
  moveTo(memory: SharedArrayBuffer): void {
    const leads = new Uint8Array(memory);
    leads.set(this.#leads.subarray(0, leads.length));
    this.#leads = leads;
  }

  /** Whether a state is known to lead to an end. */
  has(state: number): boolean {
    return this.#leads[state] === 1;
  }

  /** A state leads to an end, or its schedule is over for another reason; -1 for none. */
  add(state: number): void {
    if (state >= this.#leads.length)
      this.#leads = resized(this.#leads, new Uint8Array(Math.max(state + 1, this.#leads.length * 2)));
    if (state >= 0) this.#leads[state] = 1;
  }

  /** A state of which that is not known is left, and one of its steps leads to `to`. */
  leave(from: number, to: number): void {
    this.#open.edge(from, to, ANY);
  }

  /** What is open, to be sent to the thread that asks in the end. */
  toData(): GraphData {
    return this.#open.toData();
  }

  /** Adds what is open to another thread that uses the same memory. */
  addAll(open: GraphData): void {
    this.#open.addAll(open);
  }

  /** Whether an end can be reached from each of `states` states, all of which were seen. */
  all(states: number): boolean {
    if (states > this.#leads.length) this.#leads = resized(this.#leads, new Uint8Array(states));
    if (this.#leads.subarray(0, states).indexOf(0) < 0) return true;
    const { from, to } = this.#open.toData();
    // Most are answered by what came of the states that they ask of.
    for (let i = from.length - 1; i >= 0; i--) if (this.has(to[i])) this.add(from[i]);
    if (this.#leads.subarray(0, states).indexOf(0) < 0) return true;
    for (const list of [from, to]) for (const state of list) if (this.has(state)) this.#open.end(state);
    const ending = this.#open.endingStates(states);
    return ending.every((one, state) => one === 1 || this.has(state));
  }
}

/** The same for the states on the way of one depth-first search. */
export class EndsOnWay {
  readonly #ends: Ends;
  /** The state that the first one was reached from, by a step that another search has given away; -1 for none. */
  #from = -1;
  /** Of each state on the way: its number, whether it leads to an end, and where #led begins to say what its steps led to. */
  readonly #numbers: number[] = [];
  readonly #leads: boolean[] = [];
  readonly #first: number[] = [];
  #states = 0;
  readonly #led: number[] = [];
  #count = 0;

  constructor(ends: Ends) {
    this.#ends = ends;
  }

  /** A search begins, behind a step of state `from`. */
  begin(from: number): void {
    this.#from = from;
    this.#states = this.#count = 0;
  }

  /** The step under way ends its schedule, or leads out of what is searched. */
  over(): void {
    if (this.#states > 0) this.#leads[this.#states - 1] = true;
    else this.#ends.add(this.#from);
  }

  /** The step under way leads to a state that was entered before. */
  ledTo(state: number): void {
    if (this.#states === 0) {
      if (this.#from >= 0) this.#ends.leave(this.#from, state);
      return;
    }
    const last = this.#states - 1;
    if (this.#leads[last]) return;
    if (this.#ends.has(state)) this.#leads[last] = true;
    else this.#led[this.#count++] = state;
  }

  /** The step under way leads to a new state, which is an end. */
  end(state: number): void {
    this.#ends.add(state);
    this.ledTo(state);
  }

  /** The step under way leads to a new state, from which the search goes on. */
  enter(state: number): void {
    if (this.#states === 0) this.ledTo(state);
    this.#numbers[this.#states] = state;
    this.#leads[this.#states] = false;
    this.#first[this.#states++] = this.#count;
  }

  /** All steps of the last state on the way were taken, or given away. */
  leave(): void {
    const last = --this.#states;
    const state = this.#numbers[last];
    const first = this.#first[last];
    if (this.#leads[last]) this.#ends.add(state);
    else for (let i = first; i < this.#count; i++) this.#ends.leave(state, this.#led[i]);
    this.#count = first;
    if (last > 0) this.ledTo(state);
  }
}
