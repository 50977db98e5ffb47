/**
 * The allocator of a VM's kernel VA range: drm_mm in the best-fit mode that panthor_vm_alloc_va() asks for. Addresses
 * and sizes in bytes.
 */
import { ENOSPC } from '../../../uapi/errno.ts';

/** An allocated range. */
export interface KernelNode {
  readonly start: number;
  readonly size: number;
  /** drm_mm_node_allocated() */
  allocated: boolean;
}

/** A hole between nodes. `seq` orders holes of one size: the youngest is tried first. */
interface Hole {
  start: number;
  end: number;
  seq: number;
}

/** Smaller holes are tried first, and of even ones the youngest. */
function isTriedBefore(a: Hole, b: Hole): boolean {
  const more = a.end - a.start - (b.end - b.start);
  return more < 0 || (more === 0 && a.seq > b.seq);
}

export class DrmMm {
  /** Nodes that are allocated. */
  #count = 0;
  readonly #holes: Hole[];
  #seq = 0;

  constructor(start: number, size: number) {
    this.#holes = [{ start, end: start + size, seq: this.#seq++ }];
  }

  get empty(): boolean {
    return this.#count === 0;
  }

  /** drm_mm_reserve_node(): that very range, or -ENOSPC. */
  reserve(start: number, size: number): KernelNode | number {
    const hole = this.#holes.find((h) => h.start <= start && h.end >= start + size);
    return hole === undefined ? -ENOSPC : this.#take(hole, start, size);
  }

  /** drm_mm_insert_node_in_range() with DRM_MM_INSERT_BEST, within [from, to); -ENOSPC where nothing fits. */
  insertBest(size: number, alignment: number, from: number, to: number): KernelNode | number {
    if (size === 0 || to - from < size) return -ENOSPC;
    let best: Hole | null = null;
    let bestStart = 0;
    for (const hole of this.#holes) {
      if (best !== null && !isTriedBefore(hole, best)) continue;
      const end = Math.min(hole.end, to);
      let start = Math.max(hole.start, from);
      if (end - start < size) continue;
      const rest = start % alignment;
      if (rest !== 0) start += alignment - rest;
      if (end - start < size) continue;
      best = hole;
      bestStart = start;
    }
    return best === null ? -ENOSPC : this.#take(best, bestStart, size);
  }

  /** drm_mm_remove_node(): the range joins the holes beside it. */
  remove(node: KernelNode): void {
    if (!node.allocated) throw new Error('the node is not allocated');
    node.allocated = false;
    this.#count--;
    let { start } = node;
    let end = node.start + node.size;
    let joined: Hole | null = null;
    for (let i = this.#holes.length - 1; i >= 0; i--) {
      const hole = this.#holes[i];
      if (hole.end !== start && hole.start !== end) continue;
      start = Math.min(start, hole.start);
      end = Math.max(end, hole.end);
      this.#drop(i);
      joined = hole;
    }
    this.#add(joined, start, end);
  }

  #take(hole: Hole, start: number, size: number): KernelNode {
    const node: KernelNode = { start, size, allocated: true };
    this.#count++;
    this.#drop(this.#holes.indexOf(hole));
    const { end } = hole;
    if (start > hole.start) this.#add(null, hole.start, start);
    if (start + size < end) this.#add(hole, start + size, end);
    return node;
  }

  /** The youngest hole; `spare` is one that is no more, and used again: heaps of thousands of chunks come and go. */
  #add(spare: Hole | null, start: number, end: number): void {
    const seq = this.#seq++;
    if (spare === null) this.#holes.push({ start, end, seq });
    else {
      spare.start = start;
      spare.end = end;
      spare.seq = seq;
      this.#holes.push(spare);
    }
  }

  /** Takes the hole at `i` out. (Array.splice() makes an array of it.) */
  #drop(i: number): void {
    for (let next = i + 1; next < this.#holes.length; next++) this.#holes[next - 1] = this.#holes[next];
    this.#holes.pop();
  }
}
