/**
 * A tree's driver as its clients meet it: files, and calls that enter its own drm_ioctl(). Each call runs to its end, and what it
 * leaves to workers runs after it, as in a replay on the model.
 */

import { drm_panthor_csif_info, drm_panthor_gpu_info } from '../../../uapi/panthor_drm.ts';
import { SZ_2M } from '../../../uapi/sizes.ts';
import { UserMemory } from '../../driver/base/uaccess.ts';
import type { DriverTrace } from '../../driver/base/warn.ts';
import type { GemObject } from '../../driver/gem/gem.ts';
import type { SgPiece } from '../../driver/gem/sg.ts';
import type { GpuProfile } from '../../driver/gpu-profile.ts';
import { store } from '../../driver/ioctl/dev-query.ts';
import type { BuiltTree } from '../build.ts';
import type { CallName } from '../calls.ts';
import { Places } from '../faults.ts';
import { TreeKernel } from '../kernel.ts';
import { Runner } from '../runner.ts';
import { runsOf } from '../vectors/vector-fields.ts';
import { Warnings } from '../warnings.ts';
import { WatchedMachine } from './slot-watch.ts';
import { UserBytes } from './user-bytes.ts';

/** The kernel's threads: who makes a call, who works, and who asks. */
const CLIENT = 0;
const WORKER = 1;
const ASKING = 2;
const TASK_SIZE = 2 ** 48;
/** Below every address that a process may map (vm.mmap_min_addr). */
export const ARGUMENT_AT = 0x1000;
/** How a sleep ends (arena.h, enum reply): its time is over, it was woken, a signal came. */
const REPLY_TIMEOUT = 0;
const REPLY_WOKEN = 1;
const REPLY_SIGNAL = 2;

/** UML's HZ. */
const NS_PER_JIFFY = 1e7;
/** The low word of MAX_SCHEDULE_TIMEOUT: for ever. */
const FOR_EVER = 0xffffffff;

/** What a call came to: 0 or more, -errno, or that it waits for a fence. */
export type Outcome = number | 'blocked';

/** An ioctl: in the tree's number of a file, with the argument at user address `from` in `mem`. */
export interface ClientCall {
  file: number;
  request: number;
  mem: UserMemory;
  from: number;
  /** Where the argument is for the kernel, where that is another address. */
  to?: number;
  /** Those of the caller, as bits. */
  capabilities: number;
  /** CLOCK_MONOTONIC, ns. */
  nowNs: number;
  /** The kernel's thread that makes it. */
  thread?: number;
}

export class ClientCalls {
  readonly kernel: TreeKernel;
  readonly machine: WatchedMachine;
  readonly runner: Runner;
  readonly warnings: Warnings;
  readonly #user: UserBytes;

  constructor(tree: BuiltTree, gpu: GpuProfile, trace: DriverTrace) {
    this.kernel = new TreeKernel(tree);
    this.warnings = new Warnings(tree.mirror);
    this.runner = new Runner(this.kernel, { warnings: this.warnings, places: new Places(tree) }, trace);
    this.runner.hearsInterrupts = true;
    this.#user = new UserBytes(this.kernel);
    this.kernel.reset();
    const [asPresent, vaBits, paBits] = [
      gpu.as_present,
      gpu.mmu_features & 0xff,
      (gpu.mmu_features >> 8) & 0xff,
    ];
    this.machine = new WatchedMachine({ asPresent, vaBits, paBits }, trace);
    this.runner.machine = this.machine;
    // DRM_PANTHOR_GPU_COHERENCY_ACE_LITE
    const coherent = gpu.selected_coherency === 0 ? 1 : 0;
    const ret = this.own('init', asPresent, vaBits, paBits, coherent, TASK_SIZE);
    if (ret !== 0) throw new Error(`panthor_mmu_init(): ${ret}`);
    this.#describe(gpu);
    this.machine.machine.commands.fill(0);
    this.machine.machine.cacheFlushes = 0;
  }

  /** A call that the kernel makes itself, and the work that it leaves: its return value. */
  own(name: CallName, ...args: (number | bigint)[]): number {
    if (this.runner.call(CLIENT, name, args) === 'blocked') throw new Error(`${name} waits`);
    const ret = this.kernel.mailbox.result(0);
    this.#work();
    return ret;
  }

