import {
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL,
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE,
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT,
} from '../../../uapi/drm.ts';
import { EINVAL } from '../../../uapi/errno.ts';
import { Chunks } from '../base/chunks.ts';
import { giveInts, takeInts } from '../base/int-arrays.ts';
import type { Fence } from './fence.ts';
import { findSeqno } from './fence-chain.ts';
import type { SubmitWatcher, Syncobj } from './syncobj.ts';

/** "No index": what first_signaled says when everything was waited for and nothing was there at the start. */
const NONE = 0xffffffff;
/** Flags with which a point need not be submitted yet. */
const MAY_BE_MISSING = DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT | DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE;
/** End of a list of entries. */
const END = -1;
/** Where the next entry would be: this one is ready. */
const READY = -2;

/** Syncobjs by index. */
interface Entries {
  readonly length: number;
  at(i: number): Syncobj;
}

const NO_ENTRIES: Entries = {
  length: 0,
  at: () => {
    throw new RangeError('the wait is over');
  },
};

const NO_EVENTS: Event[] = [];

/** A syncobj that has got the fence `head`, or the first of the entries whose fence has signalled. */
interface Event {
  readonly syncobj: Syncobj | null;
  readonly head: Fence;
  readonly first: number;
}

/**
 * Waiting for several syncobjs at once: drm_syncobj_array_wait_timeout(). Who signals only leaves a note; the caller that
 * waits looks at its entries itself, in order. Entries of one syncobj, or of one fence, are in one list, so that waking costs
 * the same however often a caller names them; that object keeps the first of them for the wait (markOf()), which needs no table that
 * would be rehashed as it grows.
 */
export class SyncobjWait implements SubmitWatcher {
  /** first_signaled: the first that was there when the wait began, or, waiting for any, the one that ended it. */
  first = NONE;
  readonly #all: boolean;
  readonly #available: boolean;
  readonly #mayBeMissing: boolean;
  readonly #pause: () => void;
  /** What is waited for, by index; syncobjs are to be asked for during the first look only. */
  #syncobjs: Entries;
  #points: BigUint64Array | null;
  #readyCount = 0;
  /** By entry: the next one of the same list, END or READY. */
  readonly #next: Int32Array;
  /** What has entries in a list, or had. */
  readonly #watched = new Chunks<Syncobj>();
  readonly #fences = new Chunks<Fence>();
  #events = NO_EVENTS;
  #wake: (() => void) | null = null;

  /**
   * @param flags DRM_SYNCOBJ_WAIT_FLAGS_*
   * @param points of timelines, one for each syncobj; null for zeros
   * @param pause called often: others may have their turn
   */
  constructor(
    flags: number,
    syncobjs: Entries,
    points: BigUint64Array | null,
    pause: () => void = () => undefined,
  ) {
    this.#all = (flags & DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL) !== 0;
    this.#available = (flags & DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE) !== 0;
    this.#mayBeMissing = (flags & MAY_BE_MISSING) !== 0;
    this.#pause = pause;
    this.#syncobjs = syncobjs;
    this.#points = points;
    this.#next = takeInts(syncobjs.length);
  }

  /**
   * The first look. Where the caller can sleep, changes are noted from now on and syncobjs without a fence held, until leave().
   * (The kernel holds the others, too, which makes no difference: their fences are.)
   *
   * @returns 0, or -EINVAL where there is nothing to wait for
   */
  enter(canSleep: boolean): number {
    const { length } = this.#syncobjs;
    // From the last to the first: so are lists made in order.
    for (let i = length - 1; i >= 0; i--) {
      this.#pause();
      const syncobj = this.#syncobjs.at(i);
      const fence = this.#lookup(syncobj.fence, i);
      this.#next[i] = END;
      if (fence === undefined && !this.#mayBeMissing) return -EINVAL;
      if (this.#isReady(fence)) {
        // Waiting for all, the index tells what was there at the first look only.
        this.first = i;
        this.#note(i);
      } else if (canSleep) this.#sleepOn(syncobj, fence, i);
    }
    return 0;
  }

  /** From now on `wake` is called when there is something to look at. */
  onEvent(wake: () => void): void {
    this.#wake = wake;
  }

  /** Looks at what has changed: whether the wait is over. */
  look(): boolean {
    while (this.#events.length > 0) {
      const events = this.#events;
      this.#events = NO_EVENTS;
      for (const { syncobj, head, first } of events) {
        if (syncobj === null) this.#signaled(first);
        else this.#gotFence(syncobj, head);
      }
    }
    return this.#readyCount === this.#syncobjs.length || (!this.#all && this.#readyCount > 0);
  }

  /** Waits no more, and is used no more. */
  leave(): void {
    this.#wake = null;
    this.#watched.takeAll((syncobj) => {
      this.#pause();
      if (syncobj.unwatch(this)) syncobj.put();
    });
    this.#fences.takeAll((fence) => {
      this.#pause();
      fence.removeCallback(this.#onSignal);
    });
    giveInts(this.#next);
    // See BlockedCall.#complete().
    this.#syncobjs = NO_ENTRIES;
    this.#points = null;
    this.#events = NO_EVENTS;
  }

  /** syncobj_wait_syncobj_func(): one more fence that a point may be in. */
  submitted(syncobj: Syncobj): boolean {
    const { fence } = syncobj;
    if (fence !== null) this.#tell({ syncobj, head: fence, first: END });
    return false;
  }

  /** syncobj_wait_fence_func() */
  readonly #onSignal = (head: Fence, first: number): void => this.#tell({ syncobj: null, head, first });

  #tell(event: Event): void {
    if (this.#events.length === 0) this.#events = [event];
    else this.#events.push(event);
    this.#wake?.();
  }

  /** What entry `i` waits for in `head`: null where that is done and gone, undefined where it is not submitted. */
  #lookup(head: Fence | null, i: number): Fence | null | undefined {
    if (head === null) return undefined;
    return findSeqno(head, this.#points === null ? 0n : this.#points[i]);
  }

  #isReady(fence: Fence | null | undefined): boolean {
    return fence === null || (fence !== undefined && (this.#available || fence.signaled));
  }

  #note(i: number): void {
    if (this.#next[i] === READY) return;
    this.#next[i] = READY;
    this.#readyCount++;
    if (!this.#all && i < this.first) this.first = i;
  }

  /** Puts entry `i` in front of a list. */
  #sleepOn(syncobj: Syncobj, fence: Fence | null | undefined, i: number): void {
    const first = fence ? fence.markOf(this.#onSignal) : syncobj.markOf(this);
    this.#next[i] = first;
    if (first === END) {
      if (fence) this.#fences.push(fence);
      else this.#watched.push(syncobj.get());
    }
    if (fence) fence.onSignal(this.#onSignal, i);
    else syncobj.watch(this, i);
  }

  /** Entries of a syncobj that has got the fence `head`. */
  #gotFence(syncobj: Syncobj, head: Fence): void {
    let i = syncobj.markOf(this);
    let first = END;
    let last = END;
    for (let next = END; i !== END; i = next) {
      this.#pause();
      next = this.#next[i];
      const fence = this.#lookup(head, i);
      if (this.#isReady(fence)) this.#note(i);
      else if (fence) this.#sleepOn(syncobj, fence, i);
      else {
        this.#next[i] = END;
        if (last === END) first = i;
        else this.#next[last] = i;
        last = i;
      }
    }
    if (first !== END) syncobj.watch(this, first);
    else if (syncobj.unwatch(this)) syncobj.put();
  }

  /** Entries of a fence that has signalled, from entry `first` on. */
  #signaled(first: number): void {
    for (let i = first, next = END; i !== END; i = next) {
      this.#pause();
      next = this.#next[i];
      this.#note(i);
    }
  }
}
