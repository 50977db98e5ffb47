import { Hasher } from '../state/hash.ts';
import { type ThreadSpec, ThreadWorld } from './threads.ts';
import type { Body, Violation } from './world.ts';

export interface ProgramSpec<S> {
  /** A fresh initial state. */
  state: () => S;
  /** The threads, all over one state. What one of them remembers across a yield has to be in the state too. */
  threads: (state: S) => { name: string; body: Body; daemon?: boolean }[];
  /** What every thread shares, hashed with Hasher.value(). All of the state by default. */
  shared?: (state: S) => unknown;
  /** What belongs to thread i alone; its number of steps by default, which is right for straight-line code. */
  local?: (state: S, thread: number) => unknown;
  /** Groups of thread numbers that do the same and may be taken for one another. */
  interchangeable?: number[][];
  check?: (state: S, report: (violation: Violation) => void) => void;
}

/** A small program given by a few functions: models in tests and documents. The driver's world does not need this. */
export class Program<S> extends ThreadWorld {
  readonly #spec: ProgramSpec<S>;
  readonly #symmetry: boolean;
  readonly #hasher = new Hasher();
  state!: S;

  constructor(spec: ProgramSpec<S>, options: { symmetry?: boolean } = {}) {
    super();
    this.#spec = spec;
    this.#symmetry = options.symmetry !== false;
  }

  protected override start(): ThreadSpec[] {
    this.state = this.#spec.state();
    return this.#spec.threads(this.state);
  }

  override check(report: (violation: Violation) => void): void {
    this.#spec.check?.(this.state, report);
  }

  override fingerprint(lanes: Int32Array): void {
    const spec = this.#spec;
    const locals = this.threads.map((thread, i) => {
      const local = spec.local === undefined ? thread.steps : spec.local(this.state, i);
      const { lane0, lane1 } = this.#hasher
        .reset()
        .value(local)
        .int(thread.point === null ? 0 : 1);
      return [lane0, lane1] as const;
    });
    if (this.#symmetry) for (const group of spec.interchangeable ?? []) sortGroup(locals, group);
    const hasher = this.#hasher
      .reset()
      .value(spec.shared === undefined ? this.state : spec.shared(this.state));
    for (const [lane0, lane1] of locals) hasher.int(lane0).int(lane1);
    lanes[0] = hasher.lane0;
    lanes[1] = hasher.lane1;
  }
}

/** Puts the members of a group in an order that does not depend on who is who. */
function sortGroup(locals: (readonly [number, number])[], group: number[]): void {
  const members = group.map((i) => locals[i]).sort((x, y) => x[0] - y[0] || x[1] - y[1]);
  group.forEach((i, n) => {
    locals[i] = members[n];
  });
}
