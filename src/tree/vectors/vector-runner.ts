/** Plays the operations of a vector stream on a tree's driver and says what came out, as conform/model.ts does on the model. */
import { showsContents } from '../../conform/model.ts';
import type { Fields, StreamOp } from '../../conform/op-fields.ts';
import { Recorder } from '../../conform/recorder.ts';
import type { BuiltTree } from '../build.ts';
import { Places } from '../faults.ts';
import { TreeKernel } from '../kernel.ts';
import { Runner } from '../runner.ts';
import { Warnings } from '../warnings.ts';
import { OUTER, VectorCalls } from './vector-calls.ts';
import { num } from './vector-fields.ts';
import { Questions } from './vector-questions.ts';

/** Runs printed in full unless the operation says otherwise. */
const DEFAULT_CAP = 400;
/** The thread of an operation inside another. */
const INNER = 1;

export class TreeVectorRunner {
  /** As ModelRunner has it. */
  looks = true;
  readonly #kernel: TreeKernel;
  readonly #recorder = new Recorder();
  readonly #runner: Runner;
  readonly #questions: Questions;
  readonly #calls: VectorCalls;

  constructor(tree: BuiltTree) {
    this.#kernel = new TreeKernel(tree);
    const explain = { warnings: new Warnings(tree.mirror), places: new Places(tree) };
    this.#runner = new Runner(this.#kernel, explain, this.#recorder);
    this.#runner.registers = this.#recorder;
    this.#questions = new Questions(this.#kernel, this.#runner);
    this.#calls = new VectorCalls(this.#kernel, this.#runner, this.#questions);
  }

  /** Runs one operation; its outcome as the vectors have it. */
  step(op: StreamOp): Fields {
    this.#recorder.clear();
    const out = this.#outcome(op);
    Object.assign(out, this.#recorder.fields());
    const state = this.#questions.state();
    out.vms = state.vms;
    out.as = state.as;
    if (state.resetPending) out.reset_pending = 1;
    if (this.looks && showsContents(op)) {
      const uid = num(op, 'vm');
      if (this.#calls.vms.has(uid)) {
        const full = op.op === 'get_state' || num(op, 'dump') !== 0;
        Object.assign(out, this.#questions.contents(uid, full, num(op, 'cap', DEFAULT_CAP)));
      }
    }
    return out;
  }

  #outcome(op: StreamOp): Fields {
    const mid = op.mid as StreamOp | undefined;
    if (mid === undefined) return this.#calls.dispatch(op, OUTER);
    let calls = 0;
    let state: 'waiting' | 'blocked' | 'done' = 'waiting';
    const inner: Fields = {};
    this.#runner.onTable = () => {
      if (state !== 'waiting' || calls++ !== num(op, 'mid_at')) return;
      this.#runner.onTable = null;
      state = this.#mid(mid, inner);
    };
    const out = this.#calls.dispatch(op, OUTER);
    this.#runner.onTable = null;
    const ended = state as string;
    if (ended === 'blocked') {
      this.#recorder.event('mid_begin');
      this.#runner.resume(INNER);
      this.#recorder.event(`mid_end ${this.#kernel.mailbox.result(0)}`);
      if (mid.op === 'lookup') Object.assign(inner, this.#calls.found());
    } else if (ended === 'waiting') out.mid_unreached = 1;
    return { ...inner, ...out };
  }

  /** The operation inside. Where it has to wait for what the one around it holds, it runs after that. */
  #mid(op: StreamOp, fields: Fields): 'blocked' | 'done' {
    this.#recorder.event('mid_begin');
    const {
      r,
      skipped: _skipped,
      blocked,
      ...rest
    } = op.op === 'seq' ? this.#seq(op, fields) : this.#calls.dispatch(op, INNER);
    Object.assign(fields, rest);
    if (blocked === 1) {
      this.#recorder.t.pop();
      this.#recorder.event('mid_blocked_on_op_lock');
      return 'blocked';
    }
    this.#recorder.event(`mid_end ${r}`);
    return 'done';
  }

  #seq(op: StreamOp, fields: Fields): Fields {
    for (const one of op.ops as StreamOp[]) {
      const { r, skipped: _skipped, ...rest } = this.#calls.dispatch(one, INNER);
      Object.assign(fields, rest);
      this.#recorder.event(`seq_ret ${r}`);
    }
    return { r: 0 };
  }
}
