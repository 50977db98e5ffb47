/**
 * The steps of the schedule so far and which of them happen before which: in the order of their thread, and wherever two
 * depend on each other (vector clocks).
 */
import { type AccessSet, clash } from '../state/access-set.ts';

/** A step that was taken. */
export interface Event {
  thread: number;
  /** Which step of its thread, from 1. */
  nth: number;
  /** What decided whether it was possible. */
  guard: AccessSet;
  /** What it touched, `guard` included. */
  set: AccessSet;
  /** By thread: how many of its steps happen before this one, this one included. */
  clock: Int32Array;
}

export class History {
  readonly events: Event[] = [];
  readonly #threads: number;

  constructor(threads: number) {
    this.#threads = threads;
  }

  /** Forgets all but the first `length` events. */
  cut(length: number): void {
    this.events.length = length;
  }

  /** The last step of a thread, if it has taken one. */
  last(thread: number): Event | undefined {
    for (let i = this.events.length - 1; i >= 0; i--)
      if (this.events[i].thread === thread) return this.events[i];
    return undefined;
  }

  /**
   * Adds a step and returns the events that it races with: which it depends on, and which nothing else orders before it.
   * Beside what is next to it in the order, that is everything that may have kept the thread waiting: a lock that was
   * taken and released in between could have been taken by this one first.
   */
  add(thread: number, guard: AccessSet, set: AccessSet): number[] {
    const before = this.last(thread);
    const own = before?.clock ?? new Int32Array(this.#threads);
    const clock = own.slice();
    const races: number[] = [];
    for (let i = this.events.length - 1; i >= 0; i--) {
      const event = this.events[i];
      if (own[event.thread] >= event.nth) continue;
      const ordered = clock[event.thread] >= event.nth;
      if (!(ordered ? clash(guard, event.set) : clash(set, event.set))) continue;
      races.push(i);
      if (!ordered) join(clock, event.clock);
    }
    const nth = (before?.nth ?? 0) + 1;
    clock[thread] = nth;
    this.events.push({ thread, nth, guard, set, clock });
    return races;
  }

  /** Events that may have kept a thread waiting that cannot go on now. */
  keeping(thread: number, guard: AccessSet): number[] {
    const own = this.last(thread)?.clock;
    const races: number[] = [];
    for (let i = this.events.length - 1; i >= 0; i--) {
      const event = this.events[i];
      if (
        event.thread !== thread &&
        !(own !== undefined && own[event.thread] >= event.nth) &&
        clash(guard, event.set)
      )
        races.push(i);
    }
    return races;
  }

  /** Whether something after event `index`, but not because of it, has to do with what a thread waits for by `guard`. */
  letsGo(index: number, guard: AccessSet, pending: boolean): boolean {
    return this.#beside(index, pending).some(({ set }) => clash(guard, set));
  }

  /** The events after event `index`, but for a last one that is not `pending`, that do not happen after it. */
  #beside(index: number, pending: boolean): Event[] {
    const { thread, nth } = this.events[index];
    const end = pending ? this.events.length : this.events.length - 1;
    return this.events.slice(index + 1, end).filter(({ clock }) => clock[thread] < nth);
  }

  /**
   * Threads that can begin what has to come before event `index` for `thread`, whose step is the last event or still to
   * come, to go before it: of all after `index` that does not happen after it, those that depend on nothing of the rest.
   */
  initials(index: number, thread: number, pending: boolean): number {
    let seen = 0;
    let initials = 0;
    const rest: Event[] = [];
    for (const event of this.#beside(index, pending)) {
      if (this.#begins(event, seen, rest)) initials |= 1 << event.thread;
      seen |= 1 << event.thread;
      rest.push(event);
    }
    // Before `index` the step of `thread` may touch other things than it did after it, or than it is known to wait for:
    // that it depends on nothing of the rest is sure only where there is no rest.
    return seen === 0 ? 1 << thread : initials;
  }

  /** Whether an event is the first of its thread in a sequence, and after none of it. */
  #begins({ thread, clock }: Event, seen: number, rest: readonly Event[]): boolean {
    return (seen & (1 << thread)) === 0 && !rest.some((event) => clock[event.thread] >= event.nth);
  }
}

function join(clock: Int32Array, other: Int32Array): void {
  for (let i = 0; i < clock.length; i++) if (other[i] > clock[i]) clock[i] = other[i];
}
