/**
 * What lets one driver source serve two masters. A function that another thread may interrupt (at a lock, a
 * register access, a page-table update, a wait) is a generator; each `yield` in it is a place to switch. The
 * explorer drives those generators step by step. For everything else the build strips `function*`, `yield*` and
 * `yield` statements (build/strip.mjs), which leaves plain functions at full speed.
 *
 * Rules, which the build checks: a generator function is only ever called as `yield* f()`, as `run(f())`, or handed
 * to `spawn(f())`; a bare `yield POINT;` is a statement of its own.
 */
/**
 * Runs an interruptible computation to its end, with nobody else running.
 *
 * In the stripped build the argument already is the result. Waiting for something that is not ready can never end
 * here, so it throws: that is a bug of the caller's (a lock taken twice, a wait that nobody can satisfy).
 */
export function run(op) {
    if (typeof op !== 'object' || op === null || typeof op.next !== 'function') {
        return op;
    }
    for (;;) {
        const step = op.next();
        if (step.done)
            return step.value;
        const point = step.value;
        if (typeof point === 'object' && !point.ready())
            throw new Error(`deadlock: waiting for ${point.label}`);
    }
}
/** A kernel mutex. `owner` tells threads apart only in the explorer, elsewhere it is 0 or 1. */
export class Mutex {
    label;
    /** Rank for lock-order reports; two locks of one class never nest in this driver. */
    lockClass;
    held = false;
    constructor(lockClass, label = lockClass) {
        this.lockClass = lockClass;
        this.label = label;
    }
    ready() {
        return !this.held;
    }
    /** mutex_lock(): a switch point, then waits until nobody holds it. */
    *lock() {
        yield this;
        if (this.held)
            throw new Error(`deadlock: ${this.label} is already held`);
        this.held = true;
    }
    /** mutex_unlock(). Not a switch point: the next one follows soon enough. */
    unlock() {
        if (!this.held)
            throw new Error(`${this.label} is not held`);
        this.held = false;
    }
}
//# sourceMappingURL=op.js.map