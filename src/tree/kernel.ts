/**
 * A tree's kernel, switched on: threads that are started in the driver's entry points and stepped from point to point.
 * Who answers register accesses, and in which order threads run, is up to the caller.
 */
import { UsageError } from '../errors.ts';
import type { BuiltTree } from './build.ts';
import { type CallName, callNumber } from './calls.ts';
import { Mailbox, POINT_BUG, POINT_TRAP } from './mailbox.ts';
import { loadAddon, type TreeNative } from './native.ts';
import { ThreadStates } from './thread-states.ts';

/** The driver called a kernel function that is not written yet: the run ends with the name (exit status 2). */
export class TrapError extends UsageError {
  override name = 'TrapError';
}

/** BUG() or panic(). */
export class KernelBug extends Error {
  override name = 'KernelBug';
}

/** Bytes of the heap through which JavaScript hands over lists. */
const HEAP_WINDOW = 0x40000000;
const RUN_BYTES = 32;

export interface Run {
  /** Page of the object, page frame, number of pages. */
  first: number;
  frame: number;
  pages: number;
  /** In 2 MiB folios where aligned to them. */
  huge: boolean;
}

export class TreeKernel {
  readonly tree: BuiltTree;
  readonly native: TreeNative;
  readonly mailbox: Mailbox;
  readonly threads: ThreadStates;
  readonly #heap: DataView;

  constructor(tree: BuiltTree) {
    this.tree = tree;
    this.native = loadAddon(tree.addon);
    this.mailbox = new Mailbox(this.native.mailbox());
    this.threads = new ThreadStates(this.native.threads());
    this.#heap = new DataView(this.native.heap(HEAP_WINDOW));
  }

  /** Everything as it was when the addon was loaded. */
  reset(): void {
    this.native.reset();
  }

  /** A thread begins in an entry point; its arguments are taken at the first step. */
  start(thread: number, call: CallName): void {
    if (this.native.start(thread, callNumber(call)) !== 0) throw new RangeError(`thread ${thread}`);
  }

  /** Runs a thread to its next point. Throws TrapError and KernelBug; where there are notes, they say more than a bug does. */
  step(thread: number): number {
    this.mailbox.thread = thread;
    this.native.step();
    return this.#stopped();
  }

  /** start() and step() in one, of the entry point with a number; arguments are in the mailbox by then. */
  run(thread: number, call: number): number {
    this.mailbox.thread = thread;
    this.mailbox.call = call;
    this.native.run();
    return this.#stopped();
  }

  /** Everything as it was at a moment, counted from native.begin(). @throws {RangeError} where there was no such moment */
  undo(moment: number): void {
    this.mailbox.target = moment;
    this.native.undo();
    if (this.mailbox.moment !== moment) throw new RangeError(`the kernel's moment ${moment} is gone`);
  }

  #stopped(): number {
    const point = this.mailbox.kind;
    if (point === POINT_TRAP) {
      throw new TrapError(
        `${this.tree.dir}: the driver calls ${this.mailbox.text}, which the shim does not have; nothing is known from here on`,
      );
    }
    if (point === POINT_BUG && this.mailbox.noted === 0)
      throw new KernelBug(`${this.tree.dir}: the kernel's own check failed (BUG)`);
    return point;
  }

  /** Says where the pages of the object that is made next are. */
  setBacking(runs: readonly Run[]): void {
    const at = this.native.allocate(runs.length * RUN_BYTES);
    if (at < 0) throw new RangeError('the heap is too small for the list of pages');
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
