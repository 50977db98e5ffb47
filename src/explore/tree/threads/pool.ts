/** The VM pool of a tree's driver, and the thread that its GPU interrupt runs on. */
import type { Op, Waitable } from '../../../coroutine/op.ts';
import type { VmPool } from '../../../driver/mmu/vm-pool.ts';
import type { Calls } from '../calls.ts';
import type { TreeDriver } from '../driver.ts';
import type { TreeIrq } from './device.ts';
import type { TreeVm } from './vm.ts';

const IRQ_WAKE_THREAD = 2;

/** The surface of VmPool that the harness uses. */
export class TreePool implements Pick<VmPool, 'create' | 'destroyVm'> {
  readonly #calls: Calls;
  readonly #driver: TreeDriver;

  constructor(calls: Calls, driver: TreeDriver) {
    this.#calls = calls;
    this.#driver = driver;
  }

  /** Before the threads begin. */
  create(range: number, flags: number): number {
    return this.#calls.runToQuiescence(this.#calls.call('vmCreate', range, flags));
  }

  get(id: number): TreeVm {
    return this.#driver.vm(id);
  }

  destroyVm(id: number): Op<number> {
    return this.#calls.call('vmDestroy', this.#driver.uidOf(id));
  }
}

/** Serves the GPU block's interrupt for ever. */
export function* gpuInterrupts(irq: TreeIrq, raised: Waitable): Op<void> {
  for (;;) {
    yield raised;
    const ret = yield* irq.rawHandler();
    if (ret === IRQ_WAKE_THREAD) yield* irq.threadedHandler();
  }
}
