import { IdMap } from './id-map.js';
/** One open file of the client's and what its numbers mean in the model. */
export class ClientFile {
    /** The client's descriptor. */
    fd;
    file;
    ids;
    /** The client's handle of each object, the latest where it had several. */
    handles = new WeakMap();
    /** The client's id of each VM, for those that are destroyed too. */
    vmIds = new WeakMap();
    /** Syncobjs (the client's handles) that a refused call would have signalled, and in which record that was. */
    unsignalled = new Map();
    constructor(fd, file, shared) {
        this.fd = fd;
        this.file = file;
        this.ids = {
            vm: new IdMap('vm'),
            bo: new IdMap('bo'),
            syncobj: new IdMap('syncobj'),
            group: new IdMap('group'),
            heap: new IdMap('heap'),
            'mmap-offset': new IdMap('mmap-offset'),
            fd: shared.fd,
            name: shared.name,
        };
    }
    /** Both kernels gave a number out. Returns a descriptor of the model's that lost its meaning, or undefined. */
    learn(kind, capture, model) {
        const before = this.ids[kind].add(capture, model);
        if (kind === 'bo') {
            const bo = this.file.bos.get(model);
            if (bo !== undefined)
                this.handles.set(bo, capture);
        }
        else if (kind === 'vm') {
            const vm = this.file.vms.get(model);
            if (vm !== undefined)
                this.vmIds.set(vm, capture);
        }
        else if (kind === 'syncobj') {
            this.unsignalled.delete(capture);
        }
        return kind === 'fd' ? before : undefined;
    }
}
//# sourceMappingURL=client-file.js.map