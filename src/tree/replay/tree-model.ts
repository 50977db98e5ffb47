/** A capture's calls put in front of a kernel tree's own driver, with the model beside it (beside.ts). */
import type { CaptureRecord } from '../../capture/record.ts';
import type { VmCalls } from '../../driver/base/warn.ts';
import type { ClientFile } from '../../replay/client-file.ts';
import { BLOCKED, type ModelOptions, ReplayModel } from '../../replay/model.ts';
import { ARGUMENT_ADDRESS } from '../../replay/payload.ts';
import type { BuiltTree } from '../build.ts';
import { NO_TRACE } from '../notes.ts';
import { Beside } from './beside.ts';
import { ARGUMENT_AT } from './client-calls.ts';

export class TreeReplayModel extends ReplayModel {
  readonly beside: Beside;

  constructor(tree: BuiltTree, options: ModelOptions) {
    super({ ...options, trace: null });
    const beside = new Beside(tree, this.drv, options.trace ?? NO_TRACE);
    const { machine, runner, warnings } = beside.calls;
    this.beside = beside;
    this.seen = {
      machine: machine.machine,
      tables: beside.tables,
      stats: machine.stats,
      warnings: warnings.counts,
      vm: (vm) => beside.vmOf(vm),
      traceRegisters: (trace) => {
        runner.registers = trace;
      },
      listen: (calls: VmCalls | null) => {
        beside.forward.next = calls;
      },
    };
  }

  protected override opened({ file }: ClientFile): void {
    this.beside.opened(file);
  }

  protected override released({ file }: ClientFile): void {
    this.beside.released(file);
  }

  override call(record: CaptureRecord, file: ClientFile): number {
    const { mem, argAt, beside } = this;
    const call = {
      index: record.index,
      file: file.file,
      request: record.request,
      mem,
      argAt,
      argAddr: ARGUMENT_ADDRESS,
      to: ARGUMENT_AT,
      nowNs: this.timeNs,
    };
    const ret = beside.call(call, () => super.call(record, file));
    if (ret !== BLOCKED && beside.waiting?.model === true) super.cancel(file);
    if (ret !== BLOCKED) beside.waiting = null;
    return ret;
  }

  override cancel(file: ClientFile): void {
    if (this.beside.waiting?.tree) this.beside.calls.interrupt();
    this.beside.waiting = null;
    super.cancel(file);
  }
}
