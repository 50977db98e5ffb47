import { ReplyWriter } from './wire.js';
/** Puts results on their way to clients. */
export class Replies {
    #options;
    #writer = new ReplyWriter();
    constructor(options) {
        this.#options = options;
    }
    /** `ret` (0 or more, or -errno) and nothing else. */
    plain(to, id, ret) {
        const writer = this.#writer;
        writer.beginReply(id, ret, 0, 0);
        writer.finishReply();
        this.#send(to);
    }
    /** The result of an ioctl: what it changed in user memory, and the descriptors that it made. */
    ofCall(to, id, call, ret, table) {
        const writer = this.#writer;
        const made = table?.made.length ?? 0;
        writer.beginReply(id, ret, 0, made);
        call.writeChanges(writer);
        if (table === null || made === 0) {
            writer.finishReply();
            this.#send(to);
            return;
        }
        for (const install of table.installs)
            writer.install(install);
        writer.finishReply();
        this.#send(to, Int32Array.from(table.made));
    }
    /** Success, with a descriptor to map. It is the client's, or stays open here where it is only lent. */
    memory(to, id, fd, lend) {
        const writer = this.#writer;
        writer.beginReply(id, 0, 0, 1);
        writer.finishReply();
        if (!lend) {
            this.#send(to, Int32Array.of(fd));
            return;
        }
        const sent = to.lend(writer.data, writer.used, fd);
        writer.used = 0;
        if (!sent)
            this.#options.lost(to);
    }
    #send(to, fds) {
        const writer = this.#writer;
        const sent = to.send(writer.data, writer.used, fds);
        writer.used = 0;
        if (!sent)
            this.#options.lost(to);
        else if (to.hasOutput)
            this.#options.delayed(to);
    }
}
//# sourceMappingURL=replies.js.map