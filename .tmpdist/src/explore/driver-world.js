import { Mutex } from '../coroutine/op.js';
import { AS_COMMAND_NAMES } from '../hw/registers.js';
import { LockOrder } from './lock-order.js';
import { play, prepare } from './model/actors.js';
import { bindQueue, interrupts, resetWork } from './model/device.js';
import { tickWork } from './model/groups.js';
import { Harness } from './model/harness.js';
import { lockAgreement, lostTables, slotBookkeeping, tablePages } from './model/invariants.js';
import { ThreadWorld } from './search/threads.js';
import { threadOf, Violation } from './search/world.js';
import { enterThread, Frames } from './state/frames.js';
import { mix32 } from './state/hash.js';
import { ignoreFields, tracker } from './state/objects.js';
/** All invariants, in the order of the design. */
export const INVARIANTS = [
    'atomic',
    'stale-translation',
    'activation',
    'register-access-while-gone',
    'lock-agreement',
    'outside-locked-region',
    'slot-bookkeeping',
    'table-pages',
    'lock-order',
    'deadlock',
    'kernel-warning',
];
/** Written and never read by anything but reports. */
const REPORTS_ONLY = [
    'commands',
    'cacheFlushes',
    'stats',
    'activations',
    'evictions',
    'faults',
    'mapCalls',
    'unmapCalls',
    'polls',
    'warnings',
];
const STATE_CHECKS = {
    'lock-agreement': lockAgreement,
    'slot-bookkeeping': slotBookkeeping,
    'table-pages': tablePages,
};
/**
 * The driver on the timed machine, with a scenario's threads. Works only on the interleaved build, whose code keeps
 * account of its own state.
 */
export class DriverWorld extends ThreadWorld {
    harness;
    scenario;
    #checked;
    #stateChecks = [];
    #frames = [];
    #dirty = [];
    #locks;
    /** Groups of thread numbers. */
    #interchangeable = [];
    /** `invariants`: those that are judged; `symmetry`: interchangeable threads begin in one order only. */
    constructor(scenario, kernel, invariants, options = {}) {
        super();
        this.scenario = scenario;
        const index = (name) => scenario.threads.findIndex((thread) => thread.name === name);
        if (options.symmetry !== false) {
            for (const names of scenario.interchangeable)
                this.#interchangeable.push(names.map(index));
        }
        this.#checked = new Set(invariants);
        for (const [name, check] of Object.entries(STATE_CHECKS)) {
            if (this.#checked.has(name))
                this.#stateChecks.push([name, check]);
        }
        this.#locks = this.#checked.has('lock-order') ? new LockOrder() : null;
        tracker.reset();
        ignoreFields(REPORTS_ONLY);
        this.harness = new Harness(scenario, kernel);
        this.harness.setUp(prepare);
        tracker.begin(this.harness);
    }
    start() {
        tracker.rewind();
        this.#locks?.reset();
        const { harness } = this;
        const { machine } = harness;
        const specs = this.scenario.threads.map(({ name, calls }, i) => ({
            name,
            body: play(harness, calls, harness.groups[i]),
        }));
        const daemon = (name, body) => specs.push({ name, body, daemon: true });
        for (const vm of harness.vms) {
            if (this.#queues(vm.name))
                daemon(`queue ${vm.name}`, bindQueue(vm));
        }
        for (let as = 1; as < machine.spaces.length; as++)
            daemon(`AS${as}`, machine.carryOut(as));
        daemon('L2', machine.flushes());
        daemon('irq', interrupts(harness, harness.device.mmu.irq));
        daemon('reset', resetWork(harness));
        if (this.#calls('kill'))
            daemon('tick', tickWork(harness));
        for (let i = 0; i < specs.length; i++) {
            const frames = (this.#frames[i] ??= new Frames());
            frames.depth = 0;
            this.#dirty[i] = true;
        }
        return specs;
    }
    #calls(verb) {
        return this.scenario.threads.some((thread) => thread.calls.some((call) => call.verb === verb));
    }
    #queues(vm) {
        return this.scenario.threads.some((thread) => thread.calls.some((call) => call.async && call.vm === vm));
    }
    onSwitch(index) {
        enterThread(index, this.#frames[index]);
        this.#dirty[index] = true;
    }
    /**
     * Of interchangeable threads that have not done anything yet, only the first may begin: what begins with another is
     * the same with the names changed.
     */
    enabled(into) {
        const n = super.enabled(into);
        if (this.#interchangeable.length === 0)
            return n;
        let kept = 0;
        for (let i = 0; i < n; i++)
            if (!this.#comesLater(threadOf(into[i])))
                into[kept++] = into[i];
        return kept;
    }
    #comesLater(thread) {
        if (this.threads[thread].steps > 0)
            return false;
        for (const group of this.#interchangeable) {
            const at = group.indexOf(thread);
            for (let i = 0; i < at; i++)
                if (this.threads[group[i]].steps === 0)
                    return true;
        }
        return false;
    }
    step(step) {
        const index = threadOf(step);
        const point = this.threads[index].point;
        try {
            super.step(step);
        }
        catch (error) {
            if (error.name !== 'RegisterAccessError' || this.harness.machine.regs.reachable)
                throw error;
            throw new Violation('register-access-while-gone', error.message);
        }
        this.harness.observe();
        this.#locks?.stepped(index, point instanceof Mutex ? point : null);
    }
    /** An address space's thread is at one place only; what it is about to do is in its registers. */
    describe(step) {
        const space = this.harness.machine.spaces.find((one) => one.work === this.threads[threadOf(step)].point);
        if (space === undefined)
            return super.describe(step);
        return `${AS_COMMAND_NAMES[space.command]} ${space.stuck ? 'gets stuck' : 'is done'}`;
    }
    check(report) {
        const { harness } = this;
        for (let i = 0; i < harness.broken.length; i++) {
            const [invariant, message] = harness.broken[i].split('\n');
            if (this.#checked.has(invariant))
                report(new Violation(invariant, message));
        }
        for (const [name, check] of this.#stateChecks) {
            const wrong = check(harness);
            if (wrong !== null)
                report(new Violation(name, wrong));
        }
        const cycle = this.#locks?.cycle;
        if (cycle)
            report(new Violation('lock-order', cycle));
    }
    checkEnd() {
        if (this.#checked.has('deadlock'))
            this.#checkDeadlock();
        if (!this.#checked.has('table-pages') ||
            this.threads.some(({ point, daemon }) => point !== null && !daemon))
            return;
        const lost = lostTables(this.harness);
        if (lost !== null)
            throw new Violation('table-pages', lost);
    }
    #checkDeadlock() {
        super.checkEnd();
        for (const vm of this.harness.vms) {
            if (vm.unsignalled > 0)
                throw new Violation('deadlock', `${vm.unsignalled} binds of ${vm.name} are never signalled`);
        }
    }
    fingerprint(lanes) {
        let a = tracker.lane0;
        let b = tracker.lane1;
        if (this.#locks !== null)
            a = mix32(a ^ this.#locks.fingerprint);
        for (let i = 0; i < this.threads.length; i++) {
            const frames = this.#frames[i];
            if (this.#dirty[i]) {
                if (this.threads[i].point === null)
                    frames.depth = 0;
                frames.rehash();
                this.#dirty[i] = false;
            }
            a = mix32(Math.imul(a, 31) ^ frames.lane0);
            b = mix32(Math.imul(b, 37) ^ frames.lane1 ^ a);
        }
        lanes[0] = a || 1;
        lanes[1] = b || 1;
    }
}
//# sourceMappingURL=driver-world.js.map