/** Plays the operations of a vector stream on the model and says what came out. */

import type { PanthorDevice } from '../driver/device.ts';
import type { Kernel } from '../driver/kernels.ts';
import { boCreate, boDestroy, fault, leak, pack, pgsize, power } from './device-ops.ts';
import { type Fields, num, type StreamOp } from './op-fields.ts';
import type { Json, Recorder } from './recorder.ts';
import { Stage } from './stage.ts';
import { asState, vmContents, vmStates } from './state.ts';
import { allocVa, freeVa, vmCreate, vmOp } from './vm-ops.ts';

/** Runs printed in full unless the operation says otherwise. */
const DEFAULT_CAP = 400;

/** Whether the outcome of an operation says what is mapped in its VM. */
export function showsContents({ op }: StreamOp): boolean {
  return op === 'bind' || op === 'kmap' || op === 'kunmap' || op === 'get_state';
}

/** Plays a stream on the model. */
export class ModelRunner {
  /** Whether what is mapped is looked at after operations that say it, which takes as long as the VM is large. */
  looks = true;
  readonly #stage: Stage;

  constructor(kernel: Kernel) {
    this.#stage = new Stage(kernel);
  }

  get recorder(): Recorder {
    return this.#stage.recorder;
  }

  get device(): PanthorDevice {
    return this.#stage.device;
  }

  /** Runs one operation; its outcome as the vectors have it. */
  step(op: StreamOp): Fields {
    this.recorder.clear();
    const out = this.#outcome(op);
    Object.assign(out, this.recorder.fields());
    out.vms = vmStates(this.device);
    out.as = asState(this.device);
    if (this.device.resetPending) out.reset_pending = 1;
    if (this.looks && showsContents(op)) {
      const vm = this.#stage.vms.get(num(op, 'vm'));
      if (vm !== undefined) {
        const full = op.op === 'get_state' || num(op, 'dump') !== 0;
        Object.assign(out, vmContents(vm, full, op.cap === undefined ? DEFAULT_CAP : num(op, 'cap')));
      }
    }
    return out;
  }

  /** Table pages of the VM with that number, 0 where there is none. */
  tablesOf(uid: number): number {
    return this.#stage.vms.get(uid)?.pgtable.tables.reduce((sum, count) => sum + count, 0) ?? 0;
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
    const vm = this.#stage.vms.get(num(op, 'vm'));
    if (vm?.opLock.held !== true) return false;
    if (op.op === 'active') return this.#stage.kernel.behaviours.opLockOnActivate && vm.activeCount === 0;
    return op.op === 'lookup';
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
        this.#stage.init(op);
        return { r: 0 };
      case 'vm_create':
      case 'mcu_vm_create':
        return vmCreate(this.#stage, op);
      case 'bo_create':
        return boCreate(this.#stage, op);
      case 'bo_destroy':
        return boDestroy(this.#stage, op);
      case 'get_pgsize':
        return pgsize(op);
      case 'pack':
        return pack(this.#stage, op);
      case 'fault':
        return fault(this.#stage, op);
      case 'leak':
        return leak(this.#stage);
      case 'stuck':
        this.device.machine.injectStuck(num(op, 'as'), num(op, 'skip'), num(op, 'times'));
        return { r: 0 };
      case 'flush_fail':
        this.device.machine.injectFlushFailure(num(op, 'skip'), num(op, 'times'));
        return { r: 0 };
      case 'oom':
        this.#stage.oom = { skip: num(op, 'skip'), times: op.times === undefined ? 1 : num(op, 'times') };
        return { r: 0 };
      case 'alloc_va':
        return allocVa(this.#stage, op);
      case 'free_va':
        return freeVa(this.#stage, op);
      case 'suspend':
      case 'resume':
      case 'pre_reset':
      case 'post_reset':
      case 'hw_reset':
      case 'unplug':
        return power(this.#stage, op.op);
      default:
        return vmOp(this.#stage, op);
    }
  }
}
