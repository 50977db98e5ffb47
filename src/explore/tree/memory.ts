/** Physical memory of tables, as a scenario's machine and its checks look at it. */
import type { TreeKernel } from '../../tree/kernel.ts';
import { TreeTables } from '../../tree/tables.ts';
import type { View } from './view.ts';

export class TreeMemory extends TreeTables {
  readonly #kernel: TreeKernel;
  readonly #view: View;

  constructor(kernel: TreeKernel, view: View) {
    super(kernel);
    this.#kernel = kernel;
    this.#view = view;
  }

  /** What is promised to operations is the kernel's own account. */
  readonly reserved = 0;

  /**
   * Tables in use, roots included. While a call is under way, or a job waits, some are promised to it and have no owner
   * yet: then it is as many as the VMs have, and nothing is judged.
   */
  get live(): number {
    const { native } = this.#kernel;
    let counted = 0;
    let roots = 0;
    for (let uid = 1; uid <= this.#view.vmCount; uid++) {
      const tables = native.countTables(uid);
      counted += tables;
      if (tables > 0) roots++;
    }
    return this.#view.alive !== 0 || this.#view.jobs > 0 ? counted : this.#view.tablesLive + roots;
  }
}
