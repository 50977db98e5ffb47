import { EINVAL, ENOENT } from '../../../uapi/errno.ts';
import type { DrmFile } from '../ioctl/file.ts';
import { type Fence, stubFence } from './fence.ts';
import { chainWalk, FenceChain, findSeqno } from './fence-chain.ts';

/** Asked again whenever a syncobj gets another fence; true when it need not be asked any more. */
export type SubmitWatcher = (syncobj: Syncobj) => boolean;

/**
 * A container that a client names with a handle and that holds a fence, or none (struct drm_syncobj). A binary one
 * is given a new fence each time; a timeline grows a chain.
 */
export class Syncobj {
  /** Handles, file descriptors and submissions that hold it. */
  #refs = 1;
  #fence: Fence | null = null;
  /** cb_list and ev_fd_list: waiters for a fence, or for a point, that has not been submitted yet. */
  readonly #watchers = new Map<SubmitWatcher, (() => void) | undefined>();

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
    const dropped = [...this.#watchers.values()];
    this.#watchers.clear();
    for (const drop of dropped) drop?.();
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

  /**
   * drm_syncobj_fence_add_wait(): asks `watcher` at each new fence until it is content. `dropped` is called when the
   * syncobj is freed before that.
   */
  watch(watcher: SubmitWatcher, dropped?: () => void): void {
    this.#watchers.set(watcher, dropped);
  }

  unwatch(watcher: SubmitWatcher): void {
    this.#watchers.delete(watcher);
  }

  #wake(): void {
    if (this.#watchers.size === 0) return;
    // Not those that come meanwhile.
    for (const watcher of [...this.#watchers.keys()]) {
      if (this.#watchers.has(watcher) && watcher(this)) this.#watchers.delete(watcher);
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
