/** What was found out about a state by looking at some of its places, one after the other. */

import { resized } from '../search/table-memory.ts';

const NOTHING = 0x7fffffff;
/** Trees, and words of nodes, that there is room for at first. */
const FIRST = 1 << 12;
/** Words of a node, which is in one line of the processor's cache, behind that of the node before it on most ways. */
const WORDS = 4;
const PLACE = 0;
const VALUE = 1;
/** What follows where the place has the value: a node, ~leaf, or NOTHING. */
const NEXT = 2;
/** The branch for another value at the same place; 0 for none. */
const OTHER = 3;

/**
 * Decision trees over the places of a state: a node names the place that is looked at next, and has a branch for each
 * value that was met there. Which place comes next depends on the values before it alone, as it does for the code whose
 * accesses these are. The leaves are numbers of what was found out.
 */
export class DecisionTrees {
  /** Nodes, by the index of their first word; there is none at 0. */
  #nodes = new Int32Array(FIRST);
  #length = WORDS;
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
    const nodes = this.#nodes;
    while (at >= 0) {
      const v = values[nodes[at]];
      while (nodes[at + VALUE] !== v) {
        at = nodes[at + OTHER];
        if (at === 0) return -1;
      }
      at = nodes[at + NEXT];
    }
    return ~at;
  }

  /** Tells `visit` of each place that find() looks at. */
  path(root: number, values: Int32Array, visit: (place: number) => void): void {
    const nodes = this.#nodes;
    for (let at = this.#roots[root]; at >= 0 && at !== NOTHING; at = nodes[at + NEXT]) {
      const v = values[nodes[at]];
      visit(nodes[at]);
      while (at > 0 && nodes[at + VALUE] !== v) at = nodes[at + OTHER];
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
    const follow = (next: number) => {
      if (from < 0) this.#roots[root] = next;
      else this.#nodes[from + NEXT] = next;
    };
    for (const place of places) {
      const v = values[place];
      if (at === NOTHING) follow((at = this.#node(place, v)));
      else if (at < 0 || this.#nodes[at] !== place) {
        throw new Error('the same state was looked at in two ways: the explorer has missed a read');
      }
      while (this.#nodes[at + VALUE] !== v) {
        if (this.#nodes[at + OTHER] === 0) {
          const branch = this.#node(place, v);
          this.#nodes[at + OTHER] = branch;
        }
        at = this.#nodes[at + OTHER];
      }
      from = at;
      at = this.#nodes[at + NEXT];
    }
    if (at !== NOTHING) throw new Error('a state was looked at in two ways: the explorer has missed a read');
    follow(~leaf);
  }

  #node(place: number, value: number): number {
    if (this.#length === this.#nodes.length)
      this.#nodes = resized(this.#nodes, new Int32Array(this.#nodes.length * 2));
    const node = this.#length;
    this.#length += WORDS;
    this.#nodes[node + PLACE] = place;
    this.#nodes[node + VALUE] = value;
    this.#nodes[node + NEXT] = NOTHING;
    this.#nodes[node + OTHER] = 0;
    return node;
  }

  /** How many nodes there are. */
  get size(): number {
    return this.#length / WORDS - 1;
  }
}
