/** GPU commands: the counterpart of panthor_gpu.c, as far as the MMU needs it. */
import { EIO, ETIMEDOUT } from '../../uapi/errno.js';
import { Mutex } from '../coroutine/op.js';
import { CACHE_CLEAN, CACHE_INV, GPU_CMD, GPU_INT_BASE, GPU_IRQ_CLEAN_CACHES_COMPLETED, GPU_IRQ_RESET_COMPLETED, GPU_SOFT_RESET, gpuFlushCaches, INT_CLEAR, INT_MASK, INT_RAWSTAT, INT_STAT, } from '../hw/registers.js';
/** The flush that every caller here asks for: clean and invalidate L2 and load/store caches, invalidate the others. */
const FLUSH_ALL = gpuFlushCaches(CACHE_CLEAN | CACHE_INV, CACHE_CLEAN | CACHE_INV, CACHE_INV);
const INTERRUPTS = GPU_IRQ_CLEAN_CACHES_COMPLETED | GPU_IRQ_RESET_COMPLETED;
export class PanthorGpu {
    #device;
    cacheFlushLock = new Mutex('cache_flush_lock');
    /** Requests that were made and not acknowledged by an interrupt yet. */
    pendingReqs = 0;
    constructor(device) {
        this.#device = device;
        device.regs.write32(GPU_INT_BASE + INT_MASK, INTERRUPTS);
    }
    /**
     * panthor_gpu_flush_caches(): 0, -EIO while an earlier flush never completed, -ETIMEDOUT where this one does not
     * within 100 ms (a reset is then scheduled).
     */
    *flushCaches() {
        yield* this.cacheFlushLock.lock();
        yield 'GPU_CMD';
        if ((this.pendingReqs & GPU_IRQ_CLEAN_CACHES_COMPLETED) !== 0) {
            this.cacheFlushLock.unlock();
            return -EIO;
        }
        this.pendingReqs |= GPU_IRQ_CLEAN_CACHES_COMPLETED;
        this.#device.regs.write32(GPU_CMD, FLUSH_ALL);
        yield this.#device.machine.flushDone;
        this.irq();
        let ret = 0;
        if ((this.pendingReqs & GPU_IRQ_CLEAN_CACHES_COMPLETED) !== 0) {
            this.#device.trace?.timeout('GPU_CMD_flush');
            if ((this.#device.regs.read32(GPU_INT_BASE + INT_RAWSTAT) & GPU_IRQ_CLEAN_CACHES_COMPLETED) === 0) {
                ret = -ETIMEDOUT;
                this.#device.scheduleReset();
            }
            else {
                this.pendingReqs &= ~GPU_IRQ_CLEAN_CACHES_COMPLETED;
            }
        }
        this.cacheFlushLock.unlock();
        return ret;
    }
    /** The GPU interrupt from its hard handler to panthor_gpu_irq_handler(), called wherever its wake-up is waited for. */
    irq() {
        const { regs } = this.#device;
        const status = regs.read32(GPU_INT_BASE + INT_STAT);
        if (status === 0)
            return;
        regs.write32(GPU_INT_BASE + INT_CLEAR, status);
        this.pendingReqs &= ~status;
    }
    /** panthor_gpu_soft_reset(). */
    *softReset() {
        yield 'GPU_CMD';
        this.pendingReqs |= GPU_IRQ_RESET_COMPLETED;
        this.#device.regs.write32(GPU_CMD, GPU_SOFT_RESET);
        this.irq();
        this.pendingReqs = 0;
    }
}
//# sourceMappingURL=gpu.js.map