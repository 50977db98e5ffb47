import { closeSync, readlinkSync, writeSync } from 'node:fs';
import { DRM_CLOEXEC, DRM_RDWR, drm_prime_handle } from '../../../uapi/drm.js';
import { fdArgument, fdResult } from '../launch/native-tables.js';
/** Eventfds that no call ever signalled are closed when the driver has forgotten them. */
const forgotten = new FinalizationRegistry((owned) => {
    if (owned.fd >= 0)
        closeSync(owned.fd);
});
const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);
function eventFd(fd) {
    const owned = { fd };
    const object = {
        kind: 'eventfd',
        signal() {
            if (owned.fd < 0)
                return;
            try {
                writeSync(owned.fd, ONE);
            }
            catch {
                // Its counter is full: it is readable, which is all that a signal is for.
            }
            closeSync(owned.fd);
            owned.fd = -1;
        },
    };
    forgotten.register(object, owned);
    return object;
}
/**
 * The client's descriptors during one call: the one that came along for the argument's field, and the ones that the
 * driver makes. Numbers of the latter mean nothing here; the library writes the client's own over them.
 */
export class CallFds {
    #exports;
    #file;
    #spec;
    #argAddr;
    #flags;
    /** The descriptor that the client sent, as the client calls it and as it is called here; -1: none. */
    #sentAs;
    #sent;
    /** What the descriptor in the argument stands for, and what the driver made one for: each null where there is none. */
    given = null;
    result = null;
    /** New descriptors, and where the client wants their numbers. */
    made = [];
    installs = [];
    /** `arg` is the argument of the call, `sent` a descriptor that came along (owned from now on) or -1. */
    constructor(exports, file, spec, arg, argAddr, sent) {
        this.#exports = exports;
        this.#file = file;
        this.#spec = spec;
        this.#argAddr = argAddr;
        const field = spec && fdArgument(spec);
        const has = (offset) => arg !== null && offset + 4 <= arg.byteLength;
        this.#sentAs = field && has(field.offset) ? arg.getInt32(field.offset, true) : -1;
        const isPrime = spec?.arg === drm_prime_handle && has(drm_prime_handle.off.flags);
        // Everything but PRIME is close-on-exec and writable.
        this.#flags = isPrime ? arg.getUint32(drm_prime_handle.off.flags, true) : DRM_CLOEXEC | DRM_RDWR;
        this.#sent = sent;
    }
    /** The field of the argument that takes or returns a descriptor. */
    get field() {
        return this.#spec && (fdArgument(this.#spec) ?? fdResult(this.#spec));
    }
    install(object) {
        const field = this.#spec && fdResult(this.#spec);
        if (field === undefined)
            throw new Error(`${this.#spec?.name}: no field for a descriptor`);
        const fd = this.#exports.open(object, (this.#flags & DRM_RDWR) !== 0, this.#file);
        if (fd < 0)
            return fd;
        this.made.push(fd);
        this.result = object;
        this.installs.push({
            addr: this.#argAddr + field.offset,
            cloexec: (this.#flags & DRM_CLOEXEC) !== 0,
        });
        return fd;
    }
    lookup(fd) {
        if (this.#sent < 0 || fd !== this.#sentAs)
            return undefined;
        const object = this.#exports.identify(this.#sent);
        if (object !== null) {
            this.given = object;
            return object;
        }
        if (readlinkSync(`/proc/self/fd/${this.#sent}`) !== 'anon_inode:[eventfd]')
            return null;
        const event = eventFd(this.#sent);
        this.#sent = -1;
        this.given = event;
        return event;
    }
    /** The call is over. */
    end() {
        if (this.#sent >= 0)
            closeSync(this.#sent);
        this.#sent = -1;
    }
}
//# sourceMappingURL=call-fds.js.map