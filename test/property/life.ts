/**
 * The life of the VMs of one device: each step is done to the driver and to models of it that are as plain as can be, and
 * then everything that can be seen of the driver is held against them.
 */

import { run } from '../../src/coroutine/op.ts';
import { IRQ_WAKE_THREAD } from '../../src/driver/base/irq.ts';
import { PanthorDevice } from '../../src/driver/device.ts';
import { type Kernel, kernel } from '../../src/driver/kernels.ts';
import type { PanthorVm } from '../../src/driver/mmu/vm.ts';
import { VmPool } from '../../src/driver/mmu/vm-pool.ts';
import { AS_FAULTSTATUS, asRegister } from '../../src/hw/registers.ts';
import { EBUSY, ENODEV } from '../../uapi/errno.ts';
import { DUMMY, NaiveVm, PAGE, SPARSE } from '../driver/mmu/gpuvm/naive.ts';
import { checkLife } from './invariants.ts';
import { bind, runJob } from './life-binds.ts';
import { closeObject, lifeObject } from './life-objects.ts';
import { expectResult, LifeError, type LifeObject, type LifeVm } from './life-state.ts';
import { MmuWatch } from './mmu-watch.ts';
import { AS_PRESENT, SlotsModel } from './slots-model.ts';
import { type Place, type Step, WINDOW } from './steps.ts';

/** Where the windows of VMs lie: at 0, over a boundary of 1 GiB and of 512 GiB, and at the end of the user's part. */
const BASES = [0, 2 ** 30 - 2 ** 21, 2 ** 39 - 2 ** 22, 2 ** 47 - 3 * 2 ** 21];
/** Physical memory of the test objects has room for so many. */
const MOST_OBJECTS = 100;

export class Life {
  readonly kernel: Kernel;
  readonly device: PanthorDevice;
  readonly pool: VmPool;
  /** All VMs that exist, destroyed ones too while a job or a mapping of theirs is left. */
  readonly vms: LifeVm[] = [];
  readonly objects: LifeObject[] = [];
  readonly slots = new SlotsModel<LifeVm>();
  readonly watch: MmuWatch;
  suspended = false;
  unplugged = false;
  resetPending = false;
  /** The warnings that the step under way should give. */
  warnings: string[] = [];
  /** Steps so far. */
  readonly done: Step[] = [];

  constructor(kernelName: string) {
    this.kernel = kernel(kernelName);
    this.device = new PanthorDevice({ kernel: this.kernel, mmu: { asPresent: AS_PRESENT } });
    run(this.device.mmu.init());
    this.pool = new VmPool(this.device);
    this.watch = new MmuWatch(this.device);
  }

  /** Whether a step can happen now; nothing but the models is asked. */
  can(step: Step): boolean {
    const powered = !this.suspended && !this.unplugged;
    const living = this.#living();
    switch (step.do) {
      case 'create-vm':
        return living.length < 5;
      case 'create-bo':
        return this.#open().length < 8 && this.objects.length < MOST_OBJECTS;
      case 'close-bo':
        return this.#open().length > 0;
      case 'map':
        return living.length > 0 && this.#open().length > 0;
      case 'map-sparse':
        return this.kernel.behaviours.sparseMap && living.length > 0;
      case 'run-jobs':
        return this.vms.some((v) => v.jobs.length > 0);
      case 'destroy-vm':
      case 'unmap':
        return living.length > 0;
      case 'active':
        return !this.suspended && living.length > 0;
      case 'idle':
        return powered && living.some((v) => v.active > 0);
      case 'fault':
        return powered && living.some((v) => this.slots.enabled.has(v.as));
      case 'reset':
        return !this.suspended;
      case 'suspend':
      case 'unplug':
        return powered;
      case 'resume':
        return this.suspended;
    }
  }

  /** Does a step; throws LifeError where driver and models part. */
  do(step: Step): void {
    this.done.push(step);
    this.warnings = [];
    this.#do(step);
    this.#bury();
    checkLife(this);
    this.device.warnings.clear();
  }

  /** Runs what is queued, destroys and closes everything, and looks for what is left. */
  end(): void {
    this.warnings = [];
    for (const v of this.vms) while (v.jobs.length > 0) runJob(this, v);
    for (const v of this.#living()) this.#destroy(v);
    for (const o of this.objects) closeObject(o);
    this.#bury();
    checkLife(this);
    run(this.pool.destroy());
    // A map that runs after its VM was destroyed keeps that alive for ever, as in the kernel.
    if (this.vms.length > 0) return;
    const { machine, gem } = this.device;
    expectResult('counting table pages at the end', machine.memory.live, 0);
    expectResult('counting reserved table pages at the end', machine.memory.reserved, 0);
    expectResult('counting objects at the end', gem.live, 0);
  }

  #living(): LifeVm[] {
    return this.vms.filter((v) => v.alive);
  }

