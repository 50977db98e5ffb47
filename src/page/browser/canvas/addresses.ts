/**
 * How high addresses are drawn. Between any two boundaries of mappings there is a piece of the map: as high as the logarithm
 * of its size where something was ever mapped, a thin line where never.
 */
import { PAGE_SIZE } from '../../../../uapi/sizes.ts';
import type { Columns } from '../../data.ts';

/** Height of a hole, where a page is 1. */
const HOLE = 0.6;

export class Addresses {
  /** Boundaries in ascending order, and how far up (0) or down (1) the map each is; the lowest address is on top. */
  readonly bounds: number[] = [];
  readonly places: number[] = [];
  /** Pieces (from boundary i to i + 1) in which nothing was ever mapped. */
  readonly holes = new Set<number>();
  /** Where the middles of those are, in order. */
  readonly holeMiddles: readonly number[];

  /** Of the mappings of one VM, or of rows that the caller names. */
  constructor(columns: Columns, rows: readonly number[]) {
    const { mapVa, mapSize } = columns;
    const ends = new Map<number, number>();
    for (const row of rows) {
      const [start, end] = [mapVa[row], mapVa[row] + mapSize[row]];
      ends.set(start, (ends.get(start) ?? 0) + 1);
      ends.set(end, (ends.get(end) ?? 0) - 1);
    }
    this.bounds = [...ends.keys()].sort((a, b) => a - b);
    const heights: number[] = [];
    let covered = 0;
    for (let i = 0; i + 1 < this.bounds.length; i++) {
      covered += ends.get(this.bounds[i]) ?? 0;
      if (covered === 0) this.holes.add(i);
      heights.push(covered === 0 ? HOLE : Math.log2((this.bounds[i + 1] - this.bounds[i]) / PAGE_SIZE + 1));
    }
    const total = heights.reduce((sum, one) => sum + one, 0) || 1;
    let at = 0;
    for (const height of heights) {
      this.places.push(at / total);
      at += height;
    }
    this.places.push(1);
    this.holeMiddles = [...this.holes].map((i) => (this.places[i] + this.places[i + 1]) / 2);
  }

  /** Where an address is, 0 to 1. */
  place(va: number): number {
    const { bounds, places } = this;
    const i = this.#piece(bounds, va);
    if (i < 0) return 0;
    if (i >= bounds.length - 1) return 1;
    const part = (va - bounds[i]) / (bounds[i + 1] - bounds[i]);
    return places[i] + part * (places[i + 1] - places[i]);
  }

  /** The address at a place. */
  va(place: number): number {
    const { bounds, places } = this;
    const i = Math.min(Math.max(this.#piece(places, place), 0), bounds.length - 2);
    if (i < 0) return 0;
    const part = (place - places[i]) / (places[i + 1] - places[i] || 1);
    return Math.floor(bounds[i] + part * (bounds[i + 1] - bounds[i]));
  }

  /** The last entry that is not above `value`; -1 where all are. */
  #piece(sorted: readonly number[], value: number): number {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
