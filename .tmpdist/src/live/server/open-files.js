import { closeSync } from 'node:fs';
import { run } from '../../coroutine/op.js';
import { native } from '../native.js';
import { OpenFile, parseName } from './open-file.js';
/** The clients' open device nodes. */
export class OpenFiles {
    #options;
    #byKey = new Map();
    #nextId = 0;
    constructor(options) {
        this.#options = options;
    }
    get size() {
        return this.#byKey.size;
    }
    /** The connection `from` becomes an open file. @returns undefined where its socket's name does not fit */
    open(from, minor, pid) {
        const { card, drv, realm, bugs, observers } = this.#options;
        const name = parseName(native().peerName(from.fd), realm);
        if (name?.kind !== 'device' || name.minor !== minor || this.#byKey.has(name.key))
            return undefined;
        if (minor !== card && minor !== card + 128)
            return undefined;
        // The client is the server's own user, and so has the server's privileges or fewer.
        const root = process.geteuid?.() === 0;
        const node = minor === card ? 'primary' : 'render';
        const drm = bugs.guard('open', () => run(drv.open({ node, sysAdmin: root, sysNice: root })));
        if (drm === undefined)
            return undefined;
        const file = new OpenFile(this.#nextId++, name.key, minor, pid, drm);
        this.#byKey.set(file.key, file);
        from.role = 'file';
        from.file = file;
        for (const observer of observers)
            observer.opened(file);
        return file;
    }
    /**
     * The open file that a call is about. The client has to have it: it shows the descriptor once on each connection
     * (`shown`, which is closed here), and the name of that socket cannot be had twice.
     *
     * @returns undefined for what was not shown, is none of ours or has been released (EBADF)
     */
    find(from, key, shown) {
        if (shown !== undefined) {
            const name = parseName(native().ownName(shown), this.#options.realm);
            closeSync(shown);
            const file = name?.kind === 'device' ? this.#byKey.get(name.key) : undefined;
            if (file === undefined)
                return undefined;
            from.shown.set(file.key, file);
        }
        const file = from.shown.get(key);
        if (file?.released)
            from.shown.delete(key);
        return file === undefined || file.released ? undefined : file;
    }
    /** The last descriptor is gone; calls that wait still hold the file, as fdget() does. */
    closed(file) {
        file.closing = true;
        if (file.busy === 0)
            this.#release(file);
    }
    /** A call that waited has returned. */
    idle(file) {
        file.busy--;
        if (file.closing && file.busy === 0 && !file.released)
            this.#release(file);
    }
    /** The server ends. */
    close() {
        for (const file of [...this.#byKey.values()])
            this.#release(file);
    }
    #release(file) {
        const { drv, bugs, observers, released } = this.#options;
        file.released = true;
        this.#byKey.delete(file.key);
        bugs.guard('release', () => run(drv.release(file.drm)));
        released();
        for (const observer of observers)
            observer.released(file);
    }
}
//# sourceMappingURL=open-files.js.map