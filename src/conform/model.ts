/** Plays the operations of a vector stream on the model and says what came out. */

import { crc32 } from 'node:zlib';
import { SZ_2M, SZ_4K } from '../../uapi/sizes.ts';
import { run } from '../coroutine/op.ts';
import { IRQ_WAKE_THREAD } from '../driver/base/irq.ts';
import { PanthorDevice } from '../driver/device.ts';
import type { GemObject } from '../driver/gem/gem.ts';
import { type BoLayout, type SgPiece, SgTable } from '../driver/gem/sg.ts';
import type { Kernel } from '../driver/kernels.ts';
import type { KernelNode } from '../driver/mmu/drm-mm.ts';
import { packed, packRegionExact, REGION_HI, REGION_LO, REGION_SIZE } from '../driver/mmu/region.ts';
import { PanthorVm } from '../driver/mmu/vm.ts';
import { mapBoRange, unmapRange } from '../driver/mmu/vm-kernel-map.ts';
import { getPgsize } from '../driver/mmu/vm-pages.ts';
import { VmPool } from '../driver/mmu/vm-pool.ts';
import { flushRange, lockRegion, unlockRegion } from '../driver/mmu/vm-region.ts';
import { AS_FAULTADDRESS, AS_FAULTSTATUS, asRegister } from '../hw/registers.ts';
import { hex, type Json, Recorder } from './recorder.ts';
import { asState, vmContents, vmStates } from './state.ts';

export type Fields = { [key: string]: Json };
/** An operation of a stream; see SCHEMA.md for the fields of each. */
export type StreamOp = Fields & { op: string };

const EINVAL = 22;
const ENOENT = 2;
/** Runs printed in full unless the operation says otherwise. */
const DEFAULT_CAP = 400;

/** Page-table pages of one stream: 128 MiB, and 16 million leaves, which are read back after each operation. */
const MAX_TABLE_PAGES = 1 << 15;

/** A stream asks for more memory than the model gives it. */
export class StreamMemoryError extends Error {
  constructor() {
    super(`it needs more than ${MAX_TABLE_PAGES} page-table pages`);
    this.name = 'StreamMemoryError';
  }
}

/** A numeric field, a JSON number or a hex string; absent is 0. Inexact above 2^53. */
function num(op: Fields, key: string): number {
  const value = op[key];
  return value === undefined || value === null ? 0 : Number(value);
}

