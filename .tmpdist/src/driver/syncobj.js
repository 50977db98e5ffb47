import { EINVAL, ENOENT } from '../../uapi/errno.js';
import { stubFence } from './fence.js';
import { chainWalk, FenceChain, findSeqno } from './fence-chain.js';
/**
 * A container that a client names with a handle and that holds a fence, or none (struct drm_syncobj). A binary one
 * is given a new fence each time; a timeline grows a chain.
 */
export class Syncobj {
    /** Handles, file descriptors and submissions that hold it. */
    #refs = 1;
    #fence = null;
    /** cb_list and ev_fd_list: waiters for a fence, or for a point, that has not been submitted yet. */
    #watchers = [];
    /** drm_syncobj_fence_get(). */
    get fence() {
        return this.#fence;
    }
    get refs() {
        return this.#refs;
    }
    get() {
        this.#refs++;
        return this;
    }
    /** drm_syncobj_put(); the last one drops the fence and everybody who still watches (drm_syncobj_free). */
    put() {
        if (--this.#refs > 0)
            return;
        this.#fence = null;
        this.#watchers = [];
    }
    /** drm_syncobj_replace_fence(): null takes the fence away (a reset). */
    replaceFence(fence) {
        if (fence === this.#fence)
            return;
        this.#fence = fence;
        this.#wake();
    }
    /** drm_syncobj_add_point(): `fence` becomes point `point` of the timeline. */
    addPoint(fence, point) {
        const prev = this.#fence;
        this.#fence = new FenceChain(prev, fence, point);
        this.#wake();
        // The kernel walks the old chain once here, which cuts out what is done.
        for (let link = prev; link !== null;)
            link = chainWalk(link);
    }
    /** What to wait for to see `point` reached (0: the whole), or undefined when that has not been submitted. */
    lookup(point) {
        if (this.#fence === null)
            return undefined;
        const found = findSeqno(this.#fence, point);
        return found === null ? stubFence() : found;
    }
    /** drm_syncobj_fence_add_wait(): asks `watcher` at each new fence until it is content. */
    watch(watcher) {
        this.#watchers.push(watcher);
    }
    unwatch(watcher) {
        const i = this.#watchers.indexOf(watcher);
        if (i >= 0)
            this.#watchers.splice(i, 1);
    }
    #wake() {
        if (this.#watchers.length > 0)
            this.#watchers = this.#watchers.filter((watcher) => !watcher());
    }
}
/**
 * drm_syncobj_find_fence() without WAIT_FOR_SUBMIT: the fence at `point` of the syncobj that `handle` names.
 *
 * @returns the fence; -ENOENT for an unknown handle; -EINVAL when there is no fence, or no such point yet
 */
export function findFence(file, handle, point) {
    const syncobj = file.syncobjs.get(handle);
    if (syncobj === undefined)
        return -ENOENT;
    return syncobj.lookup(point) ?? -EINVAL;
}
//# sourceMappingURL=syncobj.js.map