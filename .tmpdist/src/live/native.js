/**
 * The server's helper (native-stubs/server): what Node cannot do by itself. Descriptors over unix sockets, who is at
 * the other end of one, waiting for many connections in one blocking call, memory shared with other processes.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nativeBuildDir } from './package-root.js';
import { StartError } from './start-error.js';
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;
export const EPOLLIN = 0x1;
export const EPOLLOUT = 0x4;
export const EPOLLERR = 0x8;
export const EPOLLHUP = 0x10;
let loaded;
/** Path of the helper where it has been compiled. */
export function helperPath() {
    return join(nativeBuildDir(), 'server.node');
}
/**
 * Loads the helper.
 *
 * @throws StartError with one sentence for the user when it was not compiled
 */
export function native() {
    if (loaded === undefined) {
        const path = helperPath();
        if (!existsSync(path)) {
            throw new StartError('the native parts are not compiled: a C compiler and `npm run build:native` are needed');
        }
        loaded = createRequire(import.meta.url)(path);
    }
    return loaded;
}
//# sourceMappingURL=native.js.map