/** A client whose jobs are executed: memory that test and GPU share, streams as names and fields. */

import { run } from '../../../src/coroutine/op.ts';
import type { GemObject } from '../../../src/driver/gem/gem.ts';
import type { PanthorGroup } from '../../../src/driver/sched/group.ts';
import { StreamRunner } from '../../../src/firmware/job-runner.ts';
import { ObjectPages } from '../../../src/firmware/object-pages.ts';
import { encodeInstruction } from '../../../src/hw/command-stream/instruction-text.ts';
import {
  drm_panthor_queue_create,
  drm_panthor_queue_submit,
  drm_panthor_sync_op,
  drm_panthor_vm_bind_op,
} from '../../../uapi/panthor_drm.ts';
import { TestClient, type TestClientOptions } from '../../driver/client.ts';
import { type Struct, structs } from '../../driver/ioctl/arguments.ts';
import { groupArg } from '../../driver/ioctl/bad-ioctls/row.ts';

const SIGNAL = 1 << 31;
/** Where the client's object is mapped: 64 pages. The first half is for data, streams go into the other. */
export const VA = 0x1000000;
export const BO_BYTES = 64 * 4096;
/** The same object again, read-only. */
export const READ_ONLY_VA = 0x2000000;
const STREAMS = BO_BYTES / 2;

export type Code = readonly [name: string, fields?: Record<string, number>] | bigint;

/** The contents of clients' objects where no memfd backs them. */
class Contents {
  readonly #of = new WeakMap<GemObject, Uint8Array>();

  readonly bytesOf = (bo: GemObject): Uint8Array => {
    let bytes = this.#of.get(bo);
    if (bytes === undefined) {
      bytes = new Uint8Array(bo.size);
      this.#of.set(bo, bytes);
    }
    return bytes;
  };

  readonly pageOf = (bo: GemObject, offset: number): DataView =>
    new DataView(this.bytesOf(bo).buffer, offset, 4096);
}

export class StreamClient extends TestClient {
  readonly contents: Contents;
  readonly runner: StreamRunner;
  /** What the runner said: `unshaded 4`, `fatal 0 73`, `fault 1 75`. */
  readonly said: string[];
  readonly bo: GemObject;
  readonly view: DataView;
  #nextStream = STREAMS;

  constructor(options: TestClientOptions & { of?: StreamClient; budget?: number } = {}) {
    super(options);
    this.contents = options.of?.contents ?? new Contents();
    this.said = options.of?.said ?? [];
    this.runner = options.of?.runner ?? this.#makeRunner(options.budget);
    this.make('VM_CREATE', {}, 'id');
    const handle = this.make('BO_CREATE', { size: BO_BYTES }, 'handle');
    this.bo = this.file.lookupGem(handle) as GemObject;
    this.bind({ va: VA, bo_handle: handle, size: BO_BYTES });
    this.bind({ va: READ_ONLY_VA, bo_handle: handle, size: BO_BYTES, flags: 1 });
    this.view = new DataView(this.contents.bytesOf(this.bo).buffer);
    for (let i = 0; i < 4; i++) this.make('SYNCOBJ_CREATE', {}, 'handle');
  }

