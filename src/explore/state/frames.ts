/** The generators' part of a state: where each function of a thread stands, and what it remembers. */

import { mix32 } from './hash.ts';
import { type Any, hashValue, nameOf } from './objects.ts';
import { tracker } from './tracker.ts';

/** A generator function of interleaved code. */
type Body = Generator<unknown, unknown, void>;
// biome-ignore lint/suspicious/noExplicitAny: whatever it takes
type GeneratorFunction = (...args: any[]) => Body;

/** Where one function stands and what it remembers: as it was written down at a yield, and never changed after. */
interface Frame {
  pc: number;
  values: unknown[];
  /** Which of its yields the function stands at, from 1. */
  site: number;
  self: GeneratorFunction;
  /** The fingerprint of the stack up to here, once it is known. */
  lane0: number;
  lane1: number;
  hashed: boolean;
}

const EMPTY0 = 0x165667b1;
const EMPTY1 = 0x27d4eb2f;

/** Frames of the running thread. */
export class Frames {
  depth = 0;
  list: Frame[] = [];
  lane0 = 0;
  lane1 = 0;
  /** What its thread adds to a state's fingerprint; whose frames these are knows the world. */
  term0 = 0;
  term1 = 0;

  /** Brings the fingerprint of the stack up to date: of what is above the frames that are as they were. */
  rehash(): void {
    const { list, depth } = this;
    let at = depth;
    while (at > 0 && !list[at - 1].hashed) at--;
    let a = at === 0 ? EMPTY0 : list[at - 1].lane0;
    let b = at === 0 ? EMPTY1 : list[at - 1].lane1;
    for (; at < depth; at++) {
      const frame = list[at];
      a = mix32(Math.imul(a, 31) ^ frame.pc);
      const { values } = frame;
      for (let j = 0; j < values.length; j++) {
        const v = hashValue(values[j]);
        a = (Math.imul(a ^ v, 0x85ebca6b) + (a >>> 15)) | 0;
        b = mix32((b + v) ^ a);
      }
      frame.lane0 = a;
      frame.lane1 = b;
      frame.hashed = true;
    }
    this.lane0 = a;
    this.lane1 = b;
  }

  /** Makes `copy` what a thread's stack is now, to be put back later. What it has above that is left over. */
  copyTo(copy: Frames): Frames {
    copy.depth = this.depth;
    for (let i = 0; i < this.depth; i++) copy.list[i] = this.list[i];
    copy.lane0 = this.lane0;
    copy.lane1 = this.lane1;
    copy.term0 = this.term0;
    copy.term1 = this.term1;
    return copy;
  }
}

let frames = new Frames();
/** 1 while a function is to be brought back to where it stood. */
let resuming = 0;

/** A generator function begins: its place in the stack. */
export function $enter(): number {
  return frames.depth;
}

/** A generator function is about to yield or to call another. */
export function $y(
  depth: number,
  pc: number,
  values: unknown[],
  site: number,
  self: GeneratorFunction,
): void {
  frames.list[depth] = { pc, values, site, self, lane0: 0, lane1: 0, hashed: false };
  frames.depth = depth + 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if ((typeof value === 'object' || typeof value === 'function') && value !== null) {
      if ((value as Any).$id === undefined) nameOf(value);
    }
  }
}

/** Whether a function that begins is to go on where it stood. */
export const $resuming = (): boolean => resuming > 0;

/** What the function at a depth remembered. */
export const $values = (depth: number): unknown[] => frames.list[depth].values;

/** The yield that the function at a depth stood at. */
export function $site(depth: number): number {
  resuming--;
  return frames.list[depth].site;
}

/** What the function at a depth had called: it has come to its end by now (Resumed). */
export const $child = (_depth: number): Over => over;

/** What a function calls, made before it is written down that it stands there. */
export const $call = <T>(called: T, _written: undefined): T => called;

/** Equal to no value that code has. */
export const $none = Symbol('none');

/** Stands for each argument of a function that is brought back: it takes apart what it likes, and finds nothing. */
const NOTHING = {};

/** Its variables are put back from what it remembered; `this`, where it has one, is remembered first. */
function begin(depth: number): Body {
  const { self, values } = frames.list[depth];
  return self.call(values[0], NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING);
}

/** How a function ended that another one waits for, as that one sees it. */
class Over {
  #failed = false;
  #value: unknown = undefined;
  /** The one that waits for it has not asked yet. */
  waits = false;

  set(failed: boolean, value: unknown): void {
    this.#failed = failed;
    this.#value = value;
    this.waits = true;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorReturnResult<unknown> {
    this.waits = false;
    if (this.#failed) throw this.#value;
    return { done: true, value: this.#value };
  }
}
const over = new Over();

/** A bug of the build. What the function has met on its way may look like one of the driver's, and only goes with it. */
const astray = (cause?: unknown): Error => new Error('a function does not come back to its place', { cause });

/**
 * A thread made anew, from what its functions wrote down when it last yielded. The innermost goes on by itself; each of
 * those that wait for it is made anew when its turn comes, and nothing but variables of theirs is written on the way.
 */
class Resumed {
  /** Where in the stack the function is that goes on. */
  #depth: number;
  #running: Body;

  /** @throws {Error} where the function does not come to where it stood: a bug of build/instrument-resume.mjs */
  constructor(depth: number) {
    this.#depth = depth;
    over.waits = false;
    this.#running = again(depth);
    try {
      this.#running.next();
    } catch (error) {
      throw astray(error);
    }
    if (resuming !== 0 || frames.depth !== depth) throw astray();
    frames.depth = depth + 1;
  }

  next(): IteratorResult<unknown> {
    for (;;) {
      const result = this.#step();
      if (result !== null && (result.done !== true || this.#depth === 0)) return result;
      if (result !== null) over.set(false, result.value);
      this.#running = again(--this.#depth);
    }
  }

  /**
   * What the function that goes on comes to; null where it has failed, which is for the one that waits for it to see. That it went
   * astray is no failure of it, and is for none of the driver's functions to catch.
   */
  #step(): IteratorResult<unknown> | null {
    let result: IteratorResult<unknown>;
    try {
      result = this.#running.next();
    } catch (error) {
      if (over.waits) throw astray(error);
      if (this.#depth === 0) throw error;
      over.set(true, error);
      return null;
    }
    if (over.waits) throw astray();
    return result;
  }
}

/** The function at a depth, which goes to where it stood when it goes on. */
function again(depth: number): Body {
  frames.depth = depth;
  resuming = 1;
  try {
    return begin(depth);
  } catch (error) {
    throw astray(error);
  }
}

/** Makes the generator of a thread anew. */
export function resume(index: number, stack: Frames): Body {
  enterThread(index, stack);
  return new Resumed(stack.depth - 1) as unknown as Body;
}

/** What for-of loops with a yield in them may go over. */
export function $array<T>(value: T[]): T[] {
  if (!Array.isArray(value))
    throw new TypeError('a loop with a yield in it goes over something that is no array');
  return value;
}

/** Thread `index` goes on, with this stack. */
export function enterThread(index: number, stack: Frames): void {
  tracker.enter(index);
  frames = stack;
}
