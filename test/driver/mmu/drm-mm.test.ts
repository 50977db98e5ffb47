/** The kernel's best fit, beside one that sorts all holes for each request. */
import { expect, test } from 'vitest';
import { DrmMm, type KernelNode } from '../../../src/driver/mmu/drm-mm.ts';
import { ENOSPC } from '../../../uapi/errno.ts';

const PAGE = 0x1000;
const SIZE = 64 * PAGE;

/** Holes in the order in which they came to be. */
class Sorting {
  holes = [{ start: 0, end: SIZE, seq: 0 }];
  #seq = 1;

  insert(size: number, alignment: number): number {
    const byFit = [...this.holes].sort((a, b) => a.end - a.start - (b.end - b.start) || b.seq - a.seq);
    for (const hole of byFit) {
      const start = Math.ceil(hole.start / alignment) * alignment;
      if (hole.end - start < size) continue;
      this.holes.splice(this.holes.indexOf(hole), 1);
      if (start > hole.start) this.holes.push({ start: hole.start, end: start, seq: this.#seq++ });
      if (start + size < hole.end) this.holes.push({ start: start + size, end: hole.end, seq: this.#seq++ });
      return start;
    }
    return -ENOSPC;
  }

  remove(start: number, size: number): void {
    const beside = this.holes.filter((hole) => hole.end === start || hole.start === start + size);
    this.holes = this.holes.filter((hole) => !beside.includes(hole));
    const from = Math.min(start, ...beside.map((hole) => hole.start));
    const to = Math.max(start + size, ...beside.map((hole) => hole.end));
    this.holes.push({ start: from, end: to, seq: this.#seq++ });
  }
}

test('gives the same addresses, whatever comes and goes', () => {
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 0x5deece6d) + 11) >>> 0;
    return (seed >>> 8) % below;
  };
  const [mm, sorting] = [new DrmMm(0, SIZE), new Sorting()];
  const nodes: KernelNode[] = [];
  let refused = 0;
  for (let i = 0; i < 5000; i++) {
    if (nodes.length > 0 && random(5) < 2) {
      const [node] = nodes.splice(random(nodes.length), 1);
      mm.remove(node);
      sorting.remove(node.start, node.size);
      expect(() => mm.remove(node)).toThrow('not allocated');
      continue;
    }
    const [size, alignment] = [(1 + random(8)) * PAGE, PAGE << random(3)];
    const got = mm.insertBest(size, alignment, 0, SIZE);
    expect(typeof got === 'number' ? got : got.start).toBe(sorting.insert(size, alignment));
    if (typeof got === 'number') refused++;
    else nodes.push(got);
  }
  expect(refused).toBeGreaterThan(100);
  expect(mm.empty).toBe(nodes.length === 0);
});
