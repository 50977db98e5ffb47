/** What invariants look at in a tree's driver: words that panthor/view.c writes, read between two steps. */
import type { TreeKernel } from '../../tree/kernel.ts';

/** Words of the device, and of each VM (native-stubs/tree/kernel/panthor/view.c). */
const DEVICE_WORDS = 12;
const VM_WORDS = 15;

/** Where in a VM's words what is. */
export const VM_ALLOCATED = 0;
export const VM_AS = 1;
export const VM_ACTIVE = 2;
export const VM_FLAGS = 3;
export const VM_LOCK_START = 4;
export const VM_LOCK_SIZE = 5;
export const VM_TTBR = 6;
export const VM_OP_CTX = 7;
export const VM_OP_VA = 8;
export const VM_OP_RANGE = 9;
export const VM_OP_FLAGS = 10;
export const VM_OP_BO_OFFSET = 11;
export const VM_OP_BO = 12;
export const VM_OP_LOCK = 13;
export const VM_STOPPED = 14;

export class View {
  readonly #kernel: TreeKernel;
  #stale = true;
  /** What is seen of VMs has changed since TreeDriver.isNews() was asked last. */
  unseen = true;
  /** Slots that the machine has. */
  slotCount = 0;
  /** What slots() has made of the words: one array, filled anew where they are. */
  readonly #slots: unknown[] = [];
  #slotsAreOld = true;
  readonly #lru: unknown[] = [];

  constructor(kernel: TreeKernel) {
    this.#kernel = kernel;
  }

  /** The driver has moved: what was read is old. */
  moved(): void {
    this.#stale = true;
    if (this.#kernel.mailbox.moved) this.unseen = true;
  }

  /** The driver is back where it was before. `unseen`: and whether what it was then had not been looked at. */
  back(unseen: boolean): void {
    this.#stale = true;
    this.unseen = unseen;
  }

  #word(i: number): number {
    if (this.#stale) {
      if (!this.#kernel.mailbox.viewed) this.#kernel.native.view();
      this.#stale = false;
      this.#slotsAreOld = true;
    }
    return this.#kernel.mailbox.view(i);
  }

  /** VMs that were made so far. */
  get vmCount(): number {
    return this.#word(5);
  }

  /** Jobs of asynchronous binds that hold what was allocated for them. */
  get jobs(): number {
    return this.#word(6);
  }

  /** What the driver believes MMU_INT_MASK to be, whether the line is on, and whether it is being handled. */
  get interruptMask(): number {
    return this.#word(7);
  }

  get interruptState(): 'active' | 'changing' | 'suspended' {
    return (['active', 'changing', 'suspended'] as const)[this.#word(8)];
  }

  get interruptHandled(): boolean {
    return (this.#word(9) & 1) !== 0;
  }

  /** The same of the GPU block's line. */
  get gpuInterruptHandled(): boolean {
    return (this.#word(9) & 2) !== 0;
  }

  /** Bits of the threads whose calls are under way. */
  get alive(): number {
    return this.#word(10);
  }

  /** Tables in use, but for roots. */
  get tablesLive(): number {
    return this.#word(11);
  }

  get allocMask(): number {
    return this.#word(0);
  }

  get faultyMask(): number {
    return this.#word(1);
  }

  get resetPending(): boolean {
    return this.#word(2) !== 0;
  }

  get unplugged(): boolean {
    return this.#word(3) !== 0;
  }

  get slotsLockHeld(): boolean {
    return this.#word(4) !== 0;
  }

  /** A word of a VM; of one that was freed, all are 0. */
  vm(uid: number, word: number): number {
    return this.#word(DEVICE_WORDS + (uid - 1) * VM_WORDS + word);
  }

  #afterVms(): number {
    return DEVICE_WORDS + this.#word(5) * VM_WORDS;
  }

  /** By slot, of those that the machine has and up to the last that the driver uses, which of `vms` is in it; null for none. */
  slots<T>(vms: readonly T[]): readonly (T | null)[] {
    const from = this.#afterVms();
    if (this.#slotsAreOld) {
      const used = this.#word(from);
      const count = Math.max(used, this.slotCount);
      // To set a length takes V8 long, even the one that it has.
      if (this.#slots.length !== count) this.#slots.length = count;
      for (let as = 0; as < count; as++) {
        const uid = as < used ? this.#word(from + 1 + as) : 0;
        this.#slots[as] = uid > 0 ? vms[uid - 1] : null;
      }
      this.#slotsAreOld = false;
    }
    return this.#slots as (T | null)[];
  }

  /** Those of `vms` that are in the LRU list, oldest first; the same array each time. */
  lru<T>(vms: readonly T[]): readonly T[] {
    const lru = this.#lru as T[];
    const slots = this.#afterVms();
    let count = 0;
    for (let i = slots + 1 + this.#word(slots); this.#word(i) !== 0; i++)
      lru[count++] = vms[this.#word(i) - 1];
    if (lru.length !== count) lru.length = count;
    return lru;
  }
}