export class ModelRunner {
  readonly #kernel: Kernel;
  readonly recorder = new Recorder();
  #device!: PanthorDevice;
  #pool!: VmPool;
  /** Live VMs by uid; the handle is the VM's id. */
  readonly #vms = new Map<number, PanthorVm>();
  readonly #bos = new Map<number, GemObject>();
  #boCount = 0;
  readonly #nodes = new Map<number, { vm: PanthorVm; node: KernelNode }>();
  #nodeCount = 0;
  #oom = { skip: 0, times: 0 };
  readonly lookup = { lookupGem: (handle: number) => this.#bos.get(handle) };

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  get device(): PanthorDevice {
    return this.#device;
  }

  /** Runs one operation; its outcome as the vectors have it. */
  step(op: StreamOp): Fields {
    this.recorder.clear();
    const out = this.#outcome(op);
    Object.assign(out, this.recorder.fields());
    out.vms = vmStates(this.#device);
    out.as = asState(this.#device);
    if (this.#device.resetPending) out.reset_pending = 1;
    if (op.op === 'bind' || op.op === 'kmap' || op.op === 'kunmap' || op.op === 'get_state') {
      const vm = this.#vms.get(num(op, 'vm'));
      if (vm !== undefined) {
        const full = op.op === 'get_state' || num(op, 'dump') !== 0;
        Object.assign(out, vmContents(vm, full, op.cap === undefined ? DEFAULT_CAP : num(op, 'cap')));
      }
    }
    return out;
  }

  #outcome(op: StreamOp): Fields {
    const mid = op.mid as StreamOp | undefined;
    if (mid === undefined) return this.#dispatch(op);
    let calls = 0;
    let state: 'waiting' | 'blocked' | 'done' = 'waiting';
    // What the inner operation prints besides its result lands in the outcome of the bind around it.
    const inner: Fields = {};
    const runMid = (): void => {
      state = 'done';
      this.recorder.event('mid_begin');
      this.recorder.event(`mid_end ${this.#midOp(mid, inner)}`);
    };
    this.recorder.onPageTableCall = () => {
      if (state !== 'waiting' || calls++ !== num(op, 'mid_at')) return;
      this.recorder.onPageTableCall = null;
      if (this.#blocked(mid)) {
        state = 'blocked';
        this.recorder.event('mid_blocked_on_op_lock');
      } else runMid();
    };
    const out = this.#dispatch(op);
    this.recorder.onPageTableCall = null;
    const ended = state as string;
    if (ended === 'blocked') runMid();
    else if (ended === 'waiting') out.mid_unreached = 1;
    return { ...inner, ...out };
  }

  /** Whether the operation would wait for the op_lock that the bind around it holds. */
  #blocked(op: StreamOp): boolean {
    if (op.op !== 'active' || !this.#kernel.behaviours.opLockOnActivate) return false;
    const vm = this.#vms.get(num(op, 'vm'));
    return vm?.activeCount === 0 && vm.opLock.held;
  }

  #midOp(op: StreamOp, fields: Fields): Json {
    if (op.op !== 'seq') {
      const { r, skipped: _skipped, ...rest } = this.#dispatch(op);
      Object.assign(fields, rest);
      return r;
    }
    for (const one of op.ops as StreamOp[]) this.recorder.event(`seq_ret ${this.#midOp(one, fields)}`);
    return 0;
  }

  #dispatch(op: StreamOp): Fields {
    switch (op.op) {
      case 'init':
        return this.#init(op);
      case 'vm_create':
      case 'mcu_vm_create':
        return this.#vmCreate(op);
      case 'bo_create':
        return this.#boCreate(op);
      case 'bo_destroy':
        return this.#boDestroy(op);
      case 'get_pgsize':
        return this.#pgsize(op);
      case 'pack':
        return this.#pack(op);
      case 'fault':
        return this.#fault(op);
      case 'leak':
        return this.#leak();
      case 'stuck':
        this.#device.machine.injectStuck(num(op, 'as'), num(op, 'skip'), num(op, 'times'));
        return { r: 0 };
      case 'flush_fail':
        this.#device.machine.injectFlushFailure(num(op, 'skip'), num(op, 'times'));
        return { r: 0 };
      case 'oom':
        this.#oom = { skip: num(op, 'skip'), times: op.times === undefined ? 1 : num(op, 'times') };
        return { r: 0 };
      case 'alloc_va':
        return this.#allocVa(op);
      case 'free_va':
        return this.#freeVa(op);
      case 'suspend':
      case 'resume':
      case 'pre_reset':
      case 'post_reset':
      case 'hw_reset':
      case 'unplug':
        return this.#power(op.op);
      default:
        return this.#vmOp(op);
    }
  }

  #pgsize(op: StreamOp): Fields {
    const pages = getPgsize(num(op, 'addr') | 0, num(op, 'size'));
    return { r: 0, pgsize: hex(pages < 0 ? SZ_2M : SZ_4K), count: hex(Math.abs(pages)) };
  }

