import { ModelRunner } from './model.js';
import { hex } from './recorder.js';
export class ScenarioRecorder {
    ops = [];
    /** The vectors' numbers of objects. A serial is used again after its object is gone, so the object itself is the key. */
    #numbers = new Map();
    constructor(device) {
        const { asPresent, vaBits, paBits, coherent, taskSize } = device.params;
        this.ops.push({
            op: 'init',
            as_present: hex(asPresent),
            va_bits: vaBits,
            pa_bits: paBits,
            coherent: coherent ? 1 : 0,
            task_size: hex(taskSize),
        });
    }
    vmCreate(userVaRange, flags) {
        this.ops.push({ op: 'vm_create', user_va_range: hex(userVaRange), flags });
    }
    vmDestroy(vm) {
        this.ops.push({ op: 'vm_destroy', vm: vm.uid });
    }
    active(vm) {
        this.ops.push({ op: 'active', vm: vm.uid });
    }
    idle(vm) {
        this.ops.push({ op: 'idle', vm: vm.uid });
    }
    bind(vm, op, bo, async) {
        const number = bo === null ? op.boHandle : this.#number(bo);
        this.ops.push({
            op: 'bind',
            vm: vm.uid,
            flags: op.flags,
            bo: number,
            bo_off: hex(op.boOffset),
            va: hex(op.va),
            size: hex(op.size),
            nsync: op.syncCount,
            async: async ? 1 : 0,
            dump: 0,
        });
    }
    kmap(vm, bo, boOffset, size, va, flags) {
        const number = this.#number(bo);
        this.ops.push({
            op: 'kmap',
            vm: vm.uid,
            bo: number,
            bo_off: hex(boOffset),
            va: hex(va),
            size: hex(size),
            flags,
        });
    }
    kunmap(vm, va, size) {
        this.ops.push({ op: 'kunmap', vm: vm.uid, va: hex(va), size: hex(size) });
    }
    /** The lines of a vector file with this one stream, outcomes played on `kernel`. */
    lines(name, kernel) {
        const runner = new ModelRunner(kernel);
        const lines = [JSON.stringify({ stream: name, variant: kernel.name, nops: this.ops.length })];
        for (const op of this.ops) {
            const out = runner.step(op);
            lines.push(JSON.stringify({ in: op, out }));
        }
        return lines;
    }
    /** The object's number; the first time, it is made with the physical backing that it has. */
    #number(bo) {
        let number = this.#numbers.get(bo);
        if (number === undefined) {
            number = this.#numbers.size + 1;
            this.#numbers.set(bo, number);
            const op = { op: 'bo_create', size: hex(bo.size), sg: backing(bo) };
            const { exclusiveVm } = bo;
            if (exclusiveVm !== null && exclusiveVm !== undefined)
                op.excl = exclusiveVm.uid;
            this.ops.push(op);
        }
        return number;
    }
}
/** The pieces of an object: whole 2 MiB folios where they can be, as objects of the replay are backed. */
function backing(bo) {
    if (!bo.pin())
        return [];
    const { pa, len, start } = bo.sgt;
    const pieces = [];
    for (let i = 0; i < pa.length; i++) {
        const huge = bo.sgt.inHugeFolio(start[i]) ? len[i] - (len[i] % 0x200000) : 0;
        if (huge > 0)
            pieces.push([hex(pa[i]), hex(huge), 0x200000]);
        if (len[i] > huge)
            pieces.push([hex(pa[i] + huge), hex(len[i] - huge), 0x1000]);
    }
    return pieces;
}
//# sourceMappingURL=scenario-recorder.js.map