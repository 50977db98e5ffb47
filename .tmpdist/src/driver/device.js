/** One panthor device: struct panthor_device. Ties the modelled kernel, the machine and the driver's parts together. */
import { Machine } from '../hw/machine.js';
import { GemTable } from './gem/gem.js';
import { PanthorGpu } from './gpu.js';
import { PanthorMmu } from './mmu/mmu.js';
export class PanthorDevice {
    kernel;
    b;
    params;
    gpuProfile;
    machine;
    regs;
    gem;
    gpu;
    mmu;
    now;
    trace;
    /** drm_dev_is_unplugged(). */
    unplugged = false;
    /** panthor_device.reset.pending. */
    resetPending = false;
    /** Called when a reset gets scheduled; the default leaves it pending. */
    onResetScheduled = null;
    /** panthor_sched_report_mmu_fault(), set by the scheduler. */
    onMmuFault = null;
    /** What flush_work() of the scheduler's tick waits for: groups that are to leave the GPU have left it. */
    tickDone = { label: 'tick_work', ready: () => true };
    /** Hears of every call to the VM layer before it runs, for whoever records them. */
    calls = null;
    /** Every warning so far, as "function: reason", with how often. */
    warnings = new Map();
    #readers = 0;
    #noReaders = { label: 'drm_dev_unplug', ready: () => this.#readers === 0 };
    constructor(options) {
        this.kernel = options.kernel;
        this.b = options.kernel.behaviours;
        this.gpuProfile = options.gpu;
        const features = options.gpu?.mmu_features;
        this.params = {
            vaBits: features === undefined ? 48 : features & 0xff,
            paBits: features === undefined ? 40 : (features >> 8) & 0xff,
            asPresent: options.gpu?.as_present ?? 0xff,
            coherent: false,
            taskSize: 2 ** 48,
            ...options.mmu,
        };
        this.machine = options.machine ?? new Machine();
        this.regs = this.machine.regs;
        this.trace = options.trace ?? null;
        this.now = options.now ?? (() => Math.round(performance.now() * 1e6));
        this.gem = new GemTable(options.boLayout ?? 'contig2M', options.dummyLayout ?? null, this.params.paBits);
        this.gpu = new PanthorGpu(this);
        this.mmu = new PanthorMmu(this);
    }
    /** drm_dev_enter(): false once the device is unplugged, and then no exit() may follow. */
    enter() {
        if (this.unplugged)
            return false;
        this.#readers++;
        return true;
    }
    /** drm_dev_exit(). */
    exit() {
        this.#readers--;
    }
    /** drm_dev_unplug(): no section begins any more; waits for those under way, then takes the MMU down. */
    *unplug() {
        yield 'unplug';
        this.unplugged = true;
        yield this.#noReaders;
        yield* this.mmu.unplug();
    }
    /** panthor_device_reset_work(), as far as memory management takes part. */
    *reset() {
        if (!this.enter())
            return;
        yield* this.mmu.preReset();
        yield* this.gpu.softReset();
        yield* this.mmu.postReset();
        this.resetPending = false;
        this.exit();
    }
    /** panthor_device_schedule_reset(): once until the reset was done. */
    scheduleReset() {
        if (this.resetPending)
            return;
        this.resetPending = true;
        this.trace?.event('schedule_reset');
        this.onResetScheduled?.();
    }
    warn(where, reason) {
        const key = `${where}: ${reason}`;
        this.warnings.set(key, (this.warnings.get(key) ?? 0) + 1);
        this.trace?.warn(where, reason);
    }
}
//# sourceMappingURL=device.js.map