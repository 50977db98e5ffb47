import { DRM_PANTHOR_VM_BIND_OP_TYPE_MAP, DRM_PANTHOR_VM_BIND_OP_TYPE_MASK } from '../../uapi/panthor_drm.ts';
import type { CaptureHeader, CaptureRecord } from '../capture/record.ts';
import type { DriverTrace, VmCalls } from '../driver/base/warn.ts';
import type { GemObject } from '../driver/gem/gem.ts';
import type { PanthorVm } from '../driver/mmu/vm.ts';
import type { BindOp } from '../driver/mmu/vm-bind.ts';
import type { ClientFile } from '../replay/client-file.ts';
import { readId } from '../replay/explain.ts';
import { Replayer, type ReplayOptions } from '../replay/replayer.ts';
import type { Mapping, MappingEnd, Moment, ObjectLife, SlotUse, VmLife } from './events.ts';
import { bothTraces } from './listeners.ts';

const NOTHING = (): void => {};

/**
 * Plays a capture and writes down what became of its VMs, objects, mappings and address space slots. What the driver
 * keeps for itself (kernel VMAs, the firmware's VM) is left out.
 */
export class CaptureHistory {
  readonly replayer: Replayer;
  /** Whether slots are those of the device that made the capture: a model hands them out as this one does. */
  readonly exactSlots: boolean;
  readonly vms: VmLife[] = [];
  readonly objects: ObjectLife[] = [];
  /** In the order in which they were made. */
  readonly mappings: Mapping[] = [];
  readonly slots: SlotUse[] = [];
  /** Every record, in order. */
  readonly moments: Moment[] = [];
  /** The first and the last record so far; -1 where there is none. */
  first: Moment = { record: -1, timeNs: 0, tid: 0 };
  last: Moment = this.first;
  readonly #vmLives = new Map<PanthorVm, VmLife>();
  readonly #objectLives = new Map<GemObject, ObjectLife>();
  /** Live mappings of a VM by the place of their VMA in its list. */
  readonly #live = new Map<PanthorVm, (Mapping | undefined)[]>();
  readonly #inSlot: (SlotUse | undefined)[] = [];
  /** VMs by ordinal, since the slots' events name them so. */
  readonly #byUid = new Map<number, VmLife>();
  #now: Moment = this.first;
  /** What the operation under way would end mappings by. */
  #end: MappingEnd = 'unmap';

  constructor(header: CaptureHeader, options: ReplayOptions) {
    const { trace } = options;
    const own = this.#trace();
    this.replayer = new Replayer(header, { ...options, trace: trace ? bothTraces(own, trace) : own });
    this.exactSlots = header.replies === 'model';
    const { model } = this.replayer;
    model.device.calls = this.#calls();
    model.onRelease = (file) => this.#released(file);
    const { gem } = model.device;
    const freed = gem.onFree;
    gem.onFree = (bo) => {
      const life = this.#objectLives.get(bo);
      if (life !== undefined) {
        life.closed ??= this.#now;
        life.freed = this.#now;
      }
      this.#objectLives.delete(bo);
      freed?.(bo);
    };
  }

  /** Plays one record. */
  step(record: CaptureRecord): void {
    this.#now = { record: record.index, timeNs: record.timeNs, tid: record.tid };
    if (this.first.record < 0) this.first = this.#now;
    this.last = this.#now;
    this.moments.push(this.#now);
    if (record.type === 'close') this.#end = 'close';
    const plan = record.type === 'ioctl' ? this.replayer.callOf(record.request).plan : null;
    const closing = plan === null ? null : this.#closing(record, plan.ids);
    this.replayer.step(record);
    const { ret } = this.replayer;
    if (plan === null || ret === null || ret < 0) return;
    if (closing !== null && closing.handleCount === 0) this.#closed(closing);
    const file = this.replayer.model.file(record);
    for (const id of plan.ids) {
      if (id.dir !== 'out' || id.at + id.size > record.argSize) continue;
      const capture = readId(id, record.bytes, record.argOutAt);
      if (id.kind === 'vm') this.#vmMade(file, capture);
      else if (id.kind === 'bo') this.#objectMade(file, capture);
    }
    this.#labels(file, record);
  }

  /** Mappings of a VM that contain `va`, oldest first. */
  mappingsAt(vm: VmLife, va: number): Mapping[] {
    return this.mappings.filter((m) => m.vm === vm && m.va <= va && va < m.va + m.size);
  }

  /** What the file's handle `capture` names. */
  #object(file: ClientFile, capture: number): GemObject | undefined {
    return file.file.bos.get(file.ids.bo.toModel(capture));
  }

  #vmMade(file: ClientFile, capture: number): void {
    const vm = file.file.vms.get(file.ids.vm.toModel(capture));
    if (vm === undefined || this.#vmLives.has(vm)) return;
    const life: VmLife = {
      uid: vm.uid,
      fd: file.fd,
      id: capture,
      userVaRange: vm.userVaRange,
      created: this.#now,
      destroyed: null,
    };
    this.vms.push(life);
    this.#vmLives.set(vm, life);
    this.#byUid.set(vm.uid, life);
  }

  #objectMade(file: ClientFile, capture: number): void {
    const bo = this.#object(file, capture);
    if (bo === undefined || this.#objectLives.has(bo)) return;
    const life: ObjectLife = {
      fd: file.fd,
      handle: capture,
      size: bo.size,
      label: bo.label,
      imported: bo.imported,
      created: this.#now,
      closed: null,
      freed: null,
    };
    this.objects.push(life);
    this.#objectLives.set(bo, life);
  }

  /** The object whose handle a record is about to close, or null. */
  #closing(record: CaptureRecord, ids: ReturnType<Replayer['callOf']>['plan']['ids']): GemObject | null {
    for (const id of ids) {
      if (id.kind !== 'bo' || id.dir !== 'end' || id.at + id.size > record.argSize) continue;
      const file = this.replayer.model.file(record);
      return this.#object(file, readId(id, record.bytes, record.argInAt)) ?? null;
    }
    return null;
  }

  #closed(bo: GemObject): void {
    const life = this.#objectLives.get(bo);
    if (life !== undefined) life.closed ??= this.#now;
  }

  /** Labels are looked up at the object: a call may have given one to any of the file's objects. */
  #labels(file: ClientFile, record: CaptureRecord): void {
    const { name, plan } = this.replayer.callOf(record.request);
    if (name !== 'BO_SET_LABEL') return;
    const id = plan.ids.find(({ kind }) => kind === 'bo');
    if (id === undefined) return;
    const bo = this.#object(file, readId(id, record.bytes, record.argInAt));
    const life = bo && this.#objectLives.get(bo);
    if (life !== undefined) life.label = (bo as GemObject).label;
  }

  #released(file: ClientFile): void {
    for (const vm of file.file.vms.all()) this.#destroyed(vm);
    for (const handle of file.file.bos.ids()) {
      const bo = file.file.bos.get(handle);
      if (bo !== undefined && bo.handleCount <= 1) this.#closed(bo);
    }
  }

  #destroyed(vm: PanthorVm): void {
    const life = this.#vmLives.get(vm);
    if (life !== undefined) life.destroyed ??= this.#now;
  }

  #added(vm: PanthorVm, id: number): void {
    const life = this.#vmLives.get(vm);
    const { vmas } = vm;
    if (life === undefined || vmas.va[id] >= vm.userVaRange) return;
    const bo = vm.device.gem.objects[vmas.bo[id]] as GemObject;
    const mapping: Mapping = {
      vm: life,
      va: vmas.va[id],
      size: vmas.range[id],
      object: this.#objectLives.get(bo) ?? null,
      boOffset: vmas.boOffset[id],
      flags: vmas.flags[id],
      mapped: this.#now,
      removed: null,
      end: null,
    };
    this.mappings.push(mapping);
    let live = this.#live.get(vm);
    if (live === undefined) this.#live.set(vm, (live = []));
    live[id] = mapping;
  }

  #removed(vm: PanthorVm, id: number): void {
    const live = this.#live.get(vm);
    const mapping = live?.[id];
    if (live === undefined || mapping === undefined) return;
    mapping.removed = this.#now;
    mapping.end = this.#end;
    live[id] = undefined;
  }

  #slot(what: 'enable' | 'disable' | 'evict', as: number, uid: number): void {
    const before = this.#inSlot[as];
    if (before !== undefined) {
      before.to = this.#now;
      before.end = what === 'disable' ? 'disable' : 'evict';
      this.#inSlot[as] = undefined;
    }
    const vm = this.#byUid.get(uid);
    if (what !== 'enable' || vm === undefined) return;
    const use: SlotUse = { as, vm, from: this.#now, to: null, end: null };
    this.slots.push(use);
    this.#inSlot[as] = use;
  }

  #trace(): DriverTrace {
    return {
      warn: NOTHING,
      timeout: NOTHING,
      event: NOTHING,
      stepMap: NOTHING,
      stepUnmap: NOTHING,
      stepRemap: NOTHING,
      beforePageTableCall: NOTHING,
      mapped: NOTHING,
      unmapped: NOTHING,
      as: (what, as, uid) => this.#slot(what, as, uid),
      vmaAdded: (vm, id) => this.#added(vm, id),
      vmaRemoved: (vm, id) => this.#removed(vm, id),
    };
  }

  #calls(): VmCalls {
    return {
      vmCreate: NOTHING,
      vmDestroy: (vm) => {
        if (this.#end !== 'close') this.#end = 'vm-destroy';
        this.#destroyed(vm);
      },
      active: NOTHING,
      idle: NOTHING,
      bind: (_vm: PanthorVm, op: BindOp) => {
        const type = op.flags & DRM_PANTHOR_VM_BIND_OP_TYPE_MASK;
        this.#end = type >>> 0 === DRM_PANTHOR_VM_BIND_OP_TYPE_MAP ? 'map' : 'unmap';
      },
      kmap: NOTHING,
      kunmap: NOTHING,
    };
  }
}
