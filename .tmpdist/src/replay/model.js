import { DMA_BUF_BASE } from '../../uapi/drm.js';
import { EBADF, ENOTTY } from '../../uapi/errno.js';
import { _IOC_TYPE } from '../../uapi/ioctl.js';
import { run } from '../coroutine/op.js';
import { UserMemory } from '../driver/base/uaccess.js';
import { PanthorDevice } from '../driver/device.js';
import { dmaBufIoctl } from '../driver/gem/dma-buf.js';
import { gpuProfile } from '../driver/gpu-profile.js';
import { BLOCKED, PanthorDrv } from '../driver/ioctl/drv.js';
import { ModelFdTable } from '../driver/ioctl/fd-table.js';
import { ClientFile } from './client-file.js';
import { IdMap } from './id-map.js';
import { IdWalk } from './id-walk.js';
import { ARGUMENT_ADDRESS, loadPayload } from './payload.js';
import { placeholderFor, takenFd } from './placeholders.js';
/**
 * A modelled device whose only client is a capture: opens its files, puts its calls in front of the driver in the
 * model's numbers, and learns those that the driver gives out. What the results mean is for others to say.
 */
export class ReplayModel {
    device;
    drv;
    /** User memory of the call at hand, as the driver left it. */
    mem = new UserMemory(1 << 14);
    /** Where its argument is. */
    argAt = 0;
    /** The client's open files by descriptor, in the order in which they were first used. */
    files = new Map();
    /** Called before a file is released. */
    onRelease = null;
    #shared = { fd: new IdMap('fd'), name: new IdMap('name') };
    #fds = new ModelFdTable();
    #fdsAreReal;
    #walk = new IdWalk();
    #timeNs = 0;
    #file = null;
    #toModel = {
        visit: (id, at, mem) => this.#translate(id, at, mem),
    };
    constructor(options) {
        const gpu = options.gpu ?? gpuProfile('g610');
        this.device = new PanthorDevice({
            kernel: options.kernel,
            gpu,
            trace: options.trace ?? null,
            boLayout: options.boLayout ?? 'contig2M',
            now: () => this.#timeNs,
        });
        this.drv = new PanthorDrv(this.device);
        this.#fdsAreReal = options.fdsAreReal ?? false;
        run(this.device.mmu.init());
    }
    /** The client's file behind a record's descriptor; one that was never seen is opened, by the node that it names. */
    file({ fd, node }) {
        let file = this.files.get(fd);
        if (file === undefined) {
            const opened = run(this.drv.open({ fds: this.#fds, node: node ?? 'render' }));
            file = new ClientFile(fd, opened, this.#shared);
            this.files.set(fd, file);
        }
        return file;
    }
    /** Loads a record's payload in the model's numbers; `mem` and `argAt` are then what the driver will see. */
    load(record, file, plan) {
        this.#timeNs = record.timeNs;
        this.argAt = loadPayload(record, this.mem);
        this.#file = file;
        this.#walk.run(plan, this.mem, this.argAt, record.argSize, this.#toModel);
        const taken = takenFd(record);
        if (taken !== null)
            this.#placeholder(taken);
    }
    /** Makes the loaded call: 0 or more, -errno, or BLOCKED. */
    call(record, file) {
        if (_IOC_TYPE(record.request) === DMA_BUF_BASE)
            return this.#dmaBufCall(record);
        return run(this.drv.ioctl(file.file, record.request, this.mem, ARGUMENT_ADDRESS));
    }
    /** Gives up on a call that returned BLOCKED. */
    cancel(file) {
        file.file.blocked?.cancel();
    }
    /** mmap() of the device: whether it succeeds. */
    mmap(record, file) {
        this.#timeNs = record.timeNs;
        const offset = file.ids['mmap-offset'].toModel(record.offset);
        return typeof file.file.mmap(offset, record.length, record.prot, record.flags) !== 'number';
    }
    /** The client gave up the last descriptor of an open file. */
    close(record) {
        this.#timeNs = record.timeNs;
        this.#release(record.fd);
    }
    /** Both kernels gave `capture` and `model` out for the same thing. */
    learn(file, id, capture, model) {
        const before = file.learn(id.kind, capture, model);
        if (id.kind !== 'fd')
            return;
        // The client was given this descriptor again, so it must have closed what it was before.
        if (before !== undefined)
            this.#fds.close(before);
        if (this.#fdsAreReal && capture !== file.fd)
            this.#release(capture);
    }
    #release(fd) {
        const file = this.files.get(fd);
        if (file === undefined)
            return;
        this.files.delete(fd);
        this.onRelease?.(file);
        run(this.drv.release(file.file));
    }
    /** What goes in has 32 bits; the only wider number, an mmap offset, comes out. */
    #translate(id, at, mem) {
        if (id.dir === 'out' && (id.inIf === null || !isTurned(id, mem, this.argAt)))
            return;
        const map = this.#file.ids[id.kind];
        mem.view.setUint32(at, map.toModel(mem.view.getUint32(at, true)), true);
    }
    /** Puts something behind a descriptor that the driver never gave out, or gave out for something else. */
    #placeholder({ kind, at, fd }) {
        const known = this.#shared.fd.toModel(fd);
        const object = this.#fds.lookup(known);
        if (kind === 'closed') {
            // Only a stand-in can have been closed without our knowing.
            if (object === null)
                this.#fds.close(known);
            return;
        }
        if (kind === 'other' ? object !== undefined : object?.kind === kind)
            return;
        const model = this.#fds.install(placeholderFor(kind, this.device.gem));
        const before = this.#shared.fd.add(fd, model);
        if (before !== undefined)
            this.#fds.close(before);
        this.mem.view.setUint32(this.argAt + at, model, true);
    }
    #dmaBufCall(record) {
        const object = this.#fds.lookup(this.#shared.fd.toModel(record.fd));
        if (object === undefined)
            return -EBADF;
        if (object?.kind !== 'dma-buf')
            return -ENOTTY;
        return dmaBufIoctl(object, record.request, this.mem, ARGUMENT_ADDRESS, this.#fds);
    }
}
/** Whether a flag beside an `out` id makes it an `in`. */
function isTurned(id, mem, argAt) {
    return id.inIf !== null && (mem.view.getUint32(argAt + id.inIf.at, true) & id.inIf.mask) !== 0;
}
export { BLOCKED };
//# sourceMappingURL=model.js.map