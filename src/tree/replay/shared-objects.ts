/**
 * Objects of a tree's driver that clients have by more than a handle, beside those of the model: syncobjs and buffer objects
 * that descriptors or names stand for, and fences that the model signals.
 */
import type { GemObject } from '../../driver/gem/gem.ts';
import type { DrmFile } from '../../driver/ioctl/file.ts';
import type { Fence } from '../../driver/sync/fence.ts';
import { contained, FenceChain } from '../../driver/sync/fence-chain.ts';
import type { Syncobj } from '../../driver/sync/syncobj.ts';
import type { CallName } from '../calls.ts';
import type { ClientCalls } from './client-calls.ts';

/** With twice as many as the last sweep has left, and this many more, those are let go of that the model has freed. */
const MIN_BOUND = 64;

interface Counted {
  readonly refs: number;
}

/** References that the tree holds for objects of the model's. */
class Held<T extends Counted> {
  readonly #pointers = new Map<T, number>();
  readonly #calls: ClientCalls;
  readonly #names: Record<'hold' | 'give' | 'drop', CallName>;
  #bound = MIN_BOUND;

  constructor(calls: ClientCalls, names: Record<'hold' | 'give' | 'drop', CallName>) {
    this.#calls = calls;
    this.#names = names;
  }

  has(object: T): boolean {
    return this.#pointers.has(object);
  }

  /** The object of the tree's that the file `file` (its number) has as `handle` is the model's `object` from now on. */
  hold(object: T, file: number, handle: number): void {
    if (this.#pointers.has(object)) return;
    if (this.#pointers.size >= this.#bound) this.#sweep();
    if (this.#calls.own(this.#names.hold, file, handle) !== 0) return;
    this.#pointers.set(object, this.#calls.kernel.mailbox.result(2));
  }

  /** A new handle of `file`'s for it, or -errno. */
  give(object: T, file: number): number {
    const ret = this.#calls.own(this.#names.give, file, this.#pointers.get(object) as number);
    return ret < 0 ? ret : this.#calls.kernel.mailbox.result(2);
  }

  #sweep(): void {
    for (const [object, pointer] of this.#pointers) {
      if (object.refs > 0) continue;
      this.#pointers.delete(object);
      this.#calls.own(this.#names.drop, pointer);
    }
    this.#bound = 2 * this.#pointers.size + MIN_BOUND;
  }
}

export class SharedObjects {
  readonly syncobjs: Held<Syncobj>;
  readonly objects: Held<GemObject>;
  readonly #calls: ClientCalls;
  /** Fences of the tree's that are to be signalled, and with what error. */
  #due: [fence: number, error: number][] = [];

  constructor(calls: ClientCalls) {
    this.#calls = calls;
    this.syncobjs = new Held(calls, { hold: 'syncobjHold', give: 'syncobjGive', drop: 'syncobjDrop' });
    this.objects = new Held(calls, { hold: 'objectHold', give: 'objectGive', drop: 'objectDrop' });
  }

  /**
   * What the model has just put into a syncobj (as its point `point`, null: as its only fence) is put into the tree's, as a fence
   * that signals when the model's does (signalDue()). `number` is the tree's of the file.
   */
  attach(file: DrmFile, number: number, handle: number, point: bigint | null): void {
    const fence = file.syncobjs.get(handle)?.fence ?? null;
    const done = fence === null ? null : point === null ? fence : ownFence(fence, point);
    const isTimeline = point === null ? 0 : 1;
    if (this.#calls.own('fenceAttach', number, handle, isTimeline, point ?? 0n) !== 0) return;
    const made = this.#calls.kernel.mailbox.result(2);
    if (done === null) this.#due.push([made, 0]);
    else done.onSignal(({ error }) => this.#due.push([made, error]));
  }

  /** Signals what the model has signalled meanwhile; whether there was something. */
  signalDue(): boolean {
    if (this.#due.length === 0) return false;
    const due = this.#due;
    this.#due = [];
    for (const [fence, error] of due) this.#calls.own('fenceSignal', fence, error);
    return true;
  }
}

/** The fence that was added as `point`, without those before it: the newest one, unless several were added. */
function ownFence(head: Fence, point: bigint): Fence {
  for (let link: Fence | null = head; link instanceof FenceChain; link = link.prev)
    if (link.seqno === point) return link.fence;
  return contained(head);
}
