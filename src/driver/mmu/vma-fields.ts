/** What struct panthor_vma says of each mapping, in typed arrays under an id that stays while the VMA does. */
export class VmaFields {
  /** By VMA id. Bytes; ranges may be 0 (an async map of size 0 makes such a VMA). */
  va = new Float64Array(8);
  range = new Float64Array(8);
  boOffset = new Float64Array(8);
  /** Serial of the mapped object in the device's table. */
  bo = new Int32Array(8);
  /** DRM_PANTHOR_VM_BIND_OP_MAP_* bits. */
  flags = new Uint8Array(8);
  /** panthor_vma.evicted: 1 where reclaim took the pages. */
  evicted = new Uint8Array(8);
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
      this.va = grown(this.va, Float64Array);
      this.range = grown(this.range, Float64Array);
      this.boOffset = grown(this.boOffset, Float64Array);
      this.bo = grown(this.bo, Int32Array);
      this.flags = grown(this.flags, Uint8Array);
      this.evicted = grown(this.evicted, Uint8Array);
    }
    return this.#ids++;
  }
}

/** A copy of a typed array with twice its length. */
export function grown<T extends { length: number; set(from: T): void }>(
  old: T,
  make: new (n: number) => T,
): T {
  const bigger = new make(old.length * 2);
  bigger.set(old);
  return bigger;
}
