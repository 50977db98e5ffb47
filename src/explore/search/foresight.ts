import type { StateTable } from './state-table.ts';
import { FORESEEN, resized } from './table-memory.ts';
import type { World } from './world.ts';

/** Steps that there is room for once a world foresees any. */
const FIRST = 1 << 16;

/**
 * What is known of steps before they are taken: where they lead, by World.foresee(). A step that leads to a state which was seen
 * is not taken at all.
 */
export class Foresight {
  readonly #table: StateTable;
  /** Of each step FORESEEN words, of which the first is 0 where nothing is known. */
  #words = new Int32Array(0);
  readonly #lanes = new Int32Array(FORESEEN);
  #touched = 0;

  constructor(table: StateTable) {
    this.#table = table;
  }

  /**
   * Asks of steps that are possible now, by their places in `steps`. Their places in the table are then on their way to the
   * processor when the first of them is looked for.
   */
  ask(world: World, steps: Uint8Array, first: number, end: number): void {
    if (world.foresee === undefined) return;
    if (end * FORESEEN > this.#words.length)
      this.#words = resized(this.#words, new Int32Array(Math.max(FORESEEN * FIRST, this.#words.length * 2)));
    const [words, lanes] = [this.#words, this.#lanes];
    for (let i = first; i < end; i++) {
      const at = i * FORESEEN;
      words[at] = 0;
      if (!world.foresee(steps[i], lanes)) continue;
      words[at] = lanes[0];
      words[at + 1] = lanes[1];
      words[at + 2] = lanes[2];
    }
    this.#touched ^= this.#table.touch(words, first * FORESEEN, end * FORESEEN);
  }

  /** The number of the state that the step at `place` leads to; -1 where it was not entered yet, or nothing is known. */
  state(place: number): number {
    const lane0 = this.print(place);
    return lane0 === 0 ? -1 : this.#table.find(lane0, this.#words[place * FORESEEN + 1]);
  }

  /** Half the fingerprint that there is to be after the step at `place`; 0 where nothing is known. */
  print(place: number): number {
    const at = place * FORESEEN;
    return at < this.#words.length ? this.#words[at] : 0;
  }

  /** What the world need not look for to take the step at `place` (World.step()); -1 where nothing is known. */
  found(place: number): number {
    return this.print(place) === 0 ? -1 : this.#words[place * FORESEEN + 2];
  }
}
