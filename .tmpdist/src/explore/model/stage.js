/** Everything that a scenario's threads share: the device on its timed machine, the VMs, and what was seen to break. */
import { PanthorDevice } from '../../driver/device.js';
import { Mutex } from '../../driver/interleave.js';
import { bindJobCreate } from '../../driver/vm-bind.js';
import { VmPool } from '../../driver/vm-pool.js';
import { PhysicalMemory } from '../../hw/memory.js';
import { AS_COMMAND_NAMES, INT_MASK, INT_RAWSTAT, MMU_INT_BASE } from '../../hw/registers.js';
import { TimedMachine } from '../../hw/timed-machine.js';
import { openFile } from './ioctl.js';
import { VmSpec } from './spec.js';
import { Words } from './streams.js';
/** Virtual address bits: two levels of tables fewer than the real thing, and the same code. */
const VA_BITS = 48;
/** A group on the GPU: a VM that was activated for it, and the slot it was told. */
export class Group {
    vm = null;
    as = -1;
    epoch = 0;
    /** It holds vm_active's reference and may access memory. */
    bound = false;
    /** It was destroyed: the next tick takes it off the GPU, and the firmware saves its state at this address. */
    killed = false;
    saveVa = 0;
}
/** A VM with its queue of asynchronous binds. */
export class VmState {
    name;
    /** Its handle. */
    id;
    vm;
    spec;
    group = new Group();
    jobs = [];
    /** Who holds the VM active, and how many calls of vm_active and vm_idle are under way. */
    users = 0;
    moving = 0;
    /** Binds queued whose fence is not signalled yet. */
    unsignalled = 0;
    work;
    /** Ready when the scheduler may put a group of this VM on the GPU. */
    mayBind;
    constructor(name, vm, stage) {
        this.name = name;
        this.id = vm.id;
        this.vm = vm;
        this.spec = new VmSpec(vm);
        this.mayBind = { label: `the scheduler binds a group of ${name}`, ready: () => stage.canBind(vm) };
        this.work = { label: `VM_BIND queue of ${name}`, ready: () => this.jobs.length > 0 && !vm.stopped };
    }
}
/** What the driver says on its way that invariants are about. */
class Listener {
    #stage;
    constructor(stage) {
        this.#stage = stage;
    }
    warn(where, reason) {
        if (reason === 'outside-locked-region') {
            this.#stage.break_('outside-locked-region', `${where} changes pages outside the recorded region`);
        }
        this.#stage.break_('kernel-warning', `${where}: ${reason}`);
    }
    timeout() { }
    event() { }
    stepMap() { }
    stepUnmap() { }
    stepRemap() { }
    beforePageTableCall() { }
    mapped() { }
    unmapped() { }
    as() { }
}
export class Stage {
    scenario;
    machine;
    device;
    pool;
    /** The open file whose VMs and objects these are, where a thread makes ioctls. */
    file;
    objects = [];
    vms = [];
    /** One for each thread of the scenario. */
    groups = [];
    /** What command streams stored. */
    words = new Words();
    /** Invariants that broke, and how: "invariant\nmessage". */
    broken = [];
    /** panthor_scheduler.lock: held while groups are bound and unbound. */
    schedLock = new Mutex('sched.lock');
    resetInProgress = false;
    powered = true;
    /** panthor_mmu_unplug() has returned. */
    gone = false;
    /** VMs with a group on the GPU; the scheduler binds no more than there are slots. */
    boundVms() {
        const bound = new Set();
        for (const { group } of this.vms)
            if (group.bound && group.vm !== null)
                bound.add(group.vm);
        for (const group of this.groups)
            if (group.bound && group.vm !== null)
                bound.add(group.vm);
        return [...bound];
    }
    /** Whether a group of `vm` can be put on the GPU now. */
    canBind(vm) {
        if (this.resetInProgress || !this.powered)
            return false;
        const bound = this.boundVms();
        return bound.includes(vm) || bound.length < this.scenario.slots;
    }
    /** A group that the next tick takes off the GPU. */
    condemned() {
        for (const { group } of this.vms)
            if (group.killed && group.bound)
                return group;
        for (const group of this.groups)
            if (group.killed && group.bound)
                return group;
        return null;
    }
    tick = { label: 'tick_work', ready: () => this.condemned() !== null };
    mmuInterrupt = { label: 'MMU interrupt', ready: () => this.#mmuInterruptRaised() };
    resetWork = { label: 'reset work', ready: () => this.device.resetPending };
    constructor(scenario, kernel) {
        this.scenario = scenario;
        const slots = scenario.slots + 1;
        this.machine = new TimedMachine({ slots, vaBits: VA_BITS, memory: new PhysicalMemory(64) });
        this.device = new PanthorDevice({
            kernel,
            machine: this.machine,
            mmu: { asPresent: 2 ** slots - 1, vaBits: VA_BITS },
            now: () => 0,
        });
        const makesIoctls = scenario.threads.some(({ calls }) => calls.some((call) => call.ioctl));
        this.file = makesIoctls ? openFile(this.device) : null;
        this.pool = this.file?.vms ?? new VmPool(this.device);
        for (const { size } of scenario.objects) {
            const bo = this.device.gem.create(size, 0, null);
            if (!bo.pin())
                throw new Error('out of memory');
            this.objects.push(bo);
            this.file?.createHandle(bo);
        }
    }
    /** Makes the VMs and what the scenario says is there before the threads start. */
    setUp(begin) {
        this.settle(this.device.mmu.init());
        for (const { name } of this.scenario.vms) {
            const id = this.settle(this.pool.create(0, 0));
            const vm = this.pool.get(id);
            if (vm === undefined)
                throw new Error(`no VM: ${id}`);
            this.vms.push(new VmState(name, vm, this));
        }
        for (const vm of this.vms)
            this.settle(begin(this, vm));
        this.machine.settle();
        for (const { command, skip } of this.scenario.stuck) {
            if (command === 'flush') {
                this.machine.stuckFlush.skip = skip;
                this.machine.stuckFlush.times = 1;
            }
            else {
                this.machine.stuck.push({ command: AS_COMMAND_NAMES.indexOf(command), skip });
            }
        }
        for (const _ of this.scenario.threads)
            this.groups.push(new Group());
        this.device.trace = new Listener(this);
        this.device.tickDone = { label: 'tick_work', ready: () => this.condemned() === null };
    }
    /** Runs one operation to its end on a machine that answers at once. */
    settle(op) {
        for (;;) {
            const next = op.next();
            if (next.done)
                return next.value;
            const point = next.value;
            this.machine.settle();
            if (typeof point === 'object' && !point.ready())
                throw new Error(`set-up waits for ${point.label}`);
            for (const vm of this.vms)
                vm.spec.observe();
        }
    }
    #mmuInterruptRaised() {
        const { words, reachable } = this.machine.regs;
        return (reachable && (words[(MMU_INT_BASE + INT_RAWSTAT) >> 2] & words[(MMU_INT_BASE + INT_MASK) >> 2]) !== 0);
    }
    vm(name) {
        const found = this.vms.find((one) => one.name === name);
        if (found === undefined)
            throw new Error(`no VM ${name}`);
        return found;
    }
    lookupGem(handle) {
        return this.objects[handle - 1];
    }
    /** An invariant broke during this step. */
    break_(invariant, message) {
        this.broken.push(`${invariant}\n${message}`);
    }
    /** What the checks remember of the driver; called after every step. */
    observe() {
        for (let i = 0; i < this.vms.length; i++)
            this.vms[i].spec.observe();
    }
    queue(vm, op) {
        const job = bindJobCreate(vm.vm, this, op);
        if (typeof job === 'number')
            return job;
        vm.jobs.push(job);
        vm.unsignalled++;
        return 0;
    }
}
//# sourceMappingURL=stage.js.map