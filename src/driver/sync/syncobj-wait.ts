import {
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL,
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE,
  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT,
} from '../../../uapi/drm.ts';
import { EINVAL } from '../../../uapi/errno.ts';
import type { Fence } from './fence.ts';
import type { SubmitWatcher, Syncobj } from './syncobj.ts';

/** "No index": what first_signaled says when everything was waited for and nothing was there at the start. */
const NONE = 0xffffffff;

/** Flags with which a point need not be submitted yet. */
const MAY_BE_MISSING = DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT | DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE;

interface Entry {
  readonly index: number;
  readonly syncobj: Syncobj;
  readonly point: bigint;
  /** What is waited for; null while the point has not been submitted. Once there, it stays. */
  fence: Fence | null;
  ready: boolean;
  watcher: SubmitWatcher | null;
  signaled: (() => void) | null;
}

/** Waiting for several syncobjs at once: drm_syncobj_array_wait_timeout(). After the first look, what changes is noted one by one. */
export class SyncobjWait {
  /** first_signaled: the first that was there when the wait began, or, waiting for any, the one that ended it. */
  first = NONE;
  readonly #entries: Entry[] = [];
  readonly #all: boolean;
  readonly #available: boolean;
  readonly #mayBeMissing: boolean;
  #ready = 0;
  #wake: (() => void) | null = null;

  /** `flags`: DRM_SYNCOBJ_WAIT_FLAGS_*. */
  constructor(flags: number) {
    this.#all = (flags & DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL) !== 0;
    this.#available = (flags & DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE) !== 0;
    this.#mayBeMissing = (flags & MAY_BE_MISSING) !== 0;
  }

  /** One more to wait for, looked at once: 0, or -EINVAL when it has nothing to wait for. */
  add(syncobj: Syncobj, point: bigint): number {
    const fence = syncobj.lookup(point) ?? null;
    if (fence === null && !this.#mayBeMissing) return -EINVAL;
    const index = this.#entries.length;
    const entry: Entry = { index, syncobj, point, fence, ready: false, watcher: null, signaled: null };
    this.#entries.push(entry);
    if (this.#isReady(entry)) {
      // Waiting for all, the index tells what was there at the first look only.
      if (this.first === NONE) this.first = index;
      this.#note(entry);
    }
    return 0;
  }

  /** Whether the wait is over. */
  get over(): boolean {
    return this.#ready === this.#entries.length || (!this.#all && this.#ready > 0);
  }

  /** Goes to sleep: `wake` is called when the wait is over, perhaps at once. Holds the syncobjs until leave(). */
  enter(wake: () => void): void {
    for (const entry of this.#entries) {
      entry.syncobj.get();
      if (entry.ready) continue;
      entry.signaled = () => this.#changed(entry);
      if (entry.fence !== null) entry.fence.onSignal(entry.signaled);
      else {
        entry.watcher = () => this.#submitted(entry);
        if (!entry.watcher()) entry.syncobj.watch(entry.watcher);
      }
    }
    this.#wake = wake;
    if (this.over) wake();
  }

  /** Waits no more. */
  leave(): void {
    this.#wake = null;
    for (const { syncobj, fence, watcher, signaled } of this.#entries) {
      if (watcher !== null) syncobj.unwatch(watcher);
      if (signaled !== null) fence?.removeCallback(signaled);
      syncobj.put();
    }
  }

  #isReady({ fence }: Entry): boolean {
    return fence !== null && (this.#available || fence.signaled);
  }

  #note(entry: Entry): void {
    if (entry.ready) return;
    entry.ready = true;
    this.#ready++;
    if (!this.#all && this.first === NONE) this.first = entry.index;
  }

  #changed(entry: Entry): void {
    if (!this.#isReady(entry)) return;
    this.#note(entry);
    if (this.over) this.#wake?.();
  }

  /** syncobj_wait_syncobj_func(): the point may be there now. */
  #submitted(entry: Entry): boolean {
    entry.fence ??= entry.syncobj.lookup(entry.point) ?? null;
    if (entry.fence === null) return false;
    entry.watcher = null;
    if (this.#available) this.#changed(entry);
    else if (entry.signaled !== null) entry.fence.onSignal(entry.signaled);
    return true;
  }
}
