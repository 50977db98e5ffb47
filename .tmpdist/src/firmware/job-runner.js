/** Runs jobs by executing their command streams: the command-stream hardware as the driver's JobRunner. */
import { run } from '../coroutine/op.js';
import { IRQ_WAKE_THREAD } from '../driver/base/irq.js';
import { GpuMemory } from '../hw/command-stream/gpu-memory.js';
import { StreamProcessor } from '../hw/command-stream/processor.js';
import { StreamGroup, StreamQueue } from '../hw/command-stream/stream-queue.js';
import { SuspendedWaits } from './suspended-waits.js';
/** Instructions until what they have signalled is told to the driver; so many times until others get the thread. */
const BUDGET = 4096;
const ROUNDS = 8;
/** How often memory is looked at that a queue waits for: clients may write it, too. ns */
const POLL_NS = 5_000_000;
/** A stream that goes on and on gets the thread less and less often, down to every 25 ms. */
const BACKOFF_NS = 250_000;
const MAX_BACKOFF_NS = 25_000_000;
const NS_PER_S = 1e9;
/** Of an unstripped function that has nothing left to do. */
function* nothing() { }
export class StreamRunner {
    pending = false;
    running = false;
    nextNs = Number.POSITIVE_INFINITY;
    processor;
    #options;
    #sched;
    #device;
    #memory;
    #groups = new WeakMap();
    /** The driver's queue behind each that has a slot. */
    #queues = new Map();
    #suspended;
    /** Groups whose syncobjs have changed. */
    #signalled = new Set();
    #longTurns = 0;
    #counts = { unshaded: 0, fatal: 0, faults: 0 };
    /** Makes itself the scheduler's runner, and has the driver's MMU interrupt on. */
    constructor(options) {
        this.#options = options;
        this.#sched = options.sched;
        const { device, gpu } = options.sched;
        this.#device = device;
        this.#memory = new GpuMemory(device.machine, options.physical, device.params.vaBits);
        this.#suspended = new SuspendedWaits(this.#memory, this.#sched);
        const ticks = (rate) => Math.floor(device.now() * (rate / NS_PER_S));
        const clock = {
            timestamp: () => ticks(gpu.timestamp_frequency),
            cycles: () => ticks(gpu.gpu_frequency),
        };
        this.processor = new StreamProcessor(this.#memory, clock, this);
        if (device.mmu.irq.state === 'suspended')
            run(device.mmu.init());
        options.sched.runner = this;
    }
    get stats() {
        return { instructions: this.processor.core.instructions, ...this.#counts };
    }
    doorbell(queue) {
        const group = this.#streamGroup(queue.group);
        group.halted = group.queues.some(({ dead }) => dead);
        const one = group.queues[queue.index];
        this.#suspended.forget(one);
        this.#queues.set(one, queue);
        this.processor.start(one);
        this.#sched.work.queue(this);
        return nothing();
    }
    stop(group) {
        for (const one of this.#groups.get(group)?.queues ?? []) {
            this.processor.stop(one);
            this.#queues.delete(one);
            if (group.canRun && one.blocked === 'SYNC_WAIT')
                this.#suspended.add(one, group.queues[one.index]);
        }
        if (!group.canRun)
            this.#groups.delete(group);
    }
    poll(nowNs) {
        if (nowNs < this.nextNs)
            return;
        this.processor.wake();
        this.#sched.work.queue(this);
    }
    /** As a piece of work: the hardware's turn. */
    run() {
        let more = true;
        for (let i = 0; more && i < ROUNDS; i++) {
            more = run(this.processor.run(this.#options.budget ?? BUDGET));
            this.#deliver();
        }
        this.#suspended.look();
        this.#longTurns = more ? this.#longTurns + 1 : 0;
        const waits = this.processor.waiting || this.#suspended.size > 0;
        const backoff = Math.min(this.#longTurns * BACKOFF_NS, MAX_BACKOFF_NS);
        const delay = more ? backoff : waits ? POLL_NS : Number.POSITIVE_INFINITY;
        this.nextNs = this.#device.now() + delay;
        return nothing();
    }
    syncUpdate(queue) {
        // Later: fences that signal may do anything, and nothing may change in the middle of an instruction.
        this.#signalled.add(this.#driverQueue(queue).group);
    }
    blocked(queue) {
        const { group, index } = this.#driverQueue(queue);
        if (queue.blocked !== 'SYNC_WAIT') {
            group.blockedQueues &= ~(1 << index);
            return;
        }
        group.blockedQueues |= 1 << index;
        // CSG_IDLE: others may have the slot.
        if (group.idle)
            this.#sched.tick();
    }
    fault(queue, type) {
        this.#counts.faults++;
        const one = this.#driverQueue(queue);
        this.#sched.reportFault(one);
        this.#options.fault?.(one, type);
    }
    fatal(queue, type, info) {
        this.#counts.fatal++;
        const { irq } = this.#device.mmu;
        if (run(irq.rawHandler()) === IRQ_WAKE_THREAD)
            run(irq.threadedHandler());
        // Without its address space nothing of the VM runs on; the next tick terminates the groups.
        for (const [one, { group }] of this.#queues) {
            if (one.running && group.vm.hasUnhandledFaults())
                one.group.halted = true;
        }
        const one = this.#driverQueue(queue);
        this.#sched.reportFatal(one);
        this.#options.fatal?.(one, type, info);
    }
    unshaded(opcode) {
        if (this.#counts.unshaded++ === 0)
            this.#options.unshaded?.(opcode);
    }
    flushed(id) {
        this.#options.flushed?.(id);
    }
    /** CSG_SYNC_UPDATE, once for all changes so far. */
    #deliver() {
        if (this.#signalled.size === 0)
            return;
        const groups = [...this.#signalled];
        this.#signalled.clear();
        for (const group of groups)
            this.#sched.reportSyncUpdate(group);
    }
    #driverQueue(queue) {
        return this.#queues.get(queue);
    }
    #streamGroup(group) {
        let streams = this.#groups.get(group);
        if (streams === undefined) {
            streams = new StreamGroup(group.args.priority, group.vm);
            for (const queue of group.queues) {
                const { priority, ringbuf } = queue;
                const registers = this.#sched.gpu.cs_reg_count;
                new StreamQueue(streams, {
                    priority,
                    ring: queue,
                    ringVa: ringbuf.va,
                    ringSize: ringbuf.size,
                    registers,
                });
            }
            this.#groups.set(group, streams);
        }
        return streams;
    }
}
//# sourceMappingURL=job-runner.js.map