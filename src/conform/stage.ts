/** What the operations of one stream act on: a device, and what they have made, by the numbers that the stream uses. */
import { run } from '../coroutine/op.ts';
import { PanthorDevice } from '../driver/device.ts';
import type { GemObject } from '../driver/gem/gem.ts';
import type { BoLayout } from '../driver/gem/sg.ts';
import type { Kernel } from '../driver/kernels.ts';
import type { KernelNode } from '../driver/mmu/drm-mm.ts';
import type { PanthorVm } from '../driver/mmu/vm.ts';
import { VmPool } from '../driver/mmu/vm-pool.ts';
import { num, type StreamOp } from './op-fields.ts';
import { Recorder } from './recorder.ts';

/** Page-table pages of one stream: 128 MiB, and 16 million leaves, which are read back after each operation. */
const MAX_TABLE_PAGES = 1 << 15;

/** A stream asks for more memory than the model gives it. */
export class StreamMemoryError extends Error {
  constructor() {
    super(`it needs more than ${MAX_TABLE_PAGES} page-table pages`);
    this.name = 'StreamMemoryError';
  }
}

export class Stage {
  readonly kernel: Kernel;
  readonly recorder = new Recorder();
  device!: PanthorDevice;
  pool!: VmPool;
  /** Live VMs by uid; the handle is the VM's id. */
  readonly vms = new Map<number, PanthorVm>();
  readonly bos = new Map<number, GemObject>();
  boCount = 0;
  readonly nodes = new Map<number, { vm: PanthorVm; node: KernelNode }>();
  nodeCount = 0;
  /** Allocations of table pages that still succeed, and then those that fail. */
  oom = { skip: 0, times: 0 };

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  lookupGem(handle: number): GemObject | undefined {
    return this.bos.get(handle);
  }

  /** The operation `init`: begins anew with another device. */
  init(op: StreamOp): void {
    this.vms.clear();
    this.bos.clear();
    this.nodes.clear();
    this.boCount = 0;
    this.nodeCount = 0;
    this.oom = { skip: 0, times: 0 };
    this.device = new PanthorDevice({
      kernel: this.kernel,
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
    const { machine } = this.device;
    machine.regs.trace = this.recorder;
    machine.memory.oom = () => {
      if (machine.memory.live > MAX_TABLE_PAGES) throw new StreamMemoryError();
      if (this.oom.skip > 0) {
        this.oom.skip--;
        return false;
      }
      return this.oom.times-- > 0;
    };
    run(this.device.mmu.init());
    this.pool = new VmPool(this.device);
  }
}
