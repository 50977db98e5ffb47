/** Arrays of VMs that have no VMA yet: V8 collects garbage the sooner the more typed arrays are made. */
export const NO_FLOATS = new Float64Array(0);
export const NO_INTS = new Int32Array(0);
const NO_BYTES = new Uint8Array(0);

/** What struct panthor_vma says of each mapping, in typed arrays under an id that stays while the VMA does. */
export class VmaFields {
  /** By VMA id. Bytes; ranges may be 0 (an async map of size 0 makes such a VMA). */
  va = NO_FLOATS;
  range = NO_FLOATS;
  boOffset = NO_FLOATS;
  /** Serial of the mapped object in the device's table. */
  bo = NO_INTS;
  /** DRM_PANTHOR_VM_BIND_OP_MAP_* bits. */
  flags = NO_BYTES;
  /** panthor_vma.evicted: 1 where reclaim took the pages. */
  evicted = NO_BYTES;
  /** How many are. */
  evictedCount = 0;
  #freeIds: number[] = [];
  #ids = 0;

  /** Makes a VMA that is not in the list yet; returns its id. */
  create(va: number, range: number, bo: number, boOffset: number, flags: number): number {
    const id = this.#freeIds.length > 0 ? (this.#freeIds.pop() as number) : this.#newId();
    this.va[id] = va;
    this.range[id] = range;
    this.bo[id] = bo;
    this.boOffset[id] = boOffset;
    this.flags[id] = flags;
    this.evicted[id] = 0;
    return id;
  }

  /** Notes that reclaim took a VMA's pages, or that they are back. */
  setEvicted(id: number, evicted: boolean): void {
    this.evictedCount += (evicted ? 1 : 0) - this.evicted[id];
    this.evicted[id] = evicted ? 1 : 0;
  }

  release(id: number): void {
    this.setEvicted(id, false);
    this.#freeIds.push(id);
  }

  #newId(): number {
    if (this.#ids === this.va.length) {
      this.va = grown(this.va, Float64Array, 8);
      this.range = grown(this.range, Float64Array, 8);
      this.boOffset = grown(this.boOffset, Float64Array, 8);
      this.bo = grown(this.bo, Int32Array, 8);
      this.flags = grown(this.flags, Uint8Array, 8);
      this.evicted = grown(this.evicted, Uint8Array, 8);
    }
    return this.#ids++;
  }
}

/** A copy of a typed array with twice its length, `least` at least. */
export function grown<T extends { length: number; set(from: T): void }>(
  old: T,
  make: new (n: number) => T,
  least: number,
): T {
  const bigger = new make(Math.max(old.length * 2, least));
  bigger.set(old);
  return bigger;
}