  /** The same inside another call, which waits at a point meanwhile. */
  inside(name: CallName, ...args: (number | bigint)[]): number {
    if (this.runner.call(WORKER, name, args) === 'blocked') throw new Error(`${name} waits`);
    return this.kernel.mailbox.result(0);
  }

  /** A question about the state: the answer is in the results and in the notes, which the caller clears. */
  ask(name: CallName, ...args: number[]): void {
    this.kernel.mailbox.clearNotes();
    this.runner.call(ASKING, name, args, false);
  }

  /**
   * Makes an ioctl; memory is left as the driver leaves it. `vm` is the number of a VM that it has made, `sleepNs` how long it would
   * wait (it has to be woken, interrupted or told that its time is over).
   */
  ioctl(call: ClientCall): { ret: Outcome; vm: number; sleepNs: number } {
    const { file, request, mem, from, to = from, thread = CLIENT } = call;
    this.#user.fill(mem, from, to);
    const args = [file, request, to, BigInt(call.capabilities), BigInt(call.nowNs)];
    let end = this.runner.call(thread, 'ioctl', args);
    const { mailbox } = this.kernel;
    const sleepNs = mailbox.value === FOR_EVER ? Number.POSITIVE_INFINITY : mailbox.value * NS_PER_JIFFY;
    if (end === 'blocked') {
      // What it waits for may be what a worker has still to do.
      this.#work();
      if (this.#isAwake(thread)) end = this.#goOn(thread, REPLY_WOKEN);
    }
    if (end === 'blocked') return { ret: 'blocked', vm: 0, sleepNs };
    const [ret, vm] = [mailbox.result(0), mailbox.result(1)];
    this.#work();
    this.#user.take(mem);
    return { ret, vm, sleepNs: 0 };
  }

  /** Has a call that was blocked look again, because something was signalled, or since its time is over. */
  look(call: ClientCall, isOver: boolean): Outcome {
    const { mem, from, to = from, thread = CLIENT } = call;
    // Other calls had theirs there meanwhile.
    this.#user.fill(mem, from, to);
    if (this.#goOn(thread, isOver ? REPLY_TIMEOUT : REPLY_WOKEN) === 'blocked') return 'blocked';
    const ret = this.kernel.mailbox.result(0);
    this.#work();
    this.#user.take(mem);
    return ret;
  }

  /** Gives up on a call that is blocked: a signal comes for who waits. */
  interrupt(thread = CLIENT): void {
    if (this.#goOn(thread, REPLY_SIGNAL) === 'blocked')
      throw new Error('a call waits on although a signal came');
    this.#work();
  }

  /** The object that is made or named next has the pages of the model's `bo`. */
  givePages(bo: GemObject): void {
    const { pa, len, start } = bo.sgt;
    const pieces = Array.from(pa, (at, i): SgPiece => [at, len[i], bo.sgt.inHugeFolio(start[i]) ? SZ_2M : 0]);
    this.kernel.setBacking(runsOf(pieces));
  }

  #goOn(thread: number, reply: number): 'done' | 'blocked' {
    this.kernel.mailbox.reply = reply;
    return this.runner.resume(thread);
  }

  #isAwake(thread: number): boolean {
    return (this.kernel.native.ready() & (1 << thread)) !== 0;
  }

  /** Whether a call with that memory can be made. */
  takes(mem: UserMemory): boolean {
    return this.#user.takes(mem);
  }

  /** Workers run until there is nothing left to do. */
  #work(): void {
    do {
      if (this.runner.call(WORKER, 'runWork', []) === 'blocked') throw new Error('a worker waits');
    } while (this.kernel.mailbox.result(1) !== 0);
  }

  /** What probing would have read of the GPU and of its firmware. */
  #describe(gpu: GpuProfile): void {
    const mem = new UserMemory();
    const args = [drm_panthor_gpu_info, drm_panthor_csif_info].flatMap((layout, i) => {
      const bytes = new Uint8Array(layout.size);
      store(layout, bytes, gpu);
      const at = ARGUMENT_AT * (i + 1);
      mem.add(at, bytes);
      return [at, layout.size];
    });
    this.#user.fill(mem, 0, 0);
    if (this.own('describeGpu', ...args) !== 0) throw new Error('describeGpu');
  }
}
