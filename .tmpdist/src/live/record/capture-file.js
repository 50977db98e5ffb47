import { closeSync, openSync, writeSync } from 'node:fs';
import { CaptureWriter } from '../../capture/writer.js';
import { StartError } from '../start-error.js';
/** A capture that is written while it happens: into a file, or a FIFO that somebody reads. */
export class CaptureFile {
    #path;
    #writer;
    #fd;
    #pending = true;
    /** Opens `path` (.ptcap: the binary form); a FIFO waits for its reader. @throws StartError */
    constructor(path, header) {
        this.#path = path;
        try {
            this.#fd = openSync(path, 'w');
        }
        catch (error) {
            throw new StartError(error.message);
        }
        const form = path.endsWith('.ptcap') ? 'ptcap' : 'jsonl';
        this.#writer = new CaptureWriter(form, (bytes) => this.#put(bytes), header);
    }
    write(record) {
        if (this.#fd < 0)
            return;
        this.#writer.write(record);
        this.#pending = true;
    }
    /** Hands what has gathered to whoever reads. */
    flush() {
        if (!this.#pending)
            return;
        this.#pending = false;
        // The sink below is synchronous and does not throw.
        void this.#writer.flush();
    }
    close() {
        this.flush();
        if (this.#fd >= 0)
            closeSync(this.#fd);
        this.#fd = -1;
    }
    /** A reader that goes away, or a full disk, ends the recording and nothing else. */
    #put(bytes) {
        if (this.#fd < 0)
            return;
        try {
            for (let at = 0; at < bytes.length;)
                at += writeSync(this.#fd, bytes, at);
        }
        catch (error) {
            process.stderr.write(`panthor-shim: ${this.#path}: recording ends: ${error.message}\n`);
            closeSync(this.#fd);
            this.#fd = -1;
        }
    }
}
//# sourceMappingURL=capture-file.js.map