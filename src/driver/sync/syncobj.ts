import { EINVAL, ENOENT } from '../../../uapi/errno.ts';
import type { DrmFile } from '../ioctl/file.ts';
import { type Fence, stubFence } from './fence.ts';
import { chainWalk, FenceChain, findSeqno } from './fence-chain.ts';

/** Waits for a fence, or a point, that has not been submitted yet: an entry of cb_list or ev_fd_list. */
export interface SubmitWatcher {
  /** Asked again whenever the syncobj gets another fence; true when it need not be asked any more. */
  submitted(syncobj: Syncobj): boolean;
  /** The syncobj is freed. */
  dropped?(): void;
}

const NO_WATCHERS: readonly SubmitWatcher[] = [];

/**
 * A container that a client names with a handle and that holds a fence, or none (struct drm_syncobj). A binary one
 * is given a new fence each time; a timeline grows a chain.
 */
export class Syncobj {
  /** Handles, file descriptors and submissions that hold it. */
  #refs = 1;
  #fence: Fence | null = null;
  /** cb_list and ev_fd_list, with the watchers' marks. Most syncobjs have one watcher or none, which needs no table. */
  #watcher: SubmitWatcher | null = null;
  #mark = 0;
  #others: Map<SubmitWatcher, number> | null = null;

  /** drm_syncobj_fence_get(). */
  get fence(): Fence | null {
    return this.#fence;
  }

  get refs(): number {
    return this.#refs;
  }

  get(): this {
    this.#refs++;
    return this;
  }

  /** drm_syncobj_put(); the last one drops the fence and all watchers (drm_syncobj_free). */
  put(): void {
    if (--this.#refs > 0) return;
    this.#fence = null;
    const first = this.#watcher;
    const others = this.#others;
    this.#watcher = null;
    this.#others = null;
    first?.dropped?.();
    if (others !== null) for (const watcher of others.keys()) watcher.dropped?.();
  }

  /** drm_syncobj_replace_fence(): null takes the fence away (a reset). */
  replaceFence(fence: Fence | null): void {
    if (fence === this.#fence) return;
    this.#fence = fence;
    this.#wake();
  }

  /** drm_syncobj_add_point(): `fence` becomes point `point` of the timeline. */
  addPoint(fence: Fence, point: bigint): void {
    const prev = this.#fence;
    this.#fence = new FenceChain(prev, fence, point);
    this.#wake();
    // The kernel walks the old chain once here, which cuts out what is done.
    for (let link = prev; link !== null; ) link = chainWalk(link);
  }

  /** What to wait for to see `point` reached (0: the whole), or undefined when that has not been submitted. */
  lookup(point: bigint): Fence | undefined {
    if (this.#fence === null) return undefined;
    const found = findSeqno(this.#fence, point);
    return found === null ? stubFence() : found;
  }

  /** drm_syncobj_fence_add_wait(): asks `watcher` at each new fence until it is content. `mark`, 0 or above, is kept for it. */
  watch(watcher: SubmitWatcher, mark = 0): void {
    if (watcher === this.#watcher || (this.#watcher === null && this.#others === null)) {
      this.#watcher = watcher;
      this.#mark = mark;
    } else {
      this.#others ??= new Map();
      this.#others.set(watcher, mark);
    }
  }

  /** What `watcher` watches with; -1 where it does not. */
  markOf(watcher: SubmitWatcher): number {
    return watcher === this.#watcher ? this.#mark : (this.#others?.get(watcher) ?? -1);
  }

  /** Whether `watcher` was there. */
  unwatch(watcher: SubmitWatcher): boolean {
    if (watcher !== this.#watcher) return this.#others?.delete(watcher) ?? false;
    this.#watcher = null;
    return true;
  }

  #wake(): void {
    const first = this.#watcher;
    // Not those that come meanwhile.
    const others = this.#others === null ? NO_WATCHERS : [...this.#others.keys()];
    if (first?.submitted(this)) this.unwatch(first);
    for (const watcher of others) {
      if (this.#others?.has(watcher) && watcher.submitted(this)) this.#others.delete(watcher);
    }
  }
}

/**
 * drm_syncobj_find_fence() without WAIT_FOR_SUBMIT: the fence at `point` of the syncobj that `handle` names.
 *
 * @returns the fence; -ENOENT for an unknown handle; -EINVAL when there is no fence, or no such point yet
 */
export function findFence(file: DrmFile, handle: number, point: bigint): Fence | number {
  const syncobj = file.syncobjs.get(handle);
  if (syncobj === undefined) return -ENOENT;
  return syncobj.lookup(point) ?? -EINVAL;
}
