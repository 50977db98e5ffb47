import type { JsonObject } from '../../uapi/codec.ts';
import { errnoName } from '../../uapi/errno.ts';
import { hex } from '../../uapi/hex.ts';
import { encodeInstruction } from '../hw/command-stream/instruction-text.ts';
import type { Observation } from './observe.ts';
import type { Calls } from './player.ts';
import type { Step } from './scenario.ts';
import type { Mapping } from './side.ts';

/** One object: streams in the first half, a result for each address in the other. */
const BYTES = 0x40000;
const RESULTS = BYTES / 2;
/** Where scenarios leave room for what accesses need, so many bytes. */
export const GPU_ACCESS_VA = 0x40000;
export const GPU_ACCESS_BYTES = BYTES;
/** A word that no reading leaves behind. */
const UNTOUCHED = 0xbadc0de5;
/** Accesses of one stream. */
const BATCH = 128;
const WAIT = '+5000ms';
const SIGNAL = '0x80000000';
const FATAL = 2;
const ALL_SCOREBOARDS = 0xff;
const CLEAN_INVALIDATE = 3;
/** Registers: an address pair, a value, and where the value goes. */
const [ADDRESS, VALUE, TO, FLUSH_ID] = [68, 70, 72, 74];

/** What an access needs in a VM. */
interface Place {
  va: number;
  memory: Mapping;
  syncobj: number;
  group: number;
}

/**
 * Reads and writes of a VM by the GPU: command streams that load and store words, in groups of their own. An access that
 * faults ends its group; the next has another.
 */
export class GpuAccess {
  readonly #calls: Calls;
  readonly #va: number;
  readonly #places = new Map<string, Place>();

  /** `va`: where what accesses need is put in each VM. */
  constructor(calls: Calls, va: number) {
    this.#calls = calls;
    this.#va = va;
  }

  run(file: string, vm: number, step: Step & { kind: 'gpu' }): Observation {
    const what = `gpu ${step.does}`;
    const place = this.#place(file, vm);
    if (typeof place === 'number') return { what, result: errnoName(-place), out: {} };
    const out: Record<string, string> = {};
    for (let i = 0; i < step.at.length; i += BATCH) {
      const batch = step.at.slice(i, i + BATCH);
      const together = this.#access(file, vm, place, batch, step);
      // One that faults hides what the others would have found.
      const words = together ?? batch.map((at) => this.#access(file, vm, place, [at], step)?.[0] ?? 'fault');
      for (const [k, at] of batch.entries()) out[hex(at)] = words[k];
    }
    return { what, result: 'OK', out };
  }

  /** What each address holds, or `written`; null where the group faulted. */
  #access(
    file: string,
    vm: number,
    place: Place,
    at: readonly number[],
    step: Step & { kind: 'gpu' },
  ): string[] | null {
    const { does, value } = step;
    const code: [number, number][] = [];
    const add = (name: string, fields: Record<string, number>): number =>
      code.push(encodeInstruction(name, fields));
    for (const [i, address] of at.entries()) {
      place.memory.write(RESULTS + 4 * i, UNTOUCHED);
      add('MOV48', { dst: ADDRESS, imm: address });
      if (does === 'read') {
        add('LOAD_MULTIPLE', { dst: VALUE, address: ADDRESS, mask: 1 });
        add('WAIT', { wait: ALL_SCOREBOARDS });
        add('MOV48', { dst: TO, imm: place.va + RESULTS + 4 * i });
        add('STORE_MULTIPLE', { src: VALUE, address: TO, mask: 1 });
      } else {
        add('MOV32', { dst: VALUE, imm: value + i });
        add('STORE_MULTIPLE', { src: VALUE, address: ADDRESS, mask: 1 });
      }
      add('WAIT', { wait: ALL_SCOREBOARDS });
    }
    add('MOV32', { dst: FLUSH_ID, imm: 0 });
    add('FLUSH_CACHE2', { l2: CLEAN_INVALIDATE, lsc: CLEAN_INVALIDATE, flush_id: FLUSH_ID });
    add('WAIT', { wait: ALL_SCOREBOARDS });
    for (const [i, [lo, hi]] of code.entries()) {
      place.memory.write(8 * i, lo);
      place.memory.write(8 * i + 4, hi);
    }
    const ended = this.#submit(file, vm, place, 8 * code.length);
    if (ended !== '') return ended === 'fault' ? null : at.map(() => ended);
    if (does === 'write') return at.map(() => 'written');
    return at.map((_, i) => hex(BigInt(place.memory.read(RESULTS + 4 * i))));
  }

  /** Runs the stream: '', 'fault' where the group died of it, or what went wrong otherwise. */
  #submit(file: string, vm: number, place: Place, size: number): string {
    const call = (name: string, value: JsonObject) => this.#calls.call(file, name, value);
    if (place.group === 0) {
      const group = this.#group(file, vm);
      if (group < 0) return `GROUP_CREATE ${errnoName(-group)}`;
      place.group = group;
    }
    const syncs = [{ flags: SIGNAL, handle: place.syncobj }];
    const submits = [{ queue_index: 0, stream_size: size, stream_addr: place.va, latest_flush: 0, syncs }];
    const steps: [string, JsonObject][] = [
      ['SYNCOBJ_RESET', { handles: [place.syncobj] }],
      ['GROUP_SUBMIT', { group_handle: place.group, queue_submits: submits }],
      ['SYNCOBJ_WAIT', { handles: [place.syncobj], timeout_nsec: this.#calls.later(WAIT) }],
      ['GROUP_GET_STATE', { group_handle: place.group }],
    ];
    let state = 0;
    let failed = '';
    for (const [name, value] of steps) {
      const { ret, get } = call(name, value);
      if (ret < 0) failed ||= `${name} ${errnoName(-ret)}`;
      else if (name === 'GROUP_GET_STATE') state = get('state');
    }
    if (failed === '' && state === 0) return '';
    const { ret } = call('GROUP_DESTROY', { group_handle: place.group });
    place.group = 0;
    if (ret < 0) failed ||= `GROUP_DESTROY ${errnoName(-ret)}`;
    if (failed !== '') return failed;
    return (state & FATAL) !== 0 ? 'fault' : `state ${state}`;
  }

  #group(file: string, vm: number): number {
    const core = { compute_core_mask: 1, fragment_core_mask: 1, tiler_core_mask: 1 };
    const { ret, get } = this.#calls.call(file, 'GROUP_CREATE', {
      queues: [{ ringbuf_size: 4096 }],
      max_compute_cores: 1,
      max_fragment_cores: 1,
      max_tiler_cores: 1,
      priority: 1,
      ...core,
      vm_id: vm,
    });
    return ret < 0 ? ret : get('group_handle');
  }

  #place(file: string, vm: number): Place | number {
    const key = `${file} ${vm}`;
    const found = this.#places.get(key);
    if (found !== undefined) return found;
    const bo = this.#calls.call(file, 'BO_CREATE', { size: BYTES });
    if (bo.ret < 0) return bo.ret;
    const handle = bo.get('handle');
    const bind = this.#calls.call(file, 'VM_BIND', {
      vm_id: vm,
      ops: [{ bo_handle: handle, va: this.#va, size: BYTES }],
    });
    if (bind.ret < 0) return bind.ret;
    const memory = this.#calls.map(file, handle, BYTES);
    if (typeof memory === 'number') return memory;
    const syncobj = this.#calls.call(file, 'SYNCOBJ_CREATE', {});
    if (syncobj.ret < 0) return syncobj.ret;
    const place = { va: this.#va, memory, syncobj: syncobj.get('handle'), group: 0 };
    this.#places.set(key, place);
    return place;
  }
}
