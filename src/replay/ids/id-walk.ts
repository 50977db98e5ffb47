import type { UserMemory } from '../../driver/base/uaccess.ts';
import type { IdPlan, PlannedArray, PlannedId } from './id-plan.ts';

/** Called with each id of a call and where it stands in `mem.data`. */
export interface IdVisitor {
  visit(id: PlannedId, at: number, mem: UserMemory): void;
}

/** Goes through the ids of a call in user memory, each place once, however many pointers lead there. */
export class IdWalk {
  /** By place: the last walk that was there. */
  #seen = new Int32Array(4096);
  #walk = 0;

  /** `at` and `size`: the argument in `mem.data`; fields beyond it do not exist. */
  run(plan: IdPlan, mem: UserMemory, at: number, size: number, visitor: IdVisitor): void {
    if (this.#seen.length < mem.data.length) this.#seen = new Int32Array(mem.data.length);
    this.#walk = (this.#walk + 1) | 0;
    this.#structs(plan, mem, at, size, 1, visitor);
  }

  /** `count` structs of `size` bytes, one behind the other from `first` on. */
  #structs(
    plan: IdPlan,
    mem: UserMemory,
    first: number,
    size: number,
    count: number,
    visitor: IdVisitor,
  ): void {
    const { ids, arrays } = plan;
    const seen = this.#seen;
    const walk = this.#walk;
    for (let n = 0, at = first; n < count; n++, at += size) {
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i];
        const place = at + id.at;
        if (id.at + id.size > size || seen[place] === walk) continue;
        seen[place] = walk;
        visitor.visit(id, place, mem);
      }
      for (let i = 0; i < arrays.length; i++) {
        const { pointerAt, countAt } = arrays[i];
        if (pointerAt + 8 > size || countAt + 4 > size) continue;
        const many = mem.view.getUint32(at + countAt, true);
        if (many > 0) this.#array(arrays[i], mem, at, many, visitor);
      }
    }
  }

  /** The `count` elements of an array that the struct at `at` leads to, where they are in user memory. */
  #array(array: PlannedArray, mem: UserMemory, at: number, count: number, visitor: IdVisitor): void {
    const stride = array.strideAt < 0 ? array.stride : mem.view.getUint32(at + array.strideAt, true);
    if (stride === 0) return;
    const base = mem.locate(mem.u64(at + array.pointerAt), count * stride);
    if (base >= 0) this.#structs(array, mem, base, stride, count, visitor);
  }
}
