/** One interrupt of the GPU with its mask register: struct panthor_irq and PANTHOR_IRQ_HANDLER() of panthor_device.h. */
import { INT_CLEAR, INT_MASK, INT_RAWSTAT, INT_STAT } from '../../hw/registers.js';
export const IRQ_NONE = 0;
export const IRQ_HANDLED = 1;
export const IRQ_WAKE_THREAD = 2;
export class PanthorIrq {
    /** Events of interest, as last asked for; what the register holds may differ while suspended or processing. */
    mask = 0;
    state = 'suspended';
    #regs;
    #base;
    /** 7.x: mask bits follow enable and disable of events. Before, suspend drops them all and resume sets them all. */
    #maskPerEvent;
    #all;
    #handler;
    /** `all`: the bits that resume sets where the mask is not kept per event. */
    constructor(regs, base, all, maskPerEvent, handler) {
        this.#regs = regs;
        this.#base = base;
        this.#all = all;
        this.#maskPerEvent = maskPerEvent;
        this.#handler = handler;
    }
    /** panthor_request_*_irq() and the first resume. */
    *request() {
        if (this.#maskPerEvent) {
            yield 'irq';
            this.#regs.write32(this.#base + INT_MASK, 0);
            this.mask = this.#all;
        }
        yield* this.resume();
    }
    *resume() {
        if (!this.#maskPerEvent)
            this.mask = this.#all;
        yield 'irq';
        this.state = 'active';
        this.#regs.write32(this.#base + INT_CLEAR, this.mask);
        this.#regs.write32(this.#base + INT_MASK, this.mask);
    }
    *suspend() {
        yield 'irq';
        if (!this.#maskPerEvent)
            this.mask = 0;
        this.state = 'suspending';
        this.#regs.write32(this.#base + INT_MASK, 0);
        yield this.idle;
        this.state = 'suspended';
    }
    /** synchronize_irq(): ready once the threaded handler has ended. */
    idle = { label: 'irq thread', ready: () => !this.running };
    /** The threaded handler is under way. */
    running = false;
    *enableEvents(bits) {
        yield 'irq';
        this.mask |= bits;
        if (this.state === 'active')
            this.#regs.write32(this.#base + INT_MASK, this.mask);
    }
    *disableEvents(bits) {
        yield 'irq';
        this.mask &= ~bits;
        if (this.state === 'active')
            this.#regs.write32(this.#base + INT_MASK, this.mask);
    }
    /** The hard handler. IRQ_WAKE_THREAD asks for threadedHandler(). */
    *rawHandler() {
        yield 'irq';
        if (this.state !== 'active')
            return IRQ_NONE;
        if (this.#regs.read32(this.#base + INT_STAT) === 0)
            return IRQ_NONE;
        if (this.#maskPerEvent)
            this.state = 'processing';
        this.#regs.write32(this.#base + INT_MASK, 0);
        this.running = true;
        return IRQ_WAKE_THREAD;
    }
    *threadedHandler() {
        let ret = IRQ_NONE;
        for (;;) {
            yield 'irq';
            const status = this.#regs.read32(this.#base + INT_RAWSTAT) & this.mask;
            if (status === 0)
                break;
            if (!this.#maskPerEvent)
                this.#regs.write32(this.#base + INT_CLEAR, status);
            yield* this.#handler(status);
            ret = IRQ_HANDLED;
        }
        yield 'irq';
        this.running = false;
        if (this.#maskPerEvent) {
            if (this.state === 'processing') {
                this.state = 'active';
                this.#regs.write32(this.#base + INT_MASK, this.mask);
            }
        }
        else if (this.state === 'active') {
            this.#regs.write32(this.#base + INT_MASK, this.mask);
        }
        return ret;
    }
}
//# sourceMappingURL=irq.js.map