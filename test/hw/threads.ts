/** Threads of a TimedMachine, for tests: one is driven step by step, choices are made as the test says. */
import { Choice } from '../../src/coroutine/choice.ts';
import type { MachineOp } from '../../src/hw/timed-machine.ts';

export class Thread<T> {
  readonly #op: MachineOp<T>;
  readonly #choices: number[];
  /** Labels of the points that it has come to, in order. */
  readonly seen: string[] = [];
  /** The point that it is at; undefined before the first step and after the end. */
  #point: { readonly label: string; ready(): boolean } | undefined;
  result: T | undefined;
  done = false;

  /** `choices`: what each Choice is decided to be, in order; 0 for those beyond. */
  constructor(op: MachineOp<T>, choices: number[] = []) {
    this.#op = op;
    this.#choices = [...choices];
    this.#advance();
  }

  /** Whether it could go on. */
  get ready(): boolean {
    return !this.done && (this.#point?.ready() ?? true);
  }

  /** Goes on to the next point. */
  step(): this {
    if (!this.ready) throw new Error(`not ready: ${this.#point?.label ?? 'it has ended'}`);
    this.#advance();
    return this;
  }

  /** Goes on for as long as it can, `limit` steps at most. */
  run(limit = 20): this {
    for (let i = 0; i < limit && this.ready; i++) this.step();
    return this;
  }

  #advance(): void {
    for (;;) {
      const { value, done } = this.#op.next();
      if (done) {
        this.done = true;
        this.#point = undefined;
        this.result = value;
        return;
      }
      this.seen.push(typeof value === 'string' ? value : value.label);
      if (value instanceof Choice) {
        value.chosen = this.#choices.shift() ?? 0;
        continue;
      }
      this.#point = typeof value === 'string' ? undefined : value;
      return;
    }
  }
}
