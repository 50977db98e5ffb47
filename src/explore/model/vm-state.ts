/** VMs and groups of a scenario, as its threads see them. */
import type { PanthorVm } from '../../driver/mmu/vm.ts';
import type { BindJob } from '../../driver/mmu/vm-bind.ts';
import { VmSpec } from './checks/reference.ts';
import type { Harness } from './harness.ts';

/** A group on the GPU: a VM that was activated for it, and the slot it was told. */
export class Group {
  /** The VM that the group was last asked to run on. */
  vm: PanthorVm | null = null;
  as = -1;
  epoch = 0;
  /** Counts how often the driver's scheduler gave it a slot and took it away: what was under way before is not its any more. */
  turn = 0;
  /** It holds vm_active's reference and may access memory. */
  bound = false;
  /** It was destroyed: the next tick takes it off the GPU, and the firmware saves its state at this address. */
  killed = false;
  saveVa = 0;
  /** The VM that a job of it in flight uses, where jobs matter (reclaim.ts); whether `submit` submitted it, or failed to. */
  job: VmState | null = null;
  ownSubmit = false;
  refused = false;
  /** References of a VM that `enter` took for it, and `leave` is to put. */
  entered = 0;
}

/** An asynchronous bind in the queue, and which call of which thread it is. */
export interface QueuedBind {
  job: BindJob;
  /** Its range, bytes. */
  va: number;
  size: number;
  thread: number;
  call: number;
}

/** A VM with its queue of asynchronous binds. */
export class VmState {
  readonly name: string;
  /** Its handle. */
  readonly id: number;
  readonly vm: PanthorVm;
  readonly spec: VmSpec;
  readonly group = new Group();
  readonly jobs: QueuedBind[] = [];
  /** A fault was raised that the driver has not noted; whether it has one noted. */
  unheard = false;
  heard = false;
  /** Who holds the VM active, and how many calls of vm_active and vm_idle are under way. */
  users = 0;
  moving = 0;
  /** An asynchronous operation has failed; a map has failed half-way. */
  asyncFailed = false;
  mapFailed = false;
  /** Handle of the tiler heap that was made last; 0 before. */
  heap = 0;
  /** panthor_vm_free() is over. */
  freed = false;
  /** Binds queued whose fence is not signalled yet. */
  unsignalled = 0;
  readonly work: { label: string; ready: () => boolean };
  /** Ready when the scheduler may put a group of this VM on the GPU. */
  readonly mayBind: { label: string; ready: () => boolean };

  constructor(name: string, vm: PanthorVm, harness: Harness) {
    this.name = name;
    this.id = vm.id;
    this.vm = vm;
    this.spec = new VmSpec(vm, harness.file === null);
    this.mayBind = {
      label: `the scheduler binds a group of ${name}`,
      // A job wakes a suspended device up, whatever is pending: its resume does that.
      ready: () =>
        harness.staged.canBind(vm) || harness.device.unplugged || harness.device.pm.state === 'suspended',
    };
    this.work = { label: `VM_BIND queue of ${name}`, ready: () => this.jobs.length > 0 && !vm.stopped };
  }
}
