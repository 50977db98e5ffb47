import { closeSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { freeCard, makeDeviceTree } from './device-tree.js';
import { native } from './native.js';
import { nativeBuildDir } from './package-root.js';
import { clearPrivateDir, makePrivateDir } from './private-dir.js';
import { StartError } from './start-error.js';
/** A running server in a thread of its own. */
export class ServerThread {
    dir;
    card;
    #ownsDir;
    #worker;
    #wake;
    #stopped;
    constructor(dir, ownsDir, card, worker, wake) {
        this.dir = dir;
        this.#ownsDir = ownsDir;
        this.card = card;
        this.#worker = worker;
        this.#wake = wake;
        this.#stopped = new Promise((resolve, reject) => {
            worker.on('message', (message) => {
                if (message.type === 'stopped')
                    resolve(message.report);
            });
            worker.on('error', reject);
        });
        this.#stopped.catch(() => { });
    }
    /**
     * Starts a server; it takes clients when this resolves.
     *
     * @throws StartError when the native parts are missing, the directory is not private, the record file cannot be opened
     */
    static async start(options) {
        const helper = native();
        const dir = makePrivateDir(options.dir);
        const card = options.card ?? freeCard();
        try {
            clearPrivateDir(dir, false);
            makeDeviceTree(join(dir, 'root'), card);
            const ends = new Int32Array(2);
            if (helper.pipe(ends) < 0)
                throw new Error('no pipe for the server thread');
            const data = {
                dir,
                card,
                kernel: options.kernel,
                with: options.with,
                without: options.without,
                gpu: options.gpu,
                wake: ends[0],
                record: options.record ?? null,
            };
            const worker = new Worker(new URL('./worker.js', import.meta.url), {
                workerData: data,
                trackUnmanagedFds: false,
            });
            const thread = new ServerThread(dir, options.dir === undefined, card, worker, ends[1]);
            await new Promise((resolve, reject) => {
                worker.once('message', () => resolve());
                // Its class is lost on the way from the thread.
                worker.once('error', (error) => reject(isStartError(error) ? new StartError(error.message) : error));
            });
            return thread;
        }
        catch (error) {
            clearPrivateDir(dir, options.dir === undefined);
            throw error;
        }
    }
    /** The environment in which a client finds the server; LD_PRELOAD is the caller's affair. */
    get environment() {
        return { PANTHOR_SHIM_DIR: this.dir, PANTHOR_SHIM_CARD: String(this.card) };
    }
    /** Ends the server and says what it has seen. */
    async stop() {
        this.#worker.postMessage('stop');
        writeSync(this.#wake, new Uint8Array(1));
        try {
            return await this.#stopped;
        }
        finally {
            closeSync(this.#wake);
            clearPrivateDir(this.dir, this.#ownsDir);
        }
    }
}
function isStartError(error) {
    return error instanceof Error && error.name === 'StartError';
}
/** The recording library for an architecture. */
export function recorderPath(arch) {
    return join(nativeBuildDir(), arch, 'libdrm_recorder.so');
}
/** The preload library for an architecture (x86_64, aarch64). */
export function libraryPath(arch) {
    return join(nativeBuildDir(), arch, 'libpanthor_shim.so');
}
//# sourceMappingURL=server-thread.js.map