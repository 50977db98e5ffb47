/** Objects of a tree's driver, and operations under way, as the checks of the model look at them. */
import {
  type View,
  VM_OP_BO,
  VM_OP_BO_OFFSET,
  VM_OP_CTX,
  VM_OP_FLAGS,
  VM_OP_RANGE,
  VM_OP_VA,
} from './view.ts';

/** A contiguous object, from that physical address on. */
export class TreeObject {
  readonly id: number;
  readonly sgt: { pa: number[] };
  /** The kernel counts by itself: an object that nothing leads to any more is found as a leak. */
  readonly refs = 0;

  constructor(id: number, pa: number) {
    this.id = id;
    this.sgt = { pa: [pa] };
  }

  pin(): boolean {
    return true;
  }
}

/** An operation under way, as reference.ts looks at it. */
export interface SeenOp {
  va: number;
  range: number;
  flags: number;
  boOffset: number;
  bo: TreeObject | null;
}

/** The operation of a VM that was seen last, as long as it is under way: the same object for the same operation. */
export class Seen {
  readonly #uid: number;
  readonly #view: View;
  readonly #object: (number: number) => TreeObject | null;
  #op: SeenOp | null = null;

  constructor(uid: number, view: View, object: (number: number) => TreeObject | null) {
    this.#uid = uid;
    this.#view = view;
    this.#object = object;
  }

  operation(): SeenOp | null {
    const word = (i: number): number => this.#view.vm(this.#uid, i);
    if (word(VM_OP_CTX) === 0) {
      this.#op = null;
      return null;
    }
    this.#op ??= {
      va: word(VM_OP_VA),
      range: word(VM_OP_RANGE),
      flags: word(VM_OP_FLAGS),
      boOffset: word(VM_OP_BO_OFFSET),
      bo: this.#object(word(VM_OP_BO)),
    };
    return this.#op;
  }

  /** What a state remembers of this, to be given back with it; null for the initial one. */
  save(): SeenOp | null {
    return this.#op;
  }

  restore(op: SeenOp | null): void {
    this.#op = op;
  }
}
