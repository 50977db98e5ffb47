/**
 * What lets one driver source serve two masters. A function that another thread may interrupt (at a lock, a
 * register access, a page-table update, a wait) is a generator; each `yield` in it is a place to switch. The
 * explorer drives those generators step by step. For everything else the build strips `function*`, `yield*` and
 * `yield` statements (build/strip.mjs), which leaves plain functions at full speed.
 *
 * Rules, which the build checks: a generator function is only ever called as `yield* f()`, as `run(f())`, or handed
 * to `spawn(f())`; a bare `yield POINT;` is a statement of its own.
 */

/** A place where the explorer may switch threads: a Mutex that is held, or a label. */
export type Point = Waitable | string;

/** Something a thread can wait for: the explorer does not schedule the thread while `ready()` is false. */
export interface Waitable {
  readonly label: string;
  /** An access of the GPU begins, as soon as no region is locked in its way. */
  readonly access?: boolean;
  ready(): boolean;
}

/** An interruptible computation that ends with a T. After stripping it simply is the T. */
export type Op<T> = Generator<Point, T, void>;

/**
 * Runs an interruptible computation to its end, with no other thread running.
 *
 * In the stripped build the argument already is the result. Waiting for something that is not ready can never end
 * here, so it throws: that is a bug of the caller's (a lock taken twice, a wait that no thread can satisfy).
 */
export function run<T>(op: Op<T>): T {
  if (typeof op !== 'object' || op === null || typeof (op as { next?: unknown }).next !== 'function') {
    return op as unknown as T;
  }
  for (;;) {
    const step = op.next();
    if (step.done) return step.value;
    const point = step.value;
    if (typeof point === 'object' && !point.ready()) throw new Error(`deadlock: waiting for ${point.label}`);
  }
}

/** A kernel mutex. `owner` tells threads apart only in the explorer, elsewhere it is 0 or 1. */
export class Mutex implements Waitable {
  readonly label: string;
  /** Rank for lock-order reports; two locks of one class never nest in this driver. */
  readonly lockClass: string;
  held = false;

  constructor(lockClass: string, label: string = lockClass) {
    this.lockClass = lockClass;
    this.label = label;
  }

  ready(): boolean {
    return !this.held;
  }

  /** mutex_lock(): a switch point, then waits until it is free. */
  *lock(): Op<void> {
    yield this;
    if (this.held) throw new Error(`deadlock: ${this.label} is already held`);
    this.held = true;
  }

  /** mutex_trylock(): whether it was free, and then it is held. Not a switch point. */
  tryLock(): boolean {
    if (this.held) return false;
    this.held = true;
    return true;
  }

  /** mutex_unlock(). Not a switch point: the next one follows soon enough. */
  unlock(): void {
    if (!this.held) throw new Error(`${this.label} is not held`);
    this.held = false;
  }
}
