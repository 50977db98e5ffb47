/** What a capture holds, whichever of its two forms it comes from (docs/formats.md describes both). */
/** The format version that both forms carry in front. */
export const CAPTURE_VERSION = 0;
/**
 * Bytes of arguments and buffers that one record may hold. The largest calls of real clients are VM_BINDs with a few
 * hundred operations of 48 bytes; the limit keeps damaged lengths from being believed.
 */
export const MAX_RECORD_BYTES = 8 << 20;
/** User buffers that one record may hold. */
export const MAX_BUFFERS = 1 << 16;
/** Bytes of one JSON line; everything that the two limits above allow fits. */
export const MAX_LINE_BYTES = 24 << 20;
export const REPLIES = ['stand-in', 'kernel', 'model'];
export const DEVICE_NODES = ['primary', 'render'];
/**
 * One event of a capture. Readers fill one object over and over (a stream has millions of records); whoever keeps a
 * record past the next one takes `clone()`.
 *
 * Argument and buffers are spans of `bytes`, which may be the reader's own window: read them, never write them.
 */
export class CaptureRecord {
    type = 'ioctl';
    /** Number in the stream, from 0, header not counted. */
    index = 0;
    /** Where the record starts in the (decompressed) stream. */
    start = 0;
    /** The line as it stood in the file, with its end, where that is not how this project writes it; else null. */
    raw = null;
    timeNs = 0;
    tid = 0;
    fd = 0;
    /** ioctl and mmap: the node that the file was opened as; recorders say it with the first record of a file. */
    node = null;
    /** ioctl: request number, as the client passed it. */
    request = 0;
    /** ioctl: 0 or more, or -1 with `errno` set. */
    ret = 0;
    errno = 0;
    bytes = EMPTY;
    argSize = 0;
    argInAt = 0;
    argOutAt = 0;
    bufferCount = 0;
    buffers = [];
    /** mmap: the call's arguments, the 64-bit ones in two halves, and whether it succeeded. */
    lengthLo = 0;
    lengthHi = 0;
    offsetLo = 0;
    offsetHi = 0;
    prot = 0;
    flags = 0;
    ok = true;
    /** Appends a buffer slot and returns it; slots are reused from record to record. */
    addBuffer() {
        let span = this.buffers[this.bufferCount];
        if (span === undefined) {
            span = { addr: 0, addrLo: 0, addrHi: 0, inAt: 0, inSize: 0, outAt: -1, outSize: 0 };
            this.buffers.push(span);
        }
        this.bufferCount++;
        return span;
    }
    get argIn() {
        return this.bytes.subarray(this.argInAt, this.argInAt + this.argSize);
    }
    get argOut() {
        return this.bytes.subarray(this.argOutAt, this.argOutAt + this.argSize);
    }
    /** mmap: length in bytes, rounded above 2^53. */
    get length() {
        return this.lengthHi * 0x100000000 + this.lengthLo;
    }
    /** mmap: offset in bytes, rounded above 2^53 (DRM_PANTHOR_USER_FLUSH_ID_MMIO_OFFSET, 1 << 56, is exact). */
    get offset() {
        return this.offsetHi * 0x100000000 + this.offsetLo;
    }
    bufferIn(i) {
        const b = this.buffers[i];
        return this.bytes.subarray(b.inAt, b.inAt + b.inSize);
    }
    /** The bytes after the call, or null where the call left them alone. */
    bufferOut(i) {
        const b = this.buffers[i];
        return b.outAt < 0 ? null : this.bytes.subarray(b.outAt, b.outAt + b.outSize);
    }
    /** A copy that owns its bytes and nothing else of the reader's window. */
    clone() {
        const copy = new CaptureRecord();
        const { buffers: _, ...own } = this;
        Object.assign(copy, own);
        copy.raw = this.raw?.slice() ?? null;
        if (this.type !== 'ioctl')
            return copy;
        return setIoctl(copy, {
            ...own,
            argIn: this.argIn,
            argOut: this.argOut,
            buffers: Array.from({ length: this.bufferCount }, (_, i) => ({
                addr: (BigInt(this.buffers[i].addrHi) << 32n) | BigInt(this.buffers[i].addrLo),
                in: this.bufferIn(i),
                out: this.bufferOut(i),
            })),
        });
    }
}
const EMPTY = new Uint8Array(0);
/** Size of the argument struct that a request number names (_IOC_SIZE of asm-generic/ioctl.h). */
export function requestSize(request) {
    return (request >>> 16) & 0x3fff;
}
/** Fills `record` with an ioctl. `argIn` and `argOut` must be as long as the request number says. */
export function setIoctl(record, init) {
    const size = requestSize(init.request);
    if (init.argIn.length !== size || init.argOut.length !== size) {
        throw new RangeError(`argument of ${init.argIn.length} and ${init.argOut.length} bytes, not ${size}`);
    }
    record.type = 'ioctl';
    record.timeNs = init.timeNs;
    record.tid = init.tid;
    record.fd = init.fd;
    record.node = init.node ?? null;
    record.request = init.request >>> 0;
    record.ret = init.ret;
    record.errno = init.errno;
    record.argSize = size;
    let total = 2 * size;
    for (const b of init.buffers)
        total += b.in.length + (b.out?.length ?? 0);
    const bytes = new Uint8Array(total);
    record.bytes = bytes;
    let at = 0;
    const put = (part) => {
        bytes.set(part, at);
        at += part.length;
        return at - part.length;
    };
    record.argInAt = put(init.argIn);
    record.argOutAt = put(init.argOut);
    record.bufferCount = 0;
    for (const b of init.buffers) {
        const span = record.addBuffer();
        const addr = BigInt(b.addr);
        span.addr = Number(addr);
        span.addrLo = Number(addr & 0xffffffffn);
        span.addrHi = Number(addr >> 32n);
        span.inAt = put(b.in);
        span.inSize = b.in.length;
        span.outAt = b.out ? put(b.out) : -1;
        span.outSize = b.out?.length ?? 0;
    }
    return record;
}
//# sourceMappingURL=record.js.map