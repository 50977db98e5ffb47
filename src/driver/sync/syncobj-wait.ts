import {
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL,
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE,
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT,
} from '../../../uapi/drm.ts';
import { EINVAL } from '../../../uapi/errno.ts';
import type { Fence } from './fence.ts';
import { findSeqno } from './fence-chain.ts';
import type { Syncobj } from './syncobj.ts';

/** "No index": what first_signaled says when everything was waited for and nothing was there at the start. */
const NONE = 0xffffffff;
/** Flags with which a point need not be submitted yet. */
const MAY_BE_MISSING = DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT | DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE;
/** End of a list of entries. */
const END = -1;

/** Syncobjs by index. */
interface Entries {
  readonly length: number;
  at(i: number): Syncobj;
}

/** A syncobj that has got a fence, or a fence that has signalled. */
interface Event {
  readonly syncobj: Syncobj | null;
  readonly fence: Fence;
}

/**
 * Waiting for several syncobjs at once: drm_syncobj_array_wait_timeout(). Who signals only leaves a note; the caller that
 * waits looks at its entries itself (catchUp), in order. Entries of one syncobj, or of one fence, are in one list, so that waking costs
 * the same however often a caller names them.
 */
export class SyncobjWait {
  /** first_signaled: the first that was there when the wait began, or, waiting for any, the one that ended it. */
  first = NONE;
  readonly #all: boolean;
  readonly #available: boolean;
  readonly #mayBeMissing: boolean;
  readonly #pause: () => void;
  /** What is waited for, by index; syncobjs are to be asked for during the first look only. */
  readonly #syncobjs: Entries;
  readonly #points: BigUint64Array | null;
  readonly #ready: Uint8Array;
  #readyCount = 0;
  /** The next entry of the same list. */
  #next = new Int32Array(0);
  /** First entries: of those without a fence, by syncobj, and of those whose fence has not signalled, by that. */
  readonly #missing = new Map<Syncobj, number>();
  readonly #unsignaled = new Map<Fence, number>();
  #events: Event[] = [];
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
    this.#ready = new Uint8Array(syncobjs.length);
  }

  /**
   * The first look. Where the caller can sleep, changes are noted from now on and syncobjs without a fence held, until leave().
   * (The kernel holds the others, too, which makes no difference: their fences are.)
   *
   * @returns 0, or -EINVAL where there is nothing to wait for
   */
  enter(canSleep: boolean): number {
    const { length } = this.#syncobjs;
    if (canSleep) this.#next = new Int32Array(length);
    // From the last to the first: so are lists made in order.
    for (let i = length - 1; i >= 0; i--) {
      this.#pause();
      const syncobj = this.#syncobjs.at(i);
      const fence = this.#lookup(syncobj.fence, i);
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
      this.#events = [];
      for (const { syncobj, fence } of events) {
        if (syncobj === null) this.#signaled(fence);
        else this.#submitted(syncobj, fence);
      }
    }
    return this.#readyCount === this.#syncobjs.length || (!this.#all && this.#readyCount > 0);
  }

  /** Waits no more. */
  leave(): void {
    this.#wake = null;
    for (const syncobj of this.#missing.keys()) {
      this.#pause();
      syncobj.unwatch(this.#onFence);
      syncobj.put();
    }
    this.#missing.clear();
    for (const fence of this.#unsignaled.keys()) {
      this.#pause();
      fence.removeCallback(this.#onSignal);
    }
    this.#unsignaled.clear();
  }

  /** syncobj_wait_syncobj_func(): one more fence that a point may be in. */
  readonly #onFence = (syncobj: Syncobj): boolean => {
    const { fence } = syncobj;
    if (fence !== null) this.#tell({ syncobj, fence });
    return false;
  };

  /** syncobj_wait_fence_func() */
  readonly #onSignal = (fence: Fence): void => this.#tell({ syncobj: null, fence });

  #tell(event: Event): void {
    this.#events.push(event);
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
    if (this.#ready[i] === 1) return;
    this.#ready[i] = 1;
    this.#readyCount++;
    if (!this.#all && i < this.first) this.first = i;
  }

  /** Puts entry `i` in front of a list. */
  #sleepOn(syncobj: Syncobj, fence: Fence | null | undefined, i: number): void {
    const first = fence ? this.#unsignaled.get(fence) : this.#missing.get(syncobj);
    this.#next[i] = first ?? END;
    if (fence) this.#unsignaled.set(fence, i);
    else this.#missing.set(syncobj, i);
    if (first !== undefined) return;
    if (fence) fence.onSignal(this.#onSignal);
    else syncobj.get().watch(this.#onFence);
  }

  /** Entries of a syncobj that has got the fence `head`. */
  #submitted(syncobj: Syncobj, head: Fence): void {
    let i = this.#missing.get(syncobj) ?? END;
    this.#missing.delete(syncobj);
    let last = END;
    for (let next = END; i !== END; i = next) {
      this.#pause();
      next = this.#next[i];
      const fence = this.#lookup(head, i);
      if (this.#isReady(fence)) this.#note(i);
      else if (fence) this.#sleepOn(syncobj, fence, i);
      else {
        this.#next[i] = END;
        if (last === END) this.#missing.set(syncobj, i);
        else this.#next[last] = i;
        last = i;
      }
    }
    if (last !== END) return;
    syncobj.unwatch(this.#onFence);
    syncobj.put();
  }

  /** Entries of a fence that has signalled. */
  #signaled(fence: Fence): void {
    let i = this.#unsignaled.get(fence) ?? END;
    this.#unsignaled.delete(fence);
    for (; i !== END; i = this.#next[i]) {
      this.#pause();
      this.#note(i);
    }
  }
}
