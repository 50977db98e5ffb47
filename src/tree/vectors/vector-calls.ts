/** The operations of a vector stream as calls of a tree's driver. */
import { hex } from '../../../uapi/hex.ts';
import type { Fields, StreamOp } from '../../conform/op-fields.ts';
import { IRQ_WAKE_THREAD } from '../../driver/base/irq.ts';
import { type BoLayout, layoutPieces, type SgPiece } from '../../driver/gem/sg.ts';
import type { CallName } from '../calls.ts';
import type { TreeKernel } from '../kernel.ts';
import { TreeMachine } from '../machine.ts';
import type { Runner } from '../runner.ts';
import { num, runsOf, type Value, value } from './vector-fields.ts';
import { ASKING, type Questions } from './vector-questions.ts';

const EINVAL = 22;
/** The object behind sparse mappings, bytes. */
const DUMMY_SIZE = 0x200000;
const LINE_MMU = 1;
/** The kernel's thread that runs a stream's operations. */
export const OUTER = 0;
/** Calls without arguments, by operation. */
const POWER: Readonly<Record<string, CallName>> = {
  suspend: 'suspend',
  resume: 'resume',
  pre_reset: 'preReset',
  post_reset: 'postReset',
  unplug: 'unplug',
};

export class VectorCalls {
  readonly #kernel: TreeKernel;
  readonly #runner: Runner;
  readonly #questions: Questions;
  /** VMs that were not destroyed. */
  readonly vms = new Set<number>();
  readonly #nodes = new Map<number, { vm: number; node: bigint }>();
  #nodeCount = 0;
  /** Objects whose handle is there, and how many were made. */
  readonly #bos = new Set<number>();
  #made = 0;
  /** The number of the youngest VM. */
  #lastUid = 0;

  constructor(kernel: TreeKernel, runner: Runner, questions: Questions) {
    this.#kernel = kernel;
    this.#runner = runner;
    this.#questions = questions;
  }

