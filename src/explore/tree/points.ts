/** Places where a tree's threads are held, each made once: what is not there yet is made when it is first asked for. */
import type { Waitable } from '../../coroutine/op.ts';
import { registerName } from '../../hw/registers.ts';

/** What points ask of the calls that stand at them. */
interface Asked {
  isReady(thread: number): boolean;
  noAnswer(): boolean;
  nameOf(object: number): string;
}

const reads: string[] = [];
const writes: string[] = [];

/** Before an access of the register at an offset. */
export const readPoint = (offset: number): string => (reads[offset] ??= `reads ${registerName(offset)}`);
export const writePoint = (offset: number): string => (writes[offset] ??= `writes ${registerName(offset)}`);

/** A thread waits for a lock, a queue or a condition, which is at an address. */
class AtLock implements Waitable {
  readonly #asked: Asked;
  readonly #thread: number;
  readonly #object: number;

  constructor(asked: Asked, thread: number, object: number) {
    this.#asked = asked;
    this.#thread = thread;
    this.#object = object;
  }

  get label(): string {
    return this.#asked.nameOf(this.#object);
  }

  ready(): boolean {
    return this.#asked.isReady(this.#thread);
  }
}

class Asleep implements Waitable {
  readonly label = 'sleeps until the GPU answers';
  readonly #asked: Asked;
  readonly #thread: number;

  constructor(asked: Asked, thread: number) {
    this.#asked = asked;
    this.#thread = thread;
  }

  ready(): boolean {
    return this.#asked.isReady(this.#thread) || this.#asked.noAnswer();
  }
}

export class Points {
  readonly #asked: Asked;
  /** By thread, then by address. */
  readonly #locks: Map<number, Waitable>[] = [];
  readonly #sleeps: Waitable[] = [];

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  lock(thread: number, object: number): Waitable {
    const of = (this.#locks[thread] ??= new Map());
    let point = of.get(object);
    if (point === undefined) of.set(object, (point = new AtLock(this.#asked, thread, object)));
    return point;
  }

  sleep(thread: number): Waitable {
    return (this.#sleeps[thread] ??= new Asleep(this.#asked, thread));
  }
}
