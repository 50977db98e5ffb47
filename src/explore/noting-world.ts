import type { ReducibleWorld, Step } from './search/world.ts';
import { logging } from './state/access-log.ts';
import { AccessSet, READS, WRITES } from './state/access-set.ts';
import { SPECIAL, specialPlace } from './state/place-numbers.ts';
import { TrackedWorld } from './tracked-world.ts';

/** A world that can note what its steps, and what it asks of states, read and write. */
export abstract class NotingWorld extends TrackedWorld implements ReducibleWorld {
  #notes: AccessSet | null = null;
  readonly judged: AccessSet[] = [];

  /** Threads of which the later ones begin after the first ones, as groups of their numbers. */
  protected abstract readonly inOrder: readonly (readonly number[])[];

  note(set: AccessSet | null): void {
    this.#notes = set;
  }

  /** Where notes go, if any are taken. */
  protected get notes(): AccessSet | null {
    return this.#notes;
  }

  protected override take(step: Step): void {
    if (this.#notes === null) super.take(step);
    else logging(this.#notes, () => super.take(step));
  }

  /** Runs what follows a step of thread `index`, noting what that reads and writes as the step's. */
  protected after(notes: AccessSet, index: number, action: () => void): void {
    logging(notes, action);
    if (this.threads[index].steps === 1) this.noteBeginning(index, notes);
  }

  /** Whether some threads begin in one order only. */
  get hasOrder(): boolean {
    return this.inOrder.length > 0;
  }

  /** Notes that thread `index` has begun. */
  noteBeginning(index: number, set: AccessSet): void {
    if (this.inOrder.length > 0) set.add(specialPlace(SPECIAL.BEGUN, index), WRITES);
  }

  /** Notes what decides whether it is the turn of thread `index` to begin. */
  noteTurn(index: number, set: AccessSet): void {
    for (const group of this.inOrder) {
      const at = group.indexOf(index);
      for (let i = 0; i < at; i++) set.add(specialPlace(SPECIAL.BEGUN, group[i]), READS);
    }
  }

  noteGuard(index: number, set: AccessSet): void {
    const { point, steps } = this.threads[index];
    if (point !== null && typeof point === 'object') logging(set, () => point.ready());
    if (steps === 0) this.noteTurn(index, set);
  }

  judgePlace(judge: number): number {
    return specialPlace(SPECIAL.JUDGED, judge);
  }

  /** Asks invariant number `judge` about the present state, noting what it looks at. */
  protected judge(judge: number, check: () => string | null): string | null {
    const set = (this.judged[judge] ??= new AccessSet());
    set.clear();
    return logging(set, check);
  }
}