  #has(feature: string): boolean {
    return this.#kernel.tree.features.some((f) => f.name === feature && f.found);
  }

  /** A call whose result is its return value. */
  #call(thread: number, name: CallName, ...args: Value[]): Fields {
    return this.#runner.call(thread, name, args) === 'blocked'
      ? { r: 0, blocked: 1 }
      : { r: this.#kernel.mailbox.result(0) };
  }

  /** Runs one operation on a thread of the kernel; what came out besides what was recorded. */
  dispatch(op: StreamOp, thread: number): Fields {
    const { mailbox } = this.#kernel;
    const power = POWER[op.op];
    if (power !== undefined) return this.#call(thread, power);
    switch (op.op) {
      case 'init':
        return this.#init(op);
      case 'vm_create':
      case 'mcu_vm_create':
        return this.#vmCreate(op);
      case 'bo_create':
        return this.#boCreate(op);
      case 'bo_destroy':
        if (!this.#bos.delete(num(op, 'bo'))) return { r: -EINVAL };
        return this.#call(thread, 'boDestroy', num(op, 'bo'));
      case 'get_pgsize': {
        this.#runner.call(thread, 'pageSize', [value(op, 'addr'), value(op, 'size')]);
        return { r: 0, pgsize: hex(mailbox.result(1)), count: hex(mailbox.result(2)) };
      }
      case 'pack': {
        const out = this.#call(thread, 'pack', value(op, 'start'), value(op, 'size'), num(op, 'as'));
        if (!this.#has('PACK_REGION')) return out;
        const [region, start, size] = [1, 2, 3].map((i) => hex(mailbox.word(i)));
        return { ...out, region, start, size };
      }
      case 'fault':
        return this.#fault(op, thread);
      case 'leak':
        return this.#questions.leak();
      case 'stuck':
        this.#runner.machine.machine.injectStuck(num(op, 'as'), num(op, 'skip'), num(op, 'times'));
        return { r: 0 };
      case 'flush_fail':
        this.#runner.machine.machine.injectFlushFailure(num(op, 'skip'), num(op, 'times'));
        return { r: 0 };
      case 'oom':
        return this.#call(ASKING, 'setOom', num(op, 'skip'), num(op, 'times', 1));
      case 'hw_reset':
        this.#runner.machine.machine.reset();
        this.#runner.call(thread, 'softReset', [], false);
        this.#runner.call(thread, 'clearReset', [], false);
        this.#kernel.mailbox.clearNotes();
        return this.#call(ASKING, 'setOom', 0, 0);
      case 'alloc_va':
        return this.#allocVa(op, thread);
      case 'free_va': {
        const found = this.#nodes.get(num(op, 'node'));
        if (found === undefined) return { r: -EINVAL };
        this.#nodes.delete(num(op, 'node'));
        if (!this.vms.has(found.vm)) return { r: 0, skipped: 1 };
        return this.#call(thread, 'freeVa', found.vm, found.node);
      }
      default:
        return this.#vmOp(op, thread);
    }
  }

  #init(op: StreamOp): Fields {
    this.vms.clear();
    this.#nodes.clear();
    this.#bos.clear();
    this.#nodeCount = 0;
    this.#made = 0;
    this.#lastUid = 0;
    const asPresent = num(op, 'as_present', 0xff);
    const vaBits = num(op, 'va_bits', 48);
    const paBits = num(op, 'pa_bits', 40);
    this.#kernel.reset();
    this.#runner.machine = new TreeMachine({ asPresent, vaBits, paBits });
    const layout = (op.dummy_layout as BoLayout | undefined) ?? 'contig2M';
    this.#kernel.setBacking(runsOf(layoutPieces(layout, 0, DUMMY_SIZE, 0)));
    return this.#call(
      OUTER,
      'init',
      asPresent,
      vaBits,
      paBits,
      num(op, 'coherent'),
      value(op, 'task_size', 2 ** 48),
    );
  }

  #vmCreate(op: StreamOp): Fields {
    const { mailbox } = this.#kernel;
    const mcu = op.op === 'mcu_vm_create';
    const out = mcu
      ? this.#call(OUTER, 'mcuVmCreate')
      : this.#call(OUTER, 'vmCreate', value(op, 'user_va_range'), num(op, 'flags'));
    if ((out.r as number) < 0) return out;
    const uid = mailbox.result(1);
    this.vms.add(uid);
    this.#lastUid = uid;
    if (mcu) return { ...out, uid };
    const [range, start, end] = [2, 3, 4].map((i) => hex(mailbox.result(i)));
    return { ...out, uid, user_va_range: range, kernel_va: [start, end] };
  }

  /** What a lookup that has ended came to besides its result. */
  found(): Fields {
    const { mailbox } = this.#kernel;
    return mailbox.result(0) === 0 ? { bo: mailbox.result(1), bo_off: hex(mailbox.result(2)) } : {};
  }

  #boCreate(op: StreamOp): Fields {
    const { mailbox } = this.#kernel;
    const id = this.#made + 1;
    const pieces = op.sg as [string, string, number][] | undefined;
    const size = num(op, 'size');
    this.#kernel.setBacking(
      runsOf(
        pieces?.map(([pa, len, folio]): SgPiece => [Number(pa), Number(len), folio]) ??
          layoutPieces(op.layout as BoLayout, id, size, num(op, 'seed')),
      ),
    );
    const out = this.#call(OUTER, 'boCreate', size, num(op, 'excl'));
    if ((out.r as number) < 0) return out;
    this.#bos.add(out.r as number);
    this.#made = out.r as number;
    return { ...out, ...this.#questions.scatterList(out.r as number, mailbox.result(1)) };
  }

  #fault(op: StreamOp, thread: number): Fields {
    for (const [as, address, status] of op.faults as [number, string, string][])
      this.#runner.machine.fault(as, BigInt(address), Number(status));
    const raw = this.#call(thread, 'rawInterrupt', LINE_MMU).r as number;
    if (raw !== IRQ_WAKE_THREAD) return { r: 0, raw };
    return { r: 0, raw, thread: this.#call(thread, 'threadedInterrupt', LINE_MMU).r };
  }

  #allocVa(op: StreamOp, thread: number): Fields {
    const uid = num(op, 'vm');
    if (!this.vms.has(uid)) return this.#without(uid);
    const out = this.#call(thread, 'allocVa', uid, value(op, 'va', -1), value(op, 'size'));
    if (out.r !== 0) return out;
    const node = ++this.#nodeCount;
    const { mailbox } = this.#kernel;
    this.#nodes.set(node, { vm: uid, node: mailbox.word(1) });
    return { ...out, node, start: hex(mailbox.result(2)) };
  }

  /** What an operation comes to on a VM that is not there: passed over where it was destroyed, refused where it never was. */
  #without(uid: number): Fields {
    return uid > 0 && uid <= this.#lastUid ? { r: 0, skipped: 1 } : { r: -EINVAL };
  }

  #vmOp(op: StreamOp, thread: number): Fields {
    const uid = num(op, 'vm');
    const { mailbox } = this.#kernel;
    if (!this.vms.has(uid)) return this.#without(uid);
    switch (op.op) {
      case 'vm_destroy':
        this.vms.delete(uid);
        return this.#call(thread, 'vmDestroy', uid);
      case 'active':
        return this.#call(thread, 'active', uid);
      case 'idle':
        if (this.#questions.activeCount(uid) === 0) return { r: 0, skipped: 1 };
        return this.#call(thread, 'idle', uid);
      case 'bind': {
        const args = ['flags', 'bo', 'bo_off', 'va', 'size', 'nsync', 'async'].map((key) => value(op, key));
        const out = this.#call(thread, 'bind', uid, ...args);
        return num(op, 'async') !== 0 && out.r === 0 ? { ...out, fence: mailbox.result(1) } : out;
      }
      case 'kmap': {
        const args = ['bo', 'bo_off', 'size', 'va', 'flags'].map((key) => value(op, key));
        return this.#call(thread, 'kmap', uid, ...args);
      }
      case 'kunmap':
        return this.#call(thread, 'kunmap', uid, value(op, 'va'), value(op, 'size'));
      case 'lookup': {
        const out = this.#call(thread, 'lookup', uid, value(op, 'va'));
        // One that has to wait has no answer yet.
        return out.blocked === 1 ? out : { ...out, ...this.found() };
      }
      case 'get_state':
        return { r: 0 };
      case 'lock':
        if (!this.#has('LOCKED_REGION')) return { r: 0, skipped: 1 };
        return this.#call(thread, 'lock', uid, value(op, 'start'), value(op, 'size'));
      case 'unlock':
        if (!this.#has('LOCKED_REGION')) return { r: 0, skipped: 1 };
        return this.#call(thread, 'unlock', uid);
      case 'flush_all':
        if (!this.#has('FLUSH_ALL')) return { r: 0, skipped: 1 };
        return this.#call(thread, 'flushAll', uid);
      default:
        throw new Error(`unknown operation '${op.op}'`);
    }
  }
}