  #open(): LifeObject[] {
    return this.objects.filter((o) => o.open);
  }

  #pick(index: number, wanted: (v: LifeVm) => boolean = (v) => v.alive): LifeVm {
    const among = this.vms.filter(wanted);
    return among[index % among.length];
  }

  #do(step: Step): void {
    switch (step.do) {
      case 'create-vm':
        this.#createVm(step.where);
        break;
      case 'destroy-vm':
        this.#destroy(this.#pick(step.vm));
        break;
      case 'create-bo': {
        const owner = step.exclusive < 0 || this.#living().length === 0 ? null : this.#pick(step.exclusive);
        this.objects.push(lifeObject(this.device, this.objects.length, step.pages, step.backing, owner));
        break;
      }
      case 'close-bo':
        closeObject(this.#open()[step.bo % this.#open().length]);
        break;
      case 'map':
        this.#map(step);
        break;
      case 'map-sparse': {
        const v = this.#pick(step.vm);
        const change = { ...range(v, step), bo: DUMMY, offset: 0, flags: step.flags | 2 | SPARSE };
        bind(this, v, change, { async: step.async, oom: false, stuck: -1 });
        break;
      }
      case 'unmap': {
        const v = this.#pick(step.vm);
        const change = { ...range(v, step), bo: null, offset: 0, flags: 0 };
        bind(this, v, change, { async: step.async, oom: false, stuck: step.stuck });
        break;
      }
      case 'run-jobs': {
        const v = this.#pick(step.vm, (one) => one.jobs.length > 0);
        for (let i = 0; i < step.most && v.jobs.length > 0; i++) runJob(this, v);
        break;
      }
      case 'active':
        this.#active(this.#pick(step.vm));
        break;
      case 'idle': {
        const v = this.#pick(step.vm, (one) => one.alive && one.active > 0);
        run(v.vm.idle());
        this.slots.idle(v);
        break;
      }
      case 'fault':
        this.#fault(this.#pick(step.vm, (one) => one.alive && this.slots.enabled.has(one.as)));
        break;
      default:
        this.#power(step.do);
    }
  }

  #createVm(where: number): void {
    const id = this.pool.create(0, 0);
    if (id < 1) throw new LifeError(`creating a VM gave ${id}`);
    this.vms.push({
      vm: this.pool.get(id) as PanthorVm,
      naive: new NaiveVm(BASES[where], WINDOW),
      alive: true,
      unusable: false,
      jobs: [],
      as: -1,
      active: 0,
      unhandledFault: false,
    });
  }

  #destroy(v: LifeVm): void {
    expectResult('destroying a VM', run(this.pool.destroyVm(v.vm.id)), 0);
    v.alive = false;
    v.naive.clear();
  }

  /** Forgets destroyed VMs that nothing refers to any more. */
  #bury(): void {
    for (const v of [...this.vms]) {
      if (v.alive || v.jobs.length > 0 || v.naive.vmas().length > 0) continue;
      this.slots.release(v);
      this.vms.splice(this.vms.indexOf(v), 1);
      if (!v.vm.freed) throw new LifeError(`VM ${v.vm.uid} is still there, with ${v.vm.refs} references`);
    }
  }

  #map(step: Step & { do: 'map' }): void {
    const v = this.#pick(step.vm);
    const object = this.#open()[step.bo % this.#open().length];
    const pages = object.pages.length;
    const offset = step.offset % pages;
    const where = range(v, { page: step.page, length: Math.min(step.length, pages - offset) });
    const change = { ...where, bo: this.objects.indexOf(object), offset: offset * PAGE, flags: step.flags };
    bind(this, v, change, step);
  }

  #active(v: LifeVm): void {
    const ret = run(v.vm.active());
    if (this.unplugged) {
      expectResult('activating', ret, -ENODEV);
      return;
    }
    const got = this.slots.activate(v);
    if (!got) this.warnings.push('panthor_vm_active: no-idle-vm');
    expectResult('activating', ret, got ? 0 : -EBUSY);
  }

  #fault(v: LifeVm): void {
    const { machine, mmu } = this.device;
    machine.regs.words[asRegister(v.as, AS_FAULTSTATUS) >> 2] = 0xc1;
    machine.raiseMmuInterrupt(1 << v.as);
    expectResult('a fault', run(mmu.irq.rawHandler()), IRQ_WAKE_THREAD);
    run(mmu.irq.threadedHandler());
    this.slots.fault(v);
  }

  #power(what: 'reset' | 'suspend' | 'resume' | 'unplug'): void {
    const { device, slots } = this;
    switch (what) {
      case 'reset':
        run(device.reset());
        if (this.unplugged) return;
        this.resetPending = false;
        this.watch.reset();
        slots.faulty.clear();
        break;
      case 'suspend':
        run(device.mmu.suspend());
        this.suspended = true;
        device.regs.reachable = false;
        break;
      case 'resume':
        device.regs.reachable = true;
        run(device.mmu.resume());
        this.suspended = false;
        slots.faulty.clear();
        return;
      case 'unplug':
        run(device.unplug());
        this.unplugged = true;
        device.regs.reachable = false;
    }
    slots.releaseAll();
  }
}

/** The range within a VM's window. */
function range(v: LifeVm, { page, length }: Place): { va: number; size: number } {
  return { va: v.naive.va(page), size: Math.min(length, WINDOW - page) * PAGE };
}
