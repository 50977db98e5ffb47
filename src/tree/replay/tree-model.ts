/**
 * A capture's calls put in front of a kernel tree's own driver. The model is beside it: it answers what needs firmware or other files
 * (routes.ts), numbers files and objects, and says where a tree answers otherwise.
 */
import { errnoName } from '../../../uapi/errno.ts';
import {
  DRM_IOCTL_PANTHOR_VM_BIND,
  drm_panthor_bo_create,
  drm_panthor_vm_bind,
  drm_panthor_vm_create,
} from '../../../uapi/panthor_drm.ts';
import type { CaptureRecord } from '../../capture/record.ts';
import { run } from '../../coroutine/op.ts';
import type { VmCalls } from '../../driver/base/warn.ts';
import { gpuProfile } from '../../driver/gpu-profile.ts';
import type { ClientFile } from '../../replay/client-file.ts';
import { BLOCKED, type ModelOptions, ReplayModel } from '../../replay/model.ts';
import { ARGUMENT_ADDRESS } from '../../replay/payload.ts';
import type { BuiltTree } from '../build.ts';
import { KernelFault } from '../faults.ts';
import { KernelBug } from '../kernel.ts';
import { NO_TRACE } from '../notes.ts';
import { TreeTables } from '../tables.ts';
import { ClientCalls, type Outcome } from './client-calls.ts';
import { Follow } from './follow.ts';
import { Forward } from './forward.ts';
import { Mirror } from './mirror.ts';
import { capabilitiesOf, Routes } from './routes.ts';
import { CompareDue, differentMapping } from './same-mappings.ts';
import { treeVm } from './tree-vm.ts';

/** A call that a tree answers otherwise than the model. */
export interface CallDifference {
  index: number;
  call: string;
  model: string;
  tree: string;
}

/** Differences that are kept. */
const KEPT = 1000;

export class TreeReplayModel extends ReplayModel {
  /** Calls that the tree and the model answered, by name. */
  readonly ofTree: Record<string, number> = {};
  readonly ofModel: Record<string, number> = {};
  readonly differences: CallDifference[] = [];
  /** Where, and why, the tree was left behind. */
  outOfStep: { index: number; why: string } | null = null;
  readonly #calls: ClientCalls;
  readonly #mirror: Mirror;
  readonly #follow: Follow;
  readonly #routes = new Routes();
  readonly #forward = new Forward();
  readonly #due = new CompareDue();
  #blocked = false;

  constructor(tree: BuiltTree, options: ModelOptions) {
    super({ ...options, trace: null });
    this.device.calls = this.#forward;
    this.#calls = new ClientCalls(tree, options.gpu ?? gpuProfile('g610'), options.trace ?? NO_TRACE);
    const tables = new TreeTables(this.#calls.kernel);
    this.#mirror = new Mirror(this.#calls);
    this.#follow = new Follow(this.#calls, this.#mirror);
    const { machine } = this.#calls.machine;
    this.#calls.runner.onTick = () => this.#mirror.forward(this.#forward.take(), true);
    this.seen = {
      machine,
      tables,
      stats: this.#calls.machine.stats,
      warnings: this.#calls.warnings.counts,
      vm: (vm) => {
        const known = this.#mirror.vms.get(vm.uid);
        return known === undefined ? vm : treeVm(this.#calls, tables, vm, known.uid, known.ttbr);
      },
      traceRegisters: (trace) => {
        this.#calls.runner.registers = trace;
      },
      listen: (calls: VmCalls | null) => {
        this.#forward.next = calls;
      },
    };
  }

  protected override opened(file: ClientFile): void {
    if (this.outOfStep === null) this.#mirror.open(file);
  }

  protected override released(file: ClientFile): void {
    if (this.outOfStep !== null) return;
    this.#mirror.forward(this.#forward.take());
    this.#mirror.release(file);
  }

  override call(record: CaptureRecord, file: ClientFile): number {
    const name = this.#routes.name(record.request);
    const isOfTree = this.outOfStep === null && this.#routes.isOfTree(record.request, this.mem, this.argAt);
    const counts = isOfTree ? this.ofTree : this.ofModel;
    counts[name] = (counts[name] ?? 0) + 1;
    if (isOfTree) return this.#both(record, file, name);
    const ret = super.call(record, file);
    if (this.outOfStep !== null) return ret;
    this.#mirror.forward(this.#forward.take());
    if (ret === 0) this.#stop(record, this.#follow.call(name, this.mem, this.argAt, file));
    return ret;
  }

  /** The model makes the call, then the tree, whose answer counts. */
  #both(record: CaptureRecord, file: ClientFile, name: string): number {
    const { mem } = this;
    const before = mem.data.slice(0, mem.used);
    this.#catchUp();
    const ret = super.call(record, file);
    const after = mem.data.slice(0, mem.used);
    const handle = ret === 0 && name === 'BO_CREATE' ? this.#handle() : 0;
    if (handle > 0) this.#mirror.beforeObject(file, handle);
    mem.data.set(before);
    if (record.request === DRM_IOCTL_PANTHOR_VM_BIND) this.#mirror.backObjects(mem, this.argAt, file);
    const answer = this.#ask(record, file);
    if (answer === null) {
      mem.data.set(after);
      return ret;
    }
    const { ret: tree, vm } = answer;
    this.#mirror.forward(this.#forward.take());
    const model: Outcome = ret === BLOCKED ? 'blocked' : ret;
    const sameBytes =
      !this.#routes.compares(name) || Buffer.compare(after, mem.data.subarray(0, mem.used)) === 0;
    if (tree !== model) this.#differs(record, name, outcome(model), outcome(tree));
    else if (tree === 0 && !sameBytes) this.#differs(record, name, ...firstBytes(after, mem.data));
    if (this.#routes.numbers(name) && (tree !== model || !sameBytes))
      this.#stop(
        record,
        `${name} ends otherwise in the tree, so that numbers mean other things from here on`,
      );
    else if (name === 'VM_CREATE' && tree === 0) this.#madeVm(file, vm);
    else if (handle > 0) this.#mirror.afterObject(file, handle);
    else if (name === 'VM_BIND') this.#compareMappings(record, file);
    if (tree === 0 && ret === 0 && this.#routes.keepsOfModel(name)) mem.data.set(after);
    this.#blocked = tree === 'blocked';
    if (model === 'blocked' && tree !== 'blocked') super.cancel(file);
    return tree === 'blocked' ? BLOCKED : tree;
  }

  /** The model suspends, and does what it has left for workers, before a call: the tree, too. */
  #catchUp(): void {
    const { pm } = this.device;
    if (pm.deadlineNs !== Number.POSITIVE_INFINITY) run(pm.poll(this.timeNs));
    run(this.drv.drain());
    this.#mirror.forward(this.#forward.take());
  }

  /** What BO_CREATE has given out. */
  #handle(): number {
    return this.mem.view.getUint32(this.argAt + drm_panthor_bo_create.off.handle, true);
  }

  /** After a bind, where it is due: the VM has the same mappings in both. */
  #compareMappings(record: CaptureRecord, file: ClientFile): void {
    const vm = file.file.vms.get(this.mem.view.getUint32(this.argAt + drm_panthor_vm_bind.off.vm_id, true));
    if (vm === undefined || !this.#due.after(vm.uid, vm.vmas.count)) return;
    const found = differentMapping(vm.vmas, this.seen.vm(vm).vmas);
    if (found === null) return;
    this.#differs(record, 'VM_BIND', ...found);
    this.#stop(record, `VM ${vm.id} has other mappings in the tree`);
  }

  #madeVm(file: ClientFile, uid: number): void {
    const vm = file.file.vms.get(this.mem.view.getUint32(this.argAt + drm_panthor_vm_create.off.id, true));
    if (vm !== undefined) this.#mirror.madeVm(vm, uid);
  }

  /** The tree's answer; null where its driver has gone wrong in a way that no call comes back from. */
  #ask(record: CaptureRecord, file: ClientFile): { ret: Outcome; vm: number } | null {
    const number = this.#mirror.file(file);
    const may = capabilitiesOf(file.file);
    try {
      return this.#calls.ioctl(number, record.request, this.mem, ARGUMENT_ADDRESS, may, this.timeNs);
    } catch (error) {
      if (!(error instanceof KernelFault || error instanceof KernelBug)) throw error;
      this.#stop(record, error.message);
      return null;
    }
  }

  /** From here on the model plays alone. */
  #stop({ index }: CaptureRecord, why: string | null): void {
    if (why !== null) this.outOfStep ??= { index, why };
  }

  override cancel(file: ClientFile): void {
    if (this.#blocked) this.#calls.interrupt();
    this.#blocked = false;
    super.cancel(file);
  }

  #differs({ index }: CaptureRecord, call: string, model: string, tree: string): void {
    if (this.differences.length < KEPT) this.differences.push({ index, call, model, tree });
  }
}

function outcome(ret: Outcome): string {
  return ret === 'blocked' ? 'waits' : ret < 0 ? errnoName(ret) : `${ret}`;
}

/** The first word of user memory that is another one. */
function firstBytes(model: Uint8Array, tree: Uint8Array): [string, string] {
  const at = model.findIndex((byte, i) => byte !== tree[i]) & ~3;
  const text = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(at, at + 8)).toString('hex');
  return [`writes ${text(model)}`, `writes ${text(tree)}`];
}
