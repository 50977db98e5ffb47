/** Counts what reports for people tell beyond the tally, and passes everything on to a trace where there is one. */
export class LifeTrace {
    /** By the VM's ordinal on the device. */
    as_ = new Map();
    steps = { map: 0, remap: 0, unmap: 0 };
    pageTable = { mapCalls: 0, unmapCalls: 0, mappedBytes: 0, unmappedBytes: 0 };
    timeouts = 0;
    resets = 0;
    #next;
    constructor(next) {
        this.#next = next;
    }
    warn(where, reason) {
        this.#next?.warn(where, reason);
    }
    timeout(what) {
        this.timeouts++;
        this.#next?.timeout(what);
    }
    event(name) {
        if (name === 'schedule_reset')
            this.resets++;
        this.#next?.event(name);
    }
    stepMap(va, range, bo, offset) {
        this.steps.map++;
        this.#next?.stepMap(va, range, bo, offset);
    }
    stepUnmap(va, range, keep) {
        this.steps.unmap++;
        this.#next?.stepUnmap(va, range, keep);
    }
    stepRemap(va, range, keep, prev, next) {
        this.steps.remap++;
        this.#next?.stepRemap(va, range, keep, prev, next);
    }
    beforePageTableCall() { }
    mapped(iova, pa, size, count, ret, bytes) {
        this.pageTable.mapCalls++;
        this.pageTable.mappedBytes += bytes;
        this.#next?.mapped(iova, pa, size, count, ret, bytes);
    }
    unmapped(iova, size, count, bytes) {
        this.pageTable.unmapCalls++;
        this.pageTable.unmappedBytes += bytes;
        this.#next?.unmapped(iova, size, count, bytes);
    }
    as(what, as, vm) {
        let life = this.as_.get(vm);
        if (life === undefined) {
            life = { enabled: 0, disabled: 0, evicted: 0, slots: new Set() };
            this.as_.set(vm, life);
        }
        if (what === 'enable')
            life.enabled++;
        else if (what === 'disable')
            life.disabled++;
        else
            life.evicted++;
        life.slots.add(as);
        this.#next?.as(what, as, vm);
    }
}
//# sourceMappingURL=vm-events.js.map