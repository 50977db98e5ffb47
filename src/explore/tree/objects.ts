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

/** The operations of a VM: the same object for the same operation as long as it is under way. */
export class Seen {
  readonly #uid: number;
  readonly #view: View;
  readonly #object: (number: number) => TreeObject | null;
  /** All that were seen: of two that ask for the same there is something in between. */
  readonly #known: SeenOp[] = [];
  #last: SeenOp | null = null;

  constructor(uid: number, view: View, object: (number: number) => TreeObject | null) {
    this.#uid = uid;
    this.#view = view;
    this.#object = object;
  }

  operation(): SeenOp | null {
    if (this.#view.vm(this.#uid, VM_OP_CTX) === 0) return null;
    if (this.#last === null || !this.#is(this.#last)) this.#last = this.#find();
    return this.#last;
  }

  #word(i: number): number {
    return this.#view.vm(this.#uid, i);
  }

  #is(op: SeenOp): boolean {
    return (
      op.va === this.#word(VM_OP_VA) &&
      op.range === this.#word(VM_OP_RANGE) &&
      op.flags === this.#word(VM_OP_FLAGS) &&
      op.boOffset === this.#word(VM_OP_BO_OFFSET) &&
      (op.bo?.id ?? -1) === this.#word(VM_OP_BO)
    );
  }

  #find(): SeenOp {
    const known = this.#known.find((op) => this.#is(op));
    if (known !== undefined) return known;
    const op: SeenOp = {
      va: this.#word(VM_OP_VA),
      range: this.#word(VM_OP_RANGE),
      flags: this.#word(VM_OP_FLAGS),
      boOffset: this.#word(VM_OP_BO_OFFSET),
      bo: this.#object(this.#word(VM_OP_BO)),
    };
    this.#known.push(op);
    return op;
  }
}
