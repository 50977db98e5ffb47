import { DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL, DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE, DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT, } from '../../uapi/drm.js';
import { EINVAL } from '../../uapi/errno.js';
/** "No index": what first_signaled says when everything was waited for and nothing was there at the start. */
const NONE = 0xffffffff;
/** Flags with which a point need not be submitted yet. */
const MAY_BE_MISSING = DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT | DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE;
/** Waiting for several syncobjs at once: drm_syncobj_array_wait_timeout(). */
export class SyncobjWait {
    /** first_signaled: the first that was there when the wait began, or, waiting for any, the one that ended it. */
    first = NONE;
    #entries;
    #all;
    #available;
    #mayBeMissing;
    #looked = false;
    #wake = () => { };
    constructor(syncobjs, points, flags) {
        this.#entries = syncobjs.map((syncobj, i) => ({ syncobj, point: points[i], fence: null, watcher: null }));
        this.#all = (flags & DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL) !== 0;
        this.#available = (flags & DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE) !== 0;
        this.#mayBeMissing = (flags & MAY_BE_MISSING) !== 0;
    }
    /** 0 when the wait is over, -EINVAL when there is nothing to wait for, undefined to go on waiting. */
    look() {
        for (const entry of this.#entries) {
            entry.fence ??= entry.syncobj.lookup(entry.point) ?? null;
            if (entry.fence === null && !this.#mayBeMissing)
                return -EINVAL;
        }
        const ready = this.#entries.filter(({ fence }) => fence !== null && (this.#available || fence.signaled));
        // Waiting for all, the index tells what was there at the first look only.
        if (ready.length > 0 && (!this.#all || !this.#looked))
            this.first = this.#entries.indexOf(ready[0]);
        this.#looked = true;
        return ready.length === this.#entries.length || (!this.#all && ready.length > 0) ? 0 : undefined;
    }
    /** Goes to sleep: `wake` is called when something changes. Holds the syncobjs until leave(). */
    enter(wake) {
        this.#wake = wake;
        for (const entry of this.#entries) {
            entry.syncobj.get();
            if (entry.fence !== null)
                entry.fence.onSignal(this.#signaled);
            else {
                entry.watcher = () => this.#submitted(entry);
                entry.syncobj.watch(entry.watcher);
            }
        }
    }
    /** Waits no more. */
    leave() {
        for (const { syncobj, fence, watcher } of this.#entries) {
            if (watcher !== null)
                syncobj.unwatch(watcher);
            fence?.removeCallback(this.#signaled);
            syncobj.put();
        }
    }
    #signaled = () => this.#wake();
    /** syncobj_wait_syncobj_func(): the point may be there now. */
    #submitted(entry) {
        entry.fence ??= entry.syncobj.lookup(entry.point) ?? null;
        if (entry.fence === null)
            return false;
        entry.watcher = null;
        if (!this.#available)
            entry.fence.onSignal(this.#signaled);
        this.#wake();
        return true;
    }
}
//# sourceMappingURL=syncobj-wait.js.map