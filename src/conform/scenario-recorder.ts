/**
 * Turns what a driver is asked to do into a vector stream, so that a capture becomes a regression test. Only the calls to
 * the VM layer are noted, in the order in which they run; their outcomes come from playing the stream afterwards, so the
 * file agrees with the model that wrote it by construction and tells when a later one differs.
 */

import { hex } from '../../uapi/hex.ts';
import { SZ_2M, SZ_4K } from '../../uapi/sizes.ts';
import type { VmCalls } from '../driver/base/warn.ts';
import type { PanthorDevice } from '../driver/device.ts';
import type { GemObject } from '../driver/gem/gem.ts';
import type { Kernel } from '../driver/kernels.ts';
import type { PanthorVm } from '../driver/mmu/vm.ts';
import type { BindOp } from '../driver/mmu/vm-bind.ts';
import { BO_MEMORY_BASE } from '../hw/memory.ts';
import { ModelRunner } from './model.ts';
import type { Fields, StreamOp } from './op-fields.ts';
import type { Json } from './recorder.ts';

export class ScenarioRecorder implements VmCalls {
  readonly ops: StreamOp[] = [];
  /** The vectors' numbers of objects. A serial is used again after its object is gone, so the object itself is the key. */
  readonly #numbers = new Map<GemObject, number>();
  #count = 0;

  constructor(device: PanthorDevice) {
    const { asPresent, vaBits, paBits, coherent, taskSize } = device.params;
    this.ops.push({
      op: 'init',
      as_present: hex(asPresent),
      va_bits: vaBits,
      pa_bits: paBits,
      coherent: coherent ? 1 : 0,
      task_size: hex(taskSize),
    });
    const { gem } = device;
    const freed = gem.onFree;
    gem.onFree = (bo) => {
      freed?.(bo);
      this.#forget(bo);
    };
  }

  vmCreate(userVaRange: number, flags: number): void {
    this.ops.push({ op: 'vm_create', user_va_range: word64(userVaRange), flags });
  }

  vmDestroy(vm: PanthorVm): void {
    this.ops.push({ op: 'vm_destroy', vm: vm.uid });
  }

  active(vm: PanthorVm): void {
    this.ops.push({ op: 'active', vm: vm.uid });
  }

  idle(vm: PanthorVm): void {
    this.ops.push({ op: 'idle', vm: vm.uid });
  }

  bind(vm: PanthorVm, op: BindOp, bo: GemObject | null, async: boolean): void {
    const number = bo === null ? op.boHandle : this.#number(bo);
    this.ops.push({
      op: 'bind',
      vm: vm.uid,
      flags: op.flags,
      bo: number,
      bo_off: word64(op.boOffset),
      va: word64(op.va),
      size: word64(op.size),
      nsync: op.syncCount,
      async: async ? 1 : 0,
      dump: 0,
    });
  }

  kmap(vm: PanthorVm, bo: GemObject, boOffset: number, size: number, va: number, flags: number): void {
    const number = this.#number(bo);
    this.ops.push({
      op: 'kmap',
      vm: vm.uid,
      bo: number,
      bo_off: hex(boOffset),
      va: hex(va),
      size: hex(size),
      flags,
    });
  }

  kunmap(vm: PanthorVm, va: number, size: number): void {
    this.ops.push({ op: 'kunmap', vm: vm.uid, va: hex(va), size: hex(size) });
  }

  /** The lines of a vector file with this one stream, outcomes played on `kernel`. */
  lines(name: string, kernel: Kernel): string[] {
    const runner = new ModelRunner(kernel);
    const lines = [JSON.stringify({ stream: name, variant: kernel.name, nops: this.ops.length })];
    for (const op of this.ops) {
      const out: Fields = runner.step(op);
      lines.push(JSON.stringify({ in: op, out }));
    }
    return lines;
  }

  /** The object is gone: its memory may be another's, whose folios are other ones. */
  #forget(bo: GemObject): void {
    const number = this.#numbers.get(bo);
    if (number === undefined) return;
    this.#numbers.delete(bo);
    this.ops.push({ op: 'bo_destroy', bo: number });
  }

  /** The object's number; the first time, it is made with the physical backing that it has. */
  #number(bo: GemObject): number {
    let number = this.#numbers.get(bo);
    if (number === undefined) {
      number = ++this.#count;
      this.#numbers.set(bo, number);
      const op: StreamOp = { op: 'bo_create', size: hex(bo.size), sg: backing(bo) };
      const { exclusiveVm } = bo;
      if (exclusiveVm !== null && exclusiveVm !== undefined) op.excl = (exclusiveVm as PanthorVm).uid;
      this.ops.push(op);
    }
    return number;
  }
}

/** Bytes of physical memory below BO_MEMORY_BASE that only hundreds of thousands of page tables would reach. */
const BELOW = 2 ** 32;

/** The pieces of an object: whole 2 MiB folios where they can be, as objects of the replay are backed. */
function backing(bo: GemObject): Json {
  if (!bo.pin()) return [];
  const { pa, len, start } = bo.sgt;
  // Where the vectors have the object behind sparse maps: what lies there in a replay goes to where nothing does.
  const move = pa[0] === BO_MEMORY_BASE && bo.size <= BELOW ? BELOW : 0;
  const pieces: Json[] = [];
  for (let i = 0; i < pa.length; i++) {
    const huge = bo.sgt.inHugeFolio(start[i]) ? len[i] - (len[i] % SZ_2M) : 0;
    if (huge > 0) pieces.push([hex(pa[i] - move), hex(huge), SZ_2M]);
    if (len[i] > huge) pieces.push([hex(pa[i] - move + huge), hex(len[i] - huge), SZ_4K]);
  }
  return pieces;
}

/** A word of the uAPI as vectors have it: the last ones of 64 bits are 2^64 as a Number. */
function word64(value: number): string {
  return value < 2 ** 64 ? hex(value) : '0xffffffffffffffff';
}
