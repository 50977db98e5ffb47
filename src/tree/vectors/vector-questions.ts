/** Questions about the state of a tree's driver between the operations of a vector: nothing of them is recorded. */
import type { Fields } from '../../conform/op-fields.ts';
import type { CallName } from '../calls.ts';
import type { TreeKernel } from '../kernel.ts';
import type { Runner } from '../runner.ts';
import { Contents, type DeviceState, deviceState, PART } from '../state.ts';
import type { Value } from './vector-fields.ts';

/** The kernel's thread that answers. */
export const ASKING = 2;

export class Questions {
  readonly #kernel: TreeKernel;
  readonly #runner: Runner;

  constructor(kernel: TreeKernel, runner: Runner) {
    this.#kernel = kernel;
    this.#runner = runner;
  }

  /** Page tables in use, and those that the VMs' roots lead to. */
  leak(): Fields {
    let reachable = 0;
    for (const [uid] of this.state().vms as [number][]) {
      this.ask('leaves', [uid, Number.MAX_SAFE_INTEGER]);
      const { mailbox } = this.#kernel;
      for (let level = 0; level < 4; level++) reachable += mailbox.result(3 + level);
      reachable -= 1;
      mailbox.clearNotes();
    }
    return { r: 0, pt_live: this.#kernel.native.tablesLive(), pt_reachable: reachable };
  }

  /** How often a VM is active now. */
  activeCount(uid: number): number {
    const found = (this.state().vms as number[][]).find(([id]) => id === uid);
    return found?.[2] ?? 0;
  }

  /** A question about the state: nothing of it is recorded, the answer is in the notes. */
  ask(name: CallName, args: readonly Value[]): void {
    this.#kernel.mailbox.clearNotes();
    this.#runner.call(ASKING, name, args, false);
  }

  /** VMs and slots. */
  state(): DeviceState {
    this.ask('state', []);
    const state = deviceState(this.#kernel.mailbox);
    this.#kernel.mailbox.clearNotes();
    return state;
  }

  /** What is mapped in a VM: counts and checksums, with `full` also the lists, runs up to `cap`. */
  contents(uid: number, full: boolean, cap: number): Fields {
    const { mailbox } = this.#kernel;
    const contents = new Contents(full, cap);
    for (let from = 0, count = PART; count === PART; from += PART) {
      this.ask('vmas', [uid, from]);
      count = mailbox.result(1);
      contents.addVmas(mailbox, count);
    }
    let tables: number[] = [];
    for (let from = 0, count = PART; count === PART; from += PART) {
      this.ask('leaves', [uid, from]);
      count = mailbox.result(1);
      tables = [3, 4, 5, 6].map((i) => mailbox.result(i));
      contents.addRuns(mailbox, count);
    }
    mailbox.clearNotes();
    return contents.fields(tables);
  }
}
