/** Where threads stand, as numbers: what of a thread decides, besides the places it looks at, what its next step does. */
import type { Lock } from '../lock-order.ts';
import { Choice, type Thread } from '../search/world.ts';
import type { Frames } from '../state/frames.ts';
import { $key } from '../state/names.ts';
import type { Any } from '../state/objects.ts';
import { placeOf } from '../state/place-numbers.ts';
import { threadTerm } from '../tracked-world.ts';
import { nameOf, type Places } from './places.ts';

export const ENDED = 0;
export const RUNS = 1;
export const CHOOSES = 2;
export const WAITS = 3;

/** Where one thread can stand. */
export interface Local {
  /** What the thread adds to the lanes of a state's fingerprint. */
  term0: number;
  term1: number;
  /** How many names the thread has given. */
  counter: number;
  kind: number;
  options: number;
  label: string;
  /** The call of the scenario that the thread is at. */
  call: number;
  /** A GPU access stands before the lock of its region. */
  access: boolean;
  /** Of a lock: the name of the object, and its class. */
  lock: { name: number; lockClass: string } | null;
  key: string;
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** The lock that a thread takes which goes on from there, as it is in the present state. */
export function lockOf({ lock }: Local, places: Places): Lock | null {
  if (lock === null) return null;
  const place = placeOf(lock.name, HELD);
  const yes = places.numberOf(true);
  const isHeld = () => places.values[place] === yes;
  return {
    lockClass: lock.lockClass,
    get held() {
      return isHeld();
    },
  };
}
const HELD = $key('held');

/** More than a thread names. */
const COUNTER_LIMIT = 2 ** 24;

/** All that were met so far, by number. */
export class Locals {
  readonly list: Local[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #withCounter = new Map<number, number>();
  readonly #places: Places;

  constructor(places: Places) {
    this.#places = places;
  }

  /** The number of where a thread stands now, which names what it makes after its `index`; of which `frames` are up to date. */
  number(index: number, thread: Thread, frames: Frames, counter: number, call: number): number {
    const { point } = thread;
    let key = `${index} ${frames.lane0} ${frames.lane1} ${call}`;
    for (let i = 0; i < frames.depth; i++) key += this.#references(frames.list[i].values);
    const local: Local = {
      ...{ term0: threadTerm(index, frames.lane0), term1: threadTerm(index, frames.lane1), counter, call },
      ...{ kind: ENDED, options: 0, label: '', access: false, lock: null, key: '' },
    };
    if (typeof point === 'string') {
      local.kind = RUNS;
      local.label = point;
    } else if (point !== null) {
      local.kind = point instanceof Choice ? CHOOSES : WAITS;
      local.label = point.label;
      local.access = !(point instanceof Choice) && point.access === true;
      if (point instanceof Choice) local.options = point.options;
      key += this.#references([point]) + this.#captured(point);
      const { lockClass } = point as { lockClass?: string };
      if (lockClass !== undefined) local.lock = { name: nameOf(point) as number, lockClass };
    }
    key += ` ${local.kind} ${local.options} ${local.label}`;
    local.key = key;
    return this.#intern(local);
  }

  /** The same place, after the thread has named more objects. */
  withCounter(number: number, counter: number): number {
    const local = this.list[number];
    if (local.counter === counter) return number;
    const key = number * COUNTER_LIMIT + counter;
    let other = this.#withCounter.get(key);
    if (other === undefined) this.#withCounter.set(key, (other = this.#intern({ ...local, counter })));
    return other;
  }

  #intern(local: Local): number {
    const key = `${local.counter} ${local.key}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      this.#numbers.set(key, (number = this.list.length));
      // Written out: objects of one shape, whichever way they come.
      const { term0, term1, counter, kind, options, label, call, access, lock } = local;
      this.list.push({ term0, term1, counter, kind, options, label, call, access, lock, key: local.key });
    }
    return number;
  }

  /** Objects among values, by their names and how they were made. */
  #references(values: readonly unknown[]): string {
    let text = '';
    for (const value of values)
      if (isObject(value) && nameOf(value) !== undefined) text += ` o${this.#places.objectKey(value)}`;
    return text;
  }

  /** What a point that is no known object waits for. */
  #captured(point: Any): string {
    if (nameOf(point) !== undefined) return '';
    return ` ${point.ready?.$place ?? ''}${this.#references(point.ready?.$captured?.() ?? [])}`;
  }
}
