/** The VM pool of a tree's driver. */
import type { Op } from '../../../coroutine/op.ts';
import type { VmPool } from '../../../driver/mmu/vm-pool.ts';
import type { Calls } from '../calls.ts';
import type { TreeDriver } from '../driver.ts';
import type { TreeVm } from './vm.ts';

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
