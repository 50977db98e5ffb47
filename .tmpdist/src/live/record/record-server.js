import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Frame } from '../../capture/frame.js';
import { ReplyWriter } from '../wire.js';
import { RecordBook } from './record-book.js';
/** One client's connection: frames in, "written down" out. */
class Channel {
    #socket;
    #book;
    #reply = new ReplyWriter();
    #frame = new Frame();
    #bytes = new Uint8Array(0);
    /** Process at the other end, 0 before it has said so. */
    pid = 0;
    constructor(socket, book) {
        this.#socket = socket;
        this.#book = book;
        socket.on('data', (data) => this.#take(data));
        socket.on('error', () => socket.destroy());
    }
    end() {
        this.#socket.destroy();
    }
    #take(data) {
        const bytes = this.#bytes.length === 0 ? data : Buffer.concat([this.#bytes, data]);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        let at = 0;
        for (;;) {
            const size = this.#frame.read(view, at, bytes.length);
            if (size === 0)
                break;
            if (size < 0 || !this.#book.write(this.#frame, view, bytes)) {
                this.#socket.destroy();
                return;
            }
            this.pid = this.#book.lastPid;
            at += size;
            this.#reply.beginReply(this.#frame.id, 0, 0, 0);
            this.#reply.finishReply();
        }
        this.#bytes = bytes.slice(at);
        if (this.#reply.used === 0)
            return;
        this.#socket.write(this.#reply.data.slice(0, this.#reply.used));
        this.#reply.used = 0;
    }
}
/** Takes what the recording library reports, at <dir>/socket, and writes the capture. */
export class RecordServer {
    #server;
    #book;
    #channels = new Set();
    constructor(book) {
        this.#book = book;
        this.#server = createServer((socket) => {
            const channel = new Channel(socket, book);
            this.#channels.add(channel);
            socket.on('close', () => {
                this.#channels.delete(channel);
                if (![...this.#channels].some((other) => other.pid === channel.pid))
                    book.processEnded(channel.pid);
            });
        });
    }
    /** @throws Error where the socket or the capture cannot be made */
    static async start(dir, options) {
        const server = new RecordServer(new RecordBook(options));
        await new Promise((resolve, reject) => {
            server.#server.once('error', reject);
            server.#server.listen(join(dir, 'socket'), 512, resolve);
        });
        return server;
    }
    /** Calls written down. */
    get count() {
        return this.#book.count;
    }
    /** Ends the recording; processes that are still there go on unrecorded. */
    async stop() {
        // What clients sent before they ended is still to be read.
        for (let i = 0; i < 10 && this.#channels.size > 0; i++)
            await sleep(10);
        this.#server.close();
        for (const channel of this.#channels)
            channel.end();
        this.#book.close();
    }
}
//# sourceMappingURL=record-server.js.map