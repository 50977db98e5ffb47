import { closeSync } from 'node:fs';
import { EBADF, EIO, ENOTTY } from '../../uapi/errno.js';
import { dmaBufIoctl } from '../driver/dma-buf.js';
import { BLOCKED } from '../driver/drv.js';
import { run } from '../driver/interleave.js';
import { Call } from './call.js';
import { CallFds } from './call-fds.js';
import { nativeIoctls } from './native-tables.js';
import { WIRE_ATTACH } from './wire.js';
/** User memory of one call that is kept for the next. */
const KEPT_BYTES = 1 << 20;
/** Ioctls by type and number. */
const known = new Map(nativeIoctls.map((spec) => [
    (spec.type << 8) | spec.nr,
    { spec, hasFd: spec.arg?.fields.some((field) => field.info.unit === 'fd') ?? false },
]));
/** Where WIRE_IOCTL becomes a call of the driver, and its result a reply. */
export class Ioctls {
    #options;
    #wantsBefore;
    #call = new Call();
    /** A call is being made: what it completes of others is told after its own result. */
    #making = false;
    #completed = [];
    constructor(options) {
        this.#options = options;
        this.#wantsBefore = options.observers.some((observer) => observer.wantsBefore);
    }
    /**
     * Handles one request; `fds` are the descriptors that came along, and those that are left in it are the caller's.
     *
     * @returns false for what is no request
     */
    handle(from, frame, view, bytes, fds) {
        const call = this.#call;
        if (!call.read(frame, view, bytes))
            return false;
        const shown = (frame.flags & WIRE_ATTACH) !== 0 ? fds.shift() : undefined;
        if (call.fileKey === 0) {
            if (shown === undefined)
                return false;
            this.#onDmaBuf(from, frame.id, call, shown, fds);
            return true;
        }
        const file = this.#options.files.find(from, call.fileKey, shown);
        if (file === undefined)
            this.#options.replies.plain(from, frame.id, -EBADF);
        else
            this.#onDevice(from, frame.id, file, call, fds);
        return true;
    }
    #onDevice(from, id, file, call, fds) {
        const { drv, exports, bugs } = this.#options;
        if (this.#wantsBefore)
            call.remember();
        const entry = known.get(call.request & 0xffff);
        let table = null;
        if (entry?.hasFd) {
            table = new CallFds(exports, file, entry.spec, call.arg(), call.argAddr, fds.shift() ?? -1);
            file.drm.fds = table;
        }
        const what = entry?.spec.name ?? 'an unknown ioctl';
        this.#making = true;
        const ret = bugs.guard(what, () => run(drv.ioctl(file.drm, call.request, call.mem, call.argAddr))) ?? -EIO;
        this.#making = false;
        table?.end();
        if (ret === BLOCKED)
            this.#wait(from, id, file, call);
        else
            this.#finish(from, id, file, call, ret, table);
        for (const tell of this.#completed.splice(0))
            tell();
    }
    /** The call waits; it keeps its memory, and the next call gets other. */
    #wait(from, id, file, call) {
        const blocked = file.drm.blocked;
        this.#call = new Call();
        file.busy++;
        from.cancel = () => blocked.cancel();
        blocked.onComplete((ret) => {
            const tell = () => {
                from.cancel = null;
                this.#finish(from, id, file, call, ret, null);
                this.#options.files.idle(file);
            };
            if (this.#making)
                this.#completed.push(tell);
            else
                tell();
        });
    }
    #finish(from, id, on, call, ret, table) {
        for (const observer of this.#options.observers)
            observer.ioctl(on, call, ret, table);
        if (!from.closed)
            this.#options.replies.ofCall(from, id, call, ret, table);
        call.before = null;
        if (call === this.#call && call.mem.data.length > KEPT_BYTES)
            this.#call = new Call();
    }
    /** Calls on the own descriptor of a dma-buf. A sync_file has none that are modelled. */
    #onDmaBuf(from, id, call, target, fds) {
        const { exports, replies, bugs } = this.#options;
        const object = exports.identify(target);
        closeSync(target);
        if (object?.kind !== 'dma-buf') {
            replies.plain(from, id, -ENOTTY);
            return;
        }
        if (this.#wantsBefore)
            call.remember();
        const spec = known.get(call.request & 0xffff)?.spec;
        const table = new CallFds(exports, null, spec, call.arg(), call.argAddr, fds.shift() ?? -1);
        const { request, mem, argAddr } = call;
        const ret = bugs.guard('a dma-buf ioctl', () => dmaBufIoctl(object, request, mem, argAddr, table)) ?? -EIO;
        table.end();
        this.#finish(from, id, object, call, ret, table);
    }
}
//# sourceMappingURL=ioctls.js.map