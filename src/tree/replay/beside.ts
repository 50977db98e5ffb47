/**
 * A kernel tree's own driver beside the model's, call for call. The model answers what needs firmware or other files (routes.ts),
 * numbers files and objects, and says where the tree answers otherwise.
 */
import { errnoName } from '../../../uapi/errno.ts';
import {
  DRM_IOCTL_PANTHOR_VM_BIND,
  drm_panthor_bo_create,
  drm_panthor_vm_bind,
  drm_panthor_vm_create,
} from '../../../uapi/panthor_drm.ts';
import { run } from '../../coroutine/op.ts';
import type { UserMemory } from '../../driver/base/uaccess.ts';
import type { DriverTrace } from '../../driver/base/warn.ts';
import { gpuProfile } from '../../driver/gpu-profile.ts';
import { BLOCKED } from '../../driver/ioctl/blocked.ts';
import type { PanthorDrv } from '../../driver/ioctl/drv.ts';
import type { DrmFile } from '../../driver/ioctl/file.ts';
import type { PanthorVm } from '../../driver/mmu/vm.ts';
import type { SeenVm } from '../../replay/seen.ts';
import type { BuiltTree } from '../build.ts';
import { KernelFault } from '../faults.ts';
import { KernelBug } from '../kernel.ts';
import { TreeTables } from '../tables.ts';
import { type ClientCall, ClientCalls, type Outcome } from './client-calls.ts';
import { Follow } from './follow.ts';
import { Forward } from './forward.ts';
import { Mirror } from './mirror.ts';
import { capabilitiesOf, Routes } from './routes.ts';
import { CompareDue, differentMapping } from './same-mappings.ts';
import { SavedBytes } from './saved-bytes.ts';
import { treeVm } from './tree-vm.ts';

/** A call that a tree answers otherwise than the model; `index` is the number of the record, or of the call. */
export interface CallDifference {
  index: number;
  call: string;
  model: string;
  tree: string;
}

/** A client's call, with its argument at `argAt` in `mem` (-1: not there), which is user address `argAddr`. */
export interface BesideCall {
  index: number;
  file: DrmFile;
  request: number;
  mem: UserMemory;
  argAt: number;
  argAddr: number;
  nowNs: number;
  /** The model answers it alone. */
  alone?: boolean;
  /** Where the argument is for the kernel, and the kernel's thread, where they are others. */
  to?: number;
  thread?: number;
}

/** A call that waits: in the tree, or in the model alone. */
export interface Waiting {
  tree: ClientCall | null;
  /** How long the tree's call would wait, ns. */
  sleepNs: number;
  /** Whether the model's call waits, too. */
  model: boolean;
}

/** Differences that are kept. */
const KEPT = 1000;

export class Beside {
  /** Calls that the tree and the model answered, by name. */
  readonly ofTree: Record<string, number> = {};
  readonly ofModel: Record<string, number> = {};
  readonly differences: CallDifference[] = [];
  /** Where, and why, the tree was left behind. */
  outOfStep: { index: number; why: string } | null = null;
  /** What the last call that returned BLOCKED waits for. */
  waiting: Waiting | null = null;
  readonly calls: ClientCalls;
  readonly mirror: Mirror;
  readonly forward = new Forward();
  readonly tables: TreeTables;
  readonly #drv: PanthorDrv;
  readonly #follow: Follow;
  readonly #routes = new Routes();
  readonly #due = new CompareDue();
  readonly #before = new SavedBytes();
  readonly #after = new SavedBytes();

  /** Has the model's device tell what it does. */
  constructor(tree: BuiltTree, drv: PanthorDrv, trace: DriverTrace) {
    this.#drv = drv;
    drv.device.calls = this.forward;
    this.calls = new ClientCalls(tree, drv.device.gpuProfile ?? gpuProfile('g610'), trace);
    this.tables = new TreeTables(this.calls.kernel);
    this.mirror = new Mirror(this.calls);
    this.#follow = new Follow(this.calls, this.mirror);
    this.calls.runner.onTick = () => this.mirror.forward(this.forward.take(), true);
  }

  opened(file: DrmFile): void {
    if (this.outOfStep === null) this.mirror.open(file);
  }

  released(file: DrmFile): void {
    if (this.outOfStep !== null) return;
    this.followModel();
    this.mirror.release(file);
  }

  /** What the model has done by itself is done in the tree; whether there was something. */
  followModel(): boolean {
    const list = this.forward.take();
    this.mirror.forward(list);
    return this.#follow.shared.signalDue() || list.length > 0;
  }

  /** Makes a call, which `model` makes in the model: 0 or more, -errno, or BLOCKED. */
  call(call: BesideCall, model: () => number): number {
    const { request, mem, argAt, file } = call;
    const name = this.#routes.name(request);
    const isOfTree = this.outOfStep === null && call.alone !== true && this.#routes.isOfTree(call);
    const counts = isOfTree ? this.ofTree : this.ofModel;
    counts[name] = (counts[name] ?? 0) + 1;
    if (isOfTree) return this.#both(call, name, model);
    const ret = model();
    if (ret === BLOCKED) this.waiting = { tree: null, sleepNs: 0, model: true };
    if (this.outOfStep !== null) return ret;
    this.followModel();
    if (ret === 0) this.stop(call.index, this.#follow.call(name, mem, argAt, file));
    this.followModel();
    return ret;
  }

  /** The model makes the call, then the tree, whose answer counts. */
  #both(call: BesideCall, name: string, ofModel: () => number): number {
    const { mem, file, index } = call;
    this.#before.keep(mem);
    this.#catchUp();
    const ret = ofModel();
    this.#after.keep(mem);
    const handle = ret === 0 && name === 'BO_CREATE' ? this.#word(call, drm_panthor_bo_create.off.handle) : 0;
    if (handle > 0) this.mirror.beforeObject(file, handle);
    this.#before.putBack(mem);
    if (call.request === DRM_IOCTL_PANTHOR_VM_BIND && call.argAt >= 0)
      this.mirror.backObjects(mem, call.argAt, file);
    const answer = this.#ask(call, ret === BLOCKED);
    if (answer === null) {
      this.#after.putBack(mem);
      return ret;
    }
    const { ret: tree, vm } = answer;
    this.followModel();
    const model: Outcome = ret === BLOCKED ? 'blocked' : ret;
    const differing = this.#routes.compares(name) ? this.#after.difference(mem) : null;
    if (tree !== model) this.differs(index, name, outcome(model), outcome(tree));
    else if (tree === 0 && differing !== null)
      this.differs(index, name, `writes ${differing[0]}`, `writes ${differing[1]}`);
    if (this.#routes.numbers(name) && (tree !== model || differing !== null))
      this.stop(index, `${name} ends otherwise in the tree, so that numbers mean other things from here on`);
    else if (name === 'VM_CREATE' && tree === 0) this.#madeVm(call, vm);
    else if (handle > 0) this.mirror.afterObject(file, handle);
    else if (name === 'VM_BIND' && call.argAt >= 0) this.#compareMappings(call);
    if (tree === 0 && ret === 0 && this.#routes.keepsOfModel(name)) this.#after.putBack(mem);
    return tree === 'blocked' ? BLOCKED : tree;
  }

  /** The model suspends, and does what it has left for workers, before a call: the tree, too. */
  #catchUp(): void {
    const { device } = this.#drv;
    if (device.pm.deadlineNs !== Number.POSITIVE_INFINITY) run(device.pm.poll(device.now()));
    run(this.#drv.drain());
    this.followModel();
  }

  #word({ mem, argAt }: BesideCall, offset: number): number {
    return mem.view.getUint32(argAt + offset, true);
  }

  /** After a bind, where it is due: the VM has the same mappings in both. */
  #compareMappings(call: BesideCall): void {
    const vm = call.file.vms.get(this.#word(call, drm_panthor_vm_bind.off.vm_id));
    if (vm === undefined || !this.#due.after(vm.uid, vm.vmas.count)) return;
    const found = differentMapping(vm.vmas, this.vmOf(vm).vmas);
    if (found === null) return;
    this.differs(call.index, 'VM_BIND', ...found);
    this.stop(call.index, `VM ${vm.id} has other mappings in the tree`);
  }

  /** The tree's VM that is the model's `vm`, or that one where the tree has none. */
  vmOf(vm: PanthorVm): SeenVm {
    const known = this.mirror.vms.get(vm.uid);
    return known === undefined ? vm : treeVm(this.calls, this.tables, vm, known.uid, known.ttbr);
  }

  #madeVm(call: BesideCall, uid: number): void {
    const vm = call.file.vms.get(this.#word(call, drm_panthor_vm_create.off.id));
    if (vm !== undefined) this.mirror.madeVm(vm, uid);
  }

  /** The tree's answer; null where its driver has gone wrong in a way that no call comes back from. */
  #ask(call: BesideCall, isModelBlocked: boolean): { ret: Outcome; vm: number } | null {
    const { request, mem, argAddr, nowNs, to, thread } = call;
    const asked: ClientCall = {
      file: this.mirror.file(call.file),
      request,
      mem,
      from: argAddr,
      capabilities: capabilitiesOf(call.file),
      nowNs,
      ...(to === undefined ? {} : { to }),
      ...(thread === undefined ? {} : { thread }),
    };
    const answer = this.guard(call.index, () => this.calls.ioctl(asked));
    this.waiting =
      answer?.ret === 'blocked'
        ? { tree: asked, sleepNs: answer.sleepNs, model: isModelBlocked }
        : isModelBlocked
          ? { tree: null, sleepNs: 0, model: true }
          : null;
    return answer;
  }

  /** Does something in the tree; null, and the model plays on alone, where its driver goes wrong. */
  guard<T>(index: number, work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof KernelFault || error instanceof KernelBug)) throw error;
      this.stop(index, error.message);
      return null;
    }
  }

  /** From here on the model plays alone. */
  stop(index: number, why: string | null): void {
    if (why !== null) this.outOfStep ??= { index, why };
  }

  differs(index: number, call: string, model: string, tree: string): void {
    if (this.differences.length < KEPT) this.differences.push({ index, call, model, tree });
  }
}

/** What a call came to, for people. */
export function outcome(ret: Outcome): string {
  return ret === 'blocked' ? 'waits' : ret < 0 ? errnoName(ret) : `${ret}`;
}
