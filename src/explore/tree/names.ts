/** Names of a tree's locks and queues, for those who show what a thread waits for. */
import type { TreeKernel } from '../../tree/kernel.ts';
import type { View } from './view.ts';

export class Names {
  readonly #kernel: TreeKernel;
  readonly #view: View;
  readonly #known = new Map<number, string>();
  #vms = -1;

  constructor(kernel: TreeKernel, view: View) {
    this.#kernel = kernel;
    this.#view = view;
  }

  /** The name of the lock or the queue at an address. Which VM has which lock is settled as long as no VM is made. */
  of(object: number): string {
    if (this.#vms !== this.#view.vmCount) {
      this.#vms = this.#view.vmCount;
      this.#known.clear();
    }
    let name = this.#known.get(object);
    if (name === undefined) {
      this.#kernel.mailbox.object = object;
      this.#kernel.native.nameOf();
      name = this.#kernel.mailbox.text;
      this.#known.set(object, name);
    }
    return name;
  }
}
