/** What was found out about a state by looking at some of its places, one after the other. */

import { resized } from '../search/table-memory.ts';

const NOTHING = 0x7fffffff;
/** Nodes that there is room for at first. */
const FIRST = 1 << 12;

/**
 * Decision trees over the places of a state: a node names the place that is looked at next, and has a branch for each
 * value that was met there. Which place comes next depends on the values before it alone, as it does for the code whose
 * accesses these are. The leaves are numbers of what was found out.
 */
export class DecisionTrees {
  #place = new Int32Array(FIRST);
  #value = new Int32Array(FIRST);
  /** What follows where the place has the value: a node, ~leaf, or NOTHING. */
  #next = new Int32Array(FIRST);
  /** The branch for another value at the same place; 0 for none. */
  #other = new Int32Array(FIRST);
  #nodes = 1;
  #roots = new Int32Array(FIRST).fill(NOTHING);
  #rootCount = 0;

  /** A tree that knows nothing. */
  newRoot(): number {
    if (this.#rootCount === this.#roots.length) {
      this.#roots = resized(this.#roots, new Int32Array(this.#roots.length * 2).fill(NOTHING));
    }
    return this.#rootCount++;
  }

  /** The leaf of the tree `root` that the state `values` (by place) leads to; -1 where there is none yet. */
  find(root: number, values: Int32Array): number {
    let at = this.#roots[root];
    if (at === NOTHING) return -1;
    const place = this.#place;
    const value = this.#value;
    const next = this.#next;
    const other = this.#other;
    while (at >= 0) {
      const v = values[place[at]];
      while (value[at] !== v) {
        at = other[at];
        if (at === 0) return -1;
      }
      at = next[at];
    }
    return ~at;
  }

  /** Tells `visit` of each place that find() looks at. */
  path(root: number, values: Int32Array, visit: (place: number) => void): void {
    for (let at = this.#roots[root]; at >= 0 && at !== NOTHING; at = this.#next[at]) {
      const v = values[this.#place[at]];
      visit(this.#place[at]);
      while (at > 0 && this.#value[at] !== v) at = this.#other[at];
      if (at === 0) return;
    }
  }

  /**
   * Puts in that states which have at `places`, looked at in this order, what `values` has there lead to `leaf`.
   *
   * @throws {Error} where the tree looks at other places: something was read that was not noted
   */
  add(root: number, places: readonly number[], values: Int32Array, leaf: number): void {
    let from = -1;
    let at = this.#roots[root];
    for (const place of places) {
      const v = values[place];
      if (at === NOTHING) {
        at = this.#node(place, v);
        if (from < 0) this.#roots[root] = at;
        else this.#next[from] = at;
      } else if (at < 0 || this.#place[at] !== place) {
        throw new Error('the same state was looked at in two ways: the explorer has missed a read');
      }
      while (this.#value[at] !== v) {
        if (this.#other[at] === 0) {
          const branch = this.#node(place, v);
          this.#other[at] = branch;
        }
        at = this.#other[at];
      }
      from = at;
      at = this.#next[at];
    }
    if (at !== NOTHING) throw new Error('a state was looked at in two ways: the explorer has missed a read');
    if (from < 0) this.#roots[root] = ~leaf;
    else this.#next[from] = ~leaf;
  }

  #node(place: number, value: number): number {
    if (this.#nodes === this.#place.length) this.#grow();
    const node = this.#nodes++;
    this.#place[node] = place;
    this.#value[node] = value;
    this.#next[node] = NOTHING;
    this.#other[node] = 0;
    return node;
  }

  #grow(): void {
    const larger = (list: Int32Array<ArrayBuffer>) => resized(list, new Int32Array(list.length * 2));
    this.#place = larger(this.#place);
    this.#value = larger(this.#value);
    this.#next = larger(this.#next);
    this.#other = larger(this.#other);
  }

  /** How many nodes there are. */
  get size(): number {
    return this.#nodes - 1;
  }
}
