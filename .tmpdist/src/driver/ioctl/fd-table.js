import { EBADF } from '../../../uapi/errno.js';
/** The last descriptor of `object` was closed. */
export function releaseFdObject(object) {
    if (object.kind === 'dma-buf')
        object.put();
    else if (object.kind === 'syncobj-file')
        object.syncobj.put();
}
/** Descriptors without a process: lowest free number from 3. */
export class ModelFdTable {
    #files = new Map();
    install(object) {
        let fd = 3;
        while (this.#files.has(fd))
            fd++;
        this.#files.set(fd, object);
        return fd;
    }
    lookup(fd) {
        return this.#files.get(fd);
    }
    /** close(2): 0 or -EBADF. */
    close(fd) {
        const object = this.#files.get(fd);
        if (object === undefined)
            return -EBADF;
        this.#files.delete(fd);
        if (object !== null)
            releaseFdObject(object);
        return 0;
    }
}
//# sourceMappingURL=fd-table.js.map