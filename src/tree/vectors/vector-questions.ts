/** Questions about the state of a tree's driver between the operations of a vector: nothing of them is recorded. */
import { crc32 } from 'node:zlib';
import { hex } from '../../../uapi/hex.ts';
import type { Fields } from '../../conform/op-fields.ts';
import type { Json } from '../../conform/recorder.ts';
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

  /** The `count` entries of an object's scatter list, as a checksum and, where they are few, one by one. */
  scatterList(bo: number, count: number): Fields {
    const { mailbox } = this.#kernel;
    const list: Json[] = [];
    let text = '';
    for (let from = 0; from < count; from += PART) {
      this.ask('backing', [bo, from]);
      for (let i = 0; i < mailbox.result(1); i++) {
        const [pa, len] = [mailbox.noteNumber(2 * i), mailbox.noteNumber(2 * i + 1)];
        text += `${pa.toString(16)},${len.toString(16)}\n`;
        if (count <= 64) list.push([hex(pa), hex(len)]);
      }
      mailbox.clearNotes();
    }
    const sum: Fields = { nsg: count, sgcrc: crc32(text).toString(16).padStart(8, '0') };
    return count <= 64 ? { ...sum, sg: list } : sum;
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
