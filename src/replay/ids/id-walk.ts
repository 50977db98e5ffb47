import type { UserMemory } from '../../driver/base/uaccess.ts';
import type { IdPlan, PlannedArray, PlannedId } from './id-plan.ts';

/** Called with each id of a call and where it stands in `mem.data`. */
export interface IdVisitor {
  visit(id: PlannedId, at: number, mem: UserMemory): void;
}

/** Goes through the ids of a call in user memory, each place once, however many pointers lead there. */
export class IdWalk {
  /** By place: the last walk that was there. */
  #seen = new Uint32Array(4096);
  #walk = 0;

  /** `at` and `size`: the argument in `mem.data`; fields beyond it do not exist. */
  run(plan: IdPlan, mem: UserMemory, at: number, size: number, visitor: IdVisitor): void {
    if (this.#seen.length < mem.data.length) this.#seen = new Uint32Array(mem.data.length);
    this.#walk++;
    this.#struct(plan, mem, at, size, visitor);
  }

  #struct(plan: IdPlan, mem: UserMemory, at: number, size: number, visitor: IdVisitor): void {
    const { ids, arrays } = plan;
    for (let i = 0; i < ids.length; i++) {
      const place = at + ids[i].at;
      if (ids[i].at + ids[i].size > size || this.#seen[place] === this.#walk) continue;
      this.#seen[place] = this.#walk;
      visitor.visit(ids[i], place, mem);
    }
    for (let i = 0; i < arrays.length; i++) this.#array(arrays[i], mem, at, size, visitor);
  }

  #array(array: PlannedArray, mem: UserMemory, at: number, size: number, visitor: IdVisitor): void {
    if (array.pointerAt + 8 > size || array.countAt + 4 > size) return;
    const count = mem.view.getUint32(at + array.countAt, true);
    const stride = array.strideAt < 0 ? array.stride : mem.view.getUint32(at + array.strideAt, true);
    if (count === 0 || stride === 0) return;
    const base = mem.locate(mem.u64(at + array.pointerAt), count * stride);
    if (base < 0) return;
    for (let i = 0; i < count; i++) this.#struct(array, mem, base + i * stride, stride, visitor);
  }
}