  #makeRunner(budget?: number): StreamRunner {
    const { sched, device } = this.drv;
    return new StreamRunner({
      sched,
      ...(budget === undefined ? {} : { budget }),
      physical: new ObjectPages(device.gem, this.contents.pageOf),
      unshaded: (opcode) => this.said.push(`unshaded ${opcode}`),
      fatal: (queue, type) => this.said.push(`fatal ${queue.index} ${type}`),
      fault: (queue, type) => this.said.push(`fault ${queue.index} ${type}`),
    });
  }

  bind(op: Struct): void {
    const ret = this.call('VM_BIND', { vm_id: 1, ops: structs(drm_panthor_vm_bind_op, op) });
    if (ret !== 0) throw new Error(`VM_BIND failed with ${ret}`);
  }

  /** A group with that many queues; its handle is what it is called by. */
  group(queues = 1, changes: Struct = {}): { handle: number; group: PanthorGroup } {
    const list = new Array(queues).fill({ ringbuf_size: 4096 });
    const arg = groupArg({ queues: structs(drm_panthor_queue_create, ...list), ...changes });
    const handle = this.make('GROUP_CREATE', arg, 'group_handle');
    return { handle, group: this.file.groups.get(handle) as PanthorGroup };
  }

  /** Writes a stream where the GPU finds it: its address and bytes. */
  stream(code: readonly Code[]): { stream_addr: number; stream_size: number } {
    const at = this.#nextStream;
    for (const [i, one] of code.entries()) {
      const [lo, hi] =
        typeof one === 'bigint' ? [Number(one & 0xffffffffn), Number(one >> 32n)] : encodeInstruction(...one);
      this.view.setUint32(at + 8 * i, lo, true);
      this.view.setUint32(at + 8 * i + 4, hi, true);
    }
    this.#nextStream = Math.ceil((at + 8 * code.length) / 64) * 64;
    return { stream_addr: VA + at, stream_size: 8 * code.length };
  }

  /** Streams are written from the start again. */
  restart(): void {
    this.#nextStream = STREAMS;
  }

  /** GROUP_SUBMIT of one stream, which signals a syncobj. */
  submit(
    handle: number,
    code: readonly Code[],
    job: { queue?: number; signal?: number; flush?: number } = {},
  ): number {
    const { queue = 0, signal = 1, flush = 0 } = job;
    const submit: Struct = {
      queue_index: queue,
      latest_flush: flush,
      ...this.stream(code),
      syncs: structs(drm_panthor_sync_op, { flags: SIGNAL, handle: signal }),
    };
    return this.call('GROUP_SUBMIT', {
      group_handle: handle,
      queue_submits: structs(drm_panthor_queue_submit, submit),
    });
  }

  /** What became of a syncobj's fence: `done`, its error, `pending`, `none`. */
  state(syncobj = 1): string | number {
    const fence = this.file.syncobjs.get(syncobj)?.fence;
    if (fence === null || fence === undefined) return 'none';
    return fence.signaled ? fence.error || 'done' : 'pending';
  }

  /** State flags and fatal queues. */
  groupState(handle: number): [number, number] {
    if (this.call('GROUP_GET_STATE', { group_handle: handle }) !== 0) throw new Error('no such group');
    return [this.out('GROUP_GET_STATE', 'state'), this.out('GROUP_GET_STATE', 'fatal_queues')];
  }

  /** Lets time pass, in steps of what the driver asks to be called for, at most `ns`. */
  pass(ns: number): void {
    const end = this.clock.ns + ns;
    while (this.drv.nextDeadlineNs <= end) {
      this.clock.ns = Math.max(this.clock.ns, this.drv.nextDeadlineNs);
      run(this.drv.poll());
    }
    this.clock.ns = end;
  }
}

export const set = (dst: number, imm: number): Code => ['MOV48', { dst, imm }];
export const FOREVER: Code = ['BRANCH', { condition: 6, offset: -1 }];
export const GT = 1;

/** Adds to the word of 64 bits at an offset in the client's object. */
export const add = (at: number, by = 1): Code[] => [
  set(0, VA + at),
  set(2, by),
  ['SYNC_ADD64', { address: 0, data: 2 }],
];
export const waitFor = (at: number, ref = 0): Code[] => [
  set(0, VA + at),
  set(2, ref),
  ['SYNC_WAIT64', { address: 0, data: 2, condition: GT }],
];
/** Stores a word. */
export const store = (at: number, value: number): Code[] => [
  set(0, VA + at),
  ['MOV32', { dst: 2, imm: value }],
  ['STORE_MULTIPLE', { src: 2, address: 0, mask: 1 }],
];
