/** One open device node of a client. It lives as long as its connection: the last descriptor, wherever it went. */
export class OpenFile {
    /** The number that captures know it by; never used again. */
    id;
    key;
    minor;
    /** Process that opened it. */
    pid;
    drm;
    released = false;
    /** Calls that wait. They hold the file, as fdget() does in the kernel. */
    busy = 0;
    /** The last descriptor is gone; the file is released when no call waits any more. */
    closing = false;
    constructor(id, key, minor, pid, drm) {
        this.id = id;
        this.key = key;
        this.minor = minor;
        this.pid = pid;
        this.drm = drm;
    }
}
/** Tells one server's sockets from another's: a hash of its private directory (FNV-1a, as config.c has it). */
export function realmOf(dir) {
    let hash = 0x811c9dc5;
    for (const byte of Buffer.from(dir))
        hash = Math.imul(hash ^ byte, 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, '0');
}
const NAME = /^panthor-shim\/([0-9a-f]{8})\/([df])([0-9a-f]{2})\.[0-9a-f]\/([0-9a-f]{16})$/;
/** Takes a name apart; undefined where it is not a name of this realm. */
export function parseName(name, realm) {
    const m = NAME.exec(name);
    if (m === null || m[1] !== realm)
        return undefined;
    const key = Number.parseInt(m[4], 16);
    if (!Number.isSafeInteger(key) || key === 0)
        return undefined;
    return { kind: m[2] === 'd' ? 'device' : 'fence', minor: Number.parseInt(m[3], 16), key };
}
/** The name of a sync_file or syncobj file. */
export function fenceName(realm, key) {
    return `panthor-shim/${realm}/f00.2/${key.toString(16).padStart(16, '0')}`;
}
//# sourceMappingURL=open-file.js.map