/** Small programs whose threads share named variables and locks, and say of each step what it reads and writes. */

import { type ThreadSpec, ThreadWorld } from '../../../src/explore/search/threads.ts';
import type { Body, ReducibleWorld, Step, Violation } from '../../../src/explore/search/world.ts';
import { type AccessSet, READS, WRITES } from '../../../src/explore/state/access-set.ts';

/** What threads share: numbers by name, 0 where nothing was written. */
export class Shared {
  values = new Map<string, number>();
  into: AccessSet | null = null;
  readonly #places: Map<string, number>;

  constructor(places: Map<string, number>) {
    this.#places = places;
  }

  #touch(name: string, mode: number): void {
    let place = this.#places.get(name);
    if (place === undefined) this.#places.set(name, (place = this.#places.size));
    this.into?.add(place, mode);
  }

  read(name: string): number {
    this.#touch(name, READS);
    return this.values.get(name) ?? 0;
  }

  write(name: string, value: number): void {
    this.#touch(name, WRITES);
    this.values.set(name, value);
  }

  /** Where a thread waits for a lock. */
  lock(name: string) {
    return { label: `lock ${name}`, ready: () => this.read(name) === 0 };
  }
}

/** A thread: every yield comes before a step. */
export type ThreadBody = (shared: Shared) => Body;

export class SharedProgram extends ThreadWorld implements ReducibleWorld {
  readonly #bodies: readonly ThreadBody[];
  readonly #places = new Map<string, number>();
  readonly #wrong: (shared: Shared, report: (violation: Violation) => void) => void;
  shared = new Shared(this.#places);
  #set: AccessSet | null = null;
  readonly judged: AccessSet[] = [];
  /** Every state in which nothing goes on any more, as text. */
  readonly ends = new Set<string>();

  constructor(bodies: readonly ThreadBody[], wrong: SharedProgram['check'] | null = null) {
    super();
    this.#bodies = bodies;
    this.#wrong = (_, report) => wrong?.call(this, report);
  }

  protected override start(): ThreadSpec[] {
    this.shared = new Shared(this.#places);
    return this.#bodies.map((body, i) => ({ name: `t${i}`, body: body(this.shared) }));
  }

  override step(step: Step): void {
    this.shared.into = this.#set;
    try {
      super.step(step);
    } finally {
      this.shared.into = null;
    }
  }

  note(set: AccessSet | null): void {
    this.#set = set;
  }

  noteGuard(index: number, set: AccessSet): void {
    const { point } = this.threads[index];
    if (point === null || typeof point === 'string') return;
    this.shared.into = set;
    point.ready();
    this.shared.into = null;
  }

  judgePlace(judge: number): number {
    return 1_000_000 + judge;
  }

  override check(report: (violation: Violation) => void): void {
    this.#wrong(this.shared, report);
  }

  override checkEnd(): void {
    const values = [...this.shared.values].sort(([a], [b]) => (a < b ? -1 : 1));
    this.ends.add(JSON.stringify([values, this.threads.map(({ point, steps }) => [point === null, steps])]));
  }

  override fingerprint(): void {
    throw new Error('these programs are searched without hashing');
  }
}
