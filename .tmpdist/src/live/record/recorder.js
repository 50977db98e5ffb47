import { CaptureRecord, setIoctl } from '../../capture/record.js';
import { CaptureFile } from './capture-file.js';
/** Where the numbers of what is no open file of the device begin. */
const FIRST_OTHER = 1 << 20;
/**
 * Writes the capture of what a server answers. Files are known by a number that is never used again, and so is what
 * other descriptors stand for (dma-bufs, sync files, syncobjs, eventfds), whichever client has it as which descriptor.
 */
export class Recorder {
    wantsBefore = true;
    #file;
    #record = new CaptureRecord();
    #device;
    #others = new WeakMap();
    #nextOther = FIRST_OTHER;
    /** @throws StartError */
    constructor(options, device) {
        this.#device = device;
        const { major, minor } = device.kernel.uapi;
        this.#file = new CaptureFile(options.path, {
            arch: options.arch,
            client: options.client,
            replies: 'model',
            driver_version: `${major}.${minor}.0`,
        });
    }
    opened() { }
    ioctl(on, call, ret, fds) {
        const { mem, before, request } = call;
        const size = (request >>> 16) & 0x3fff;
        if (before === null)
            return;
        const at = size === 0 ? -1 : mem.locate(call.argAddr, size);
        // A call whose argument could not even be read has nothing to show.
        if (at < 0 && size > 0)
            return;
        const buffers = [];
        for (let i = 0; i < mem.count; i++) {
            const from = mem.offsets[i];
            const end = from + mem.sizes[i];
            if (from === at && mem.sizes[i] === size)
                continue;
            buffers.push({
                addr: mem.addrs[i],
                in: before.subarray(from, end),
                out: mem.dirty[i] ? mem.data.subarray(from, end) : null,
            });
        }
        const argIn = size === 0 ? EMPTY : before.subarray(at, at + size);
        const argOut = size === 0 ? EMPTY : mem.data.slice(at, at + size);
        if (fds?.field !== undefined) {
            const { offset } = fds.field;
            if (fds.given !== null)
                this.#number(argIn, offset, fds.given);
            const told = fds.given ?? fds.result;
            if (told !== null)
                this.#number(argOut, offset, told);
        }
        setIoctl(this.#record, {
            timeNs: this.#device.now(),
            tid: call.tid,
            fd: 'kind' in on ? this.#numberOf(on) : on.id,
            request,
            argIn,
            argOut,
            buffers,
            ret: ret < 0 ? -1 : ret,
            errno: ret < 0 ? -ret : 0,
        });
        this.#file.write(this.#record);
    }
    #number(argument, offset, object) {
        if (offset + 4 > argument.length)
            return;
        new DataView(argument.buffer, argument.byteOffset).setInt32(offset, this.#numberOf(object), true);
    }
    #numberOf(object) {
        let number = this.#others.get(object);
        if (number === undefined) {
            number = this.#nextOther++;
            this.#others.set(object, number);
        }
        return number;
    }
    mmap(file, call, ok) {
        const { tid, lengthLo, lengthHi, offsetLo, offsetHi, prot, flags } = call;
        const timeNs = this.#device.now();
        const fields = { type: 'mmap', timeNs, tid, fd: file.id, ok };
        Object.assign(this.#record, fields, { lengthLo, lengthHi, offsetLo, offsetHi, prot, flags });
        this.#file.write(this.#record);
    }
    released(file) {
        Object.assign(this.#record, { type: 'close', timeNs: this.#device.now(), fd: file.id });
        this.#file.write(this.#record);
    }
    /** Hands what has gathered to whoever reads. */
    flush() {
        this.#file.flush();
    }
    close() {
        this.#file.close();
    }
}
const EMPTY = new Uint8Array(0);
//# sourceMappingURL=recorder.js.map