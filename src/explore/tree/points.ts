/** Places where a tree's threads are held, each made once: what is not there yet is made when it is first asked for. */
import type { Waitable } from '../../coroutine/op.ts';
import { registerName } from '../../hw/registers.ts';
import { callName } from '../../tree/calls.ts';

/** What points ask of the calls that stand at them. */
interface Asked {
  isReady(thread: number): boolean;
  noAnswer(): boolean;
  /** The name of a lock or a queue, which is the same as long as no VM is made. */
  nameOf(object: number): string;
  readonly vmCount: number;
}

const reads: string[] = [];
const writes: string[] = [];
const calls: string[] = [];

/** Before the entry point with a number. */
export const callPoint = (call: number): string => (calls[call] ??= `calls ${callName(call)}`);

/** Before an access of the register at an offset. */
export const readPoint = (offset: number): string => (reads[offset] ??= `reads ${registerName(offset)}`);
export const writePoint = (offset: number): string => (writes[offset] ??= `writes ${registerName(offset)}`);

/** A thread waits for a lock, a queue or a condition, which is at an address. */
class AtLock implements Waitable {
  readonly #asked: Asked;
  readonly thread: number;
  readonly object: number;
  #label = '';
  /** As many VMs there were when it got its label. */
  #vms = -1;

  constructor(asked: Asked, thread: number, object: number) {
    this.#asked = asked;
    this.thread = thread;
    this.object = object;
  }

  get label(): string {
    const { vmCount } = this.#asked;
    if (vmCount !== this.#vms) {
      this.#vms = vmCount;
      this.#label = this.#asked.nameOf(this.object);
    }
    return this.#label;
  }

  ready(): boolean {
    return this.#asked.isReady(this.thread);
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

/** A thread mostly waits at one of a few locks, whose addresses differ above these bits. */
const RECENT = 16;
const ALIGNED = 6;

export class Points {
  readonly #asked: Asked;
  /** By thread, then by address. */
  readonly #locks: Map<number, AtLock>[] = [];
  /** Those that were asked for last, by thread and address. */
  readonly #recent: (AtLock | null)[] = new Array(32 * RECENT).fill(null);
  readonly #sleeps: Waitable[] = [];

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  lock(thread: number, object: number): Waitable {
    const at = thread * RECENT + (Math.floor(object / 2 ** ALIGNED) % RECENT);
    const recent = this.#recent[at];
    if (recent !== null && recent.object === object && recent.thread === thread) return recent;
    return (this.#recent[at] = this.#find(thread, object));
  }

  #find(thread: number, object: number): AtLock {
    const of = (this.#locks[thread] ??= new Map());
    let point = of.get(object);
    if (point === undefined) of.set(object, (point = new AtLock(this.#asked, thread, object)));
    return point;
  }

  sleep(thread: number): Waitable {
    return (this.#sleeps[thread] ??= new Asleep(this.#asked, thread));
  }
}
