/**
 * A tree's kernel, switched on: threads that are started in the driver's entry points and stepped from point to point.
 * Who answers register accesses, and in which order threads run, is up to the caller.
 */
import { UsageError } from '../errors.js';
import { callNumber } from './calls.js';
import { Mailbox, POINT_BUG, POINT_TRAP } from './mailbox.js';
import { loadAddon } from './native.js';
/** The driver called something that nobody has written: the run ends with the name (exit status 2). */
export class TrapError extends UsageError {
    name = 'TrapError';
}
/** BUG() or panic(). */
export class KernelBug extends Error {
    name = 'KernelBug';
}
/** Bytes of the heap through which JavaScript hands over lists. */
const HEAP_WINDOW = 0x40000000;
const RUN_BYTES = 32;
export class TreeKernel {
    tree;
    native;
    mailbox;
    #heap;
    constructor(tree) {
        this.tree = tree;
        this.native = loadAddon(tree.addon);
        this.mailbox = new Mailbox(this.native.mailbox());
        this.#heap = new DataView(this.native.heap(HEAP_WINDOW));
    }
    /** Everything as it was when the addon was loaded. */
    reset() {
        this.native.reset();
    }
    /** A thread begins in an entry point; its arguments are taken at the first step. */
    start(thread, call) {
        if (this.native.start(thread, callNumber(call)) !== 0)
            throw new RangeError(`thread ${thread}`);
    }
    /** Runs a thread to its next point. Throws TrapError and KernelBug. */
    step(thread) {
        const point = this.native.step(thread);
        if (point === POINT_TRAP) {
            throw new TrapError(`${this.tree.dir}: the driver calls ${this.mailbox.text}, which the shim does not have; nothing is known from here on`);
        }
        if (point === POINT_BUG)
            throw new KernelBug(`${this.tree.dir}: the kernel's own check failed (BUG)`);
        return point;
    }
    /** Says where the pages of the object that is made next are. */
    setBacking(runs) {
        const at = this.native.allocate(runs.length * RUN_BYTES);
        if (at < 0)
            throw new RangeError('the heap is too small for the list of pages');
        runs.forEach((run, i) => {
            const to = at + i * RUN_BYTES;
            this.#heap.setBigUint64(to, BigInt(run.first), true);
            this.#heap.setBigUint64(to + 8, BigInt(run.frame), true);
            this.#heap.setBigUint64(to + 16, BigInt(run.pages), true);
            this.#heap.setBigUint64(to + 24, run.huge ? 1n : 0n, true);
        });
        this.native.setBacking(at, runs.length);
    }
}
//# sourceMappingURL=kernel.js.map