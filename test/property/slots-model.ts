/** Address space slots told simply: who sits where, who was idle first. Two slots besides the firmware's. */
export interface SlotUser {
  /** Slot, -1 for none. */
  as: number;
  active: number;
  unhandledFault: boolean;
}

export const AS_PRESENT = 0b0111;
const SLOTS = [1, 2];

export class SlotsModel<V extends SlotUser> {
  readonly owner = new Map<number, V>();
  /** Idle users that kept their slot, oldest first. */
  readonly lru: V[] = [];
  readonly faulty = new Set<number>();
  /** Slots whose tables the GPU uses; the others stand disabled or are as their last user left them. */
  readonly enabled = new Set<number>();

  /** Whether the user gets a slot. */
  activate(vm: V): boolean {
    if (vm.active > 0) {
      vm.active++;
      return true;
    }
    if (vm.as < 0) {
      let as = SLOTS.find((one) => !this.owner.has(one));
      if (as === undefined) {
        const oldest = this.lru[0];
        if (oldest === undefined) return false;
        as = oldest.as;
        this.release(oldest);
      }
      vm.as = as;
      this.owner.set(as, vm);
      this.#enable(vm);
    } else if (this.faulty.has(vm.as)) this.#enable(vm);
    vm.active = 1;
    this.#forget(vm);
    return true;
  }

  idle(vm: V): void {
    if (--vm.active === 0) this.lru.push(vm);
  }

  fault(vm: V): void {
    this.faulty.add(vm.as);
    this.enabled.delete(vm.as);
    vm.unhandledFault = true;
  }

  release(vm: V): void {
    if (vm.as < 0) return;
    this.owner.delete(vm.as);
    this.enabled.delete(vm.as);
    this.#forget(vm);
    vm.as = -1;
    vm.active = 0;
  }

  releaseAll(): void {
    for (const vm of [...this.owner.values()]) this.release(vm);
  }

  #enable(vm: V): void {
    this.faulty.delete(vm.as);
    this.enabled.add(vm.as);
    vm.unhandledFault = false;
  }

  #forget(vm: V): void {
    const at = this.lru.indexOf(vm);
    if (at >= 0) this.lru.splice(at, 1);
  }
}