  #init(op: StreamOp): Fields {
    this.#vms.clear();
    this.#bos.clear();
    this.#nodes.clear();
    this.#boCount = 0;
    this.#nodeCount = 0;
    this.#oom = { skip: 0, times: 0 };
    this.#device = new PanthorDevice({
      kernel: this.#kernel,
      mmu: {
        vaBits: op.va_bits === undefined ? 48 : num(op, 'va_bits'),
        paBits: op.pa_bits === undefined ? 40 : num(op, 'pa_bits'),
        asPresent: op.as_present === undefined ? 0xff : num(op, 'as_present'),
        coherent: num(op, 'coherent') !== 0,
        taskSize: op.task_size === undefined ? 2 ** 48 : num(op, 'task_size'),
      },
      trace: this.recorder,
      dummyLayout: (op.dummy_layout as BoLayout | undefined) ?? 'contig2M',
    });
    const { machine } = this.#device;
    machine.regs.trace = this.recorder;
    machine.memory.oom = () => {
      if (machine.memory.live > MAX_TABLE_PAGES) throw new StreamMemoryError();
      if (this.#oom.skip > 0) {
        this.#oom.skip--;
        return false;
      }
      return this.#oom.times-- > 0;
    };
    run(this.#device.mmu.init());
    this.#pool = new VmPool(this.#device);
    return { r: 0 };
  }

  #vmCreate(op: StreamOp): Fields {
    if (op.op === 'mcu_vm_create') {
      // panthor_fw_init(): 4 GiB, all of it for the firmware's interface, automatic VAs in the shared region.
      const vm = new PanthorVm(this.#device, true, 0, 2 ** 32, 0x04000000, 0x04000000);
      this.#vms.set(vm.uid, vm);
      return { r: 0, uid: vm.uid };
    }
    const id = run(this.#pool.create(num(op, 'user_va_range'), num(op, 'flags')));
    if (id < 0) return { r: id };
    const vm = this.#pool.get(id) as PanthorVm;
    this.#vms.set(vm.uid, vm);
    return {
      r: id,
      uid: vm.uid,
      user_va_range: hex(vm.userVaRange),
      kernel_va: [hex(vm.kernelVa.start), hex(vm.kernelVa.end)],
    };
  }

  #boCreate(op: StreamOp): Fields {
    const id = ++this.#boCount;
    const pieces = op.sg as [string, string, number][] | undefined;
    const sg = pieces?.map(([pa, len, folio]): SgPiece => [Number(pa), Number(len), folio]);
    const backing = sg !== undefined ? new SgTable(sg) : (op.layout as BoLayout);
    const exclusive = op.excl === undefined ? null : (this.#vms.get(num(op, 'excl')) ?? null);
    const bo = this.#device.gem.createAs(id, num(op, 'size'), exclusive, backing, num(op, 'seed'));
    bo.pin();
    this.#bos.set(id, bo);
    const { pa, len } = bo.sgt;
    const list: Json[] = [];
    let text = '';
    for (let i = 0; i < pa.length; i++) {
      text += `${pa[i].toString(16)},${len[i].toString(16)}\n`;
      if (pa.length <= 64) list.push([hex(pa[i]), hex(len[i])]);
    }
    const out: Fields = { r: id, nsg: pa.length, sgcrc: crc32(text).toString(16).padStart(8, '0') };
    if (pa.length <= 64) out.sg = list;
    return out;
  }

  #boDestroy(op: StreamOp): Fields {
    const bo = this.#bos.get(num(op, 'bo'));
    if (bo === undefined) return { r: -EINVAL };
    this.#bos.delete(num(op, 'bo'));
    bo.put();
    return { r: 0 };
  }

  #pack(op: StreamOp): Fields {
    const { b, mmu } = this.#device;
    const start = BigInt(op.start as string);
    const size = BigInt(op.size as string);
    if (!b.recordPackedRegion) {
      if (size !== 0n) run(mmu.lockRegionExact(num(op, 'as'), start, size));
      return { r: 0 };
    }
    if (size === 0n) {
      this.#device.warn('pack_region_range', 'empty-region');
      return { r: 0, region: '0x0', start: `0x${start.toString(16)}`, size: '0x0' };
    }
    packRegionExact(start, size);
    const value = (BigInt(packed[REGION_HI]) << 32n) | BigInt(packed[REGION_LO]);
    const width = value & 0x3fn;
    const base = (start >> width) << width;
    return {
      r: 0,
      region: `0x${value.toString(16)}`,
      start: `0x${base.toString(16)}`,
      size: hex(packed[REGION_SIZE]),
    };
  }

  #fault(op: StreamOp): Fields {
    const { machine, mmu } = this.#device;
    for (const [as, addr, status] of op.faults as [number, string, string][]) {
      const words = machine.regs.words;
      words[asRegister(as, AS_FAULTSTATUS) >> 2] = Number(status);
      const address = BigInt(addr);
      words[asRegister(as, AS_FAULTADDRESS) >> 2] = Number(address & 0xffffffffn);
      words[(asRegister(as, AS_FAULTADDRESS) >> 2) + 1] = Number(address >> 32n);
      machine.raiseMmuInterrupt(1 << as);
    }
    const out: Fields = { r: 0 };
    out.raw = run(mmu.irq.rawHandler());
    if (out.raw === IRQ_WAKE_THREAD) out.thread = run(mmu.irq.threadedHandler());
    return out;
  }

  #leak(): Fields {
    let reachable = 0;
    for (const vm of this.#device.mmu.vms) reachable += vm.pgtable.tables.reduce((a, n) => a + n, 0) - 1;
    return {
      r: 0,
      pt_live: this.#device.machine.memory.live - this.#device.mmu.vms.length,
      pt_reachable: reachable,
    };
  }

  #allocVa(op: StreamOp): Fields {
    const vm = this.#vms.get(num(op, 'vm'));
    if (vm === undefined) return { r: -EINVAL };
    const node = vm.allocVa(op.va === undefined ? -1 : num(op, 'va'), num(op, 'size'));
    if (typeof node === 'number') return { r: node };
    const id = ++this.#nodeCount;
    this.#nodes.set(id, { vm, node });
    return { r: 0, node: id, start: hex(node.start) };
  }

  #freeVa(op: StreamOp): Fields {
    const found = this.#nodes.get(num(op, 'node'));
    if (found === undefined) return { r: -EINVAL };
    this.#nodes.delete(num(op, 'node'));
    found.vm.freeVa(found.node);
    return { r: 0 };
  }

  #power(op: string): Fields {
    const { mmu, machine, gpu } = this.#device;
    if (op === 'suspend') run(mmu.suspend());
    else if (op === 'resume') run(mmu.resume());
    else if (op === 'pre_reset') run(mmu.preReset());
    else if (op === 'post_reset') run(mmu.postReset());
    else if (op === 'unplug') run(this.#device.unplug());
    else {
      machine.reset();
      gpu.resetDone();
      this.#device.resetPending = false;
      this.#oom = { skip: 0, times: 0 };
    }
    return { r: 0 };
  }

  #vmOp(op: StreamOp): Fields {
    const uid = num(op, 'vm');
    const vm = this.#vms.get(uid);
    // A VM that was destroyed is passed over; one that never was is refused.
    if (vm === undefined)
      return this.#device.mmu.created >= uid && uid > 0 ? { r: 0, skipped: 1 } : { r: -EINVAL };
    const { b } = this.#device;
    switch (op.op) {
      case 'vm_destroy':
        this.#vms.delete(uid);
        return { r: run(this.#pool.destroyVm(vm.id)) };
      case 'active':
        return { r: run(vm.active()) };
      case 'idle':
        if (vm.activeCount === 0) return { r: 0, skipped: 1 };
        run(vm.idle());
        return { r: 0 };
      case 'bind':
        return this.#bind(vm, op);
      case 'kmap': {
        const bo = this.#bos.get(num(op, 'bo'));
        if (bo === undefined) return { r: -EINVAL };
        const r = run(
          mapBoRange(vm, bo, num(op, 'bo_off'), num(op, 'size'), num(op, 'va'), num(op, 'flags')),
        );
        return { r };
      }
      case 'kunmap':
        return { r: run(unmapRange(vm, num(op, 'va'), num(op, 'size'))) };
      case 'lookup': {
        const found = run(vm.getBoForVa(num(op, 'va')));
        return found === null ? { r: -ENOENT } : { r: 0, bo: found.bo.id, bo_off: hex(found.offset) };
      }
      case 'get_state':
        return { r: 0 };
      case 'lock':
        if (!b.lockAroundOp) return { r: 0, skipped: 1 };
        return { r: run(lockRegion(vm, num(op, 'start'), num(op, 'size'))) };
      case 'unlock':
        if (!b.lockAroundOp) return { r: 0, skipped: 1 };
        run(unlockRegion(vm));
        return { r: 0 };
      case 'flush_all':
        if (!b.flushOnEnable || b.lockFlushUnlock) return { r: 0, skipped: 1 };
        return { r: run(flushRange(vm, 0, vm.fullRange)) };
      default:
        throw new Error(`unknown operation '${op.op}'`);
    }
  }

  #bind(vm: PanthorVm, op: StreamOp): Fields {
    const bindOp = {
      flags: num(op, 'flags'),
      boHandle: num(op, 'bo'),
      boOffset: num(op, 'bo_off'),
      va: num(op, 'va'),
      size: num(op, 'size'),
      syncCount: num(op, 'nsync'),
    };
    if (num(op, 'async') === 0) return { r: run(vm.bindExecSyncOp(this.lookup, bindOp)) };
    const job = vm.bindJobCreate(this.lookup, bindOp);
    if (typeof job === 'number') return { r: job };
    const fence = run(job.run());
    run(job.cleanup());
    return { r: 0, fence };
  }
}
