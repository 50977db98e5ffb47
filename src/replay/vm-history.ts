import {
  DRM_IOCTL_PANTHOR_VM_BIND,
  DRM_IOCTL_PANTHOR_VM_CREATE,
  DRM_IOCTL_PANTHOR_VM_DESTROY,
} from '../../uapi/panthor_drm.ts';
import type { CaptureRecord } from '../capture/record.ts';
import type { PanthorVm } from '../driver/mmu/vm.ts';
import type { ClientFile } from './client-file.ts';
import type { ReplayModel } from './model.ts';
import { clientVms, type VmState, vmState } from './snapshot.ts';

/** One VM from creation to the end. */
export interface VmHistory {
  /** The VM's ordinal on the device. */
  uid: number;
  createdAt: number;
  /** Record that destroyed it or closed its file, or -1. */
  destroyedAt: number;
  /** The VM when it had the most mappings (at the end, where it has any then), and after which record that was. */
  shown: VmState;
  shownAt: number;
  mostTables: number;
}

/**
 * Follows the VMs of a replay for the report. Clients unmap everything before they go, so that the last state shows
 * nothing; what is worth a drawing is the fullest one. A state is taken when a VM may be about to shrink after it grew
 * by more than an eighth, which keeps the cost small on long streams.
 */
export class VmHistories {
  /** By ordinal. */
  readonly histories = new Map<number, VmHistory>();
  readonly #model: ReplayModel;
  /** Ordinals of the VMs that are there, by their file's descriptor. */
  readonly #living = new Map<number, Set<number>>();
  #index = -1;

  constructor(model: ReplayModel) {
    this.#model = model;
    model.onRelease = (file) => {
      for (const vm of file.file.vms.all()) this.#end(file, vm);
    };
  }

  /** To be called before a record is played. */
  before(record: CaptureRecord): void {
    this.#index = record.index;
    if (record.type !== 'ioctl') return;
    const { request } = record;
    if (request !== DRM_IOCTL_PANTHOR_VM_BIND && request !== DRM_IOCTL_PANTHOR_VM_DESTROY) return;
    const slack = request === DRM_IOCTL_PANTHOR_VM_BIND ? 3 : 31;
    for (const { file, vm } of this.#vmsOf(record)) this.#look(file, vm, record.index - 1, slack);
  }

  /** To be called after it. */
  after(record: CaptureRecord): void {
    if (record.type !== 'ioctl') return;
    if (record.request === DRM_IOCTL_PANTHOR_VM_CREATE) {
      for (const { file, vm } of this.#vmsOf(record)) this.#history(file, vm);
    } else if (record.request === DRM_IOCTL_PANTHOR_VM_DESTROY) {
      const alive = new Set(this.#vmsOf(record).map(({ vm }) => vm.uid));
      for (const uid of this.#living.get(record.fd) ?? []) {
        if (!alive.has(uid)) this.#destroyed(record.fd, uid, record.index);
      }
    }
  }

  /** The VMs of the file that a record is about; a client may have thousands of files. */
  #vmsOf({ fd }: CaptureRecord): { file: ClientFile; vm: PanthorVm }[] {
    const file = this.#model.files.get(fd);
    return file === undefined ? [] : file.file.vms.all().map((vm) => ({ file, vm }));
  }

  #destroyed(fd: number, uid: number, index: number): void {
    this.#living.get(fd)?.delete(uid);
    const history = this.histories.get(uid);
    if (history !== undefined) history.destroyedAt = index;
  }

  /** To be called at the end: VMs that still have mappings are shown as they are. */
  finish(): void {
    for (const { file, vm } of clientVms(this.#model)) {
      const history = this.#history(file, vm);
      this.#count(history, vm);
      const state = vmState(this.#model, file, vm);
      if (state.vmas.length > 0) {
        history.shown = state;
        history.shownAt = this.#index;
      }
    }
  }

  /** To be called at the end instead: VMs that still are there are shown when they had the most mappings. */
  finishFullest(): void {
    for (const { file, vm } of clientVms(this.#model)) this.#look(file, vm, this.#index, 31);
  }

  #end(file: ClientFile, vm: PanthorVm): void {
    this.#look(file, vm, this.#index - 1, 31);
    this.#destroyed(file.fd, vm.uid, this.#index);
  }

  /** Takes the VM's state where it has more mappings by at least one in 2^slack than ever taken. */
  #look(file: ClientFile, vm: PanthorVm, index: number, slack: number): void {
    const history = this.#history(file, vm);
    this.#count(history, vm);
    const most = history.shown.vmas.length;
    if (this.#model.seen.vm(vm).vmas.count <= most + (most >> slack)) return;
    const state = vmState(this.#model, file, vm);
    if (state.vmas.length <= most) return;
    history.shown = state;
    history.shownAt = index;
  }

  #count(history: VmHistory, vm: PanthorVm): void {
    history.mostTables = Math.max(
      history.mostTables,
      this.#model.seen.vm(vm).pgtable.tables.reduce((sum, count) => sum + count, 0),
    );
  }

  #history(file: ClientFile, vm: PanthorVm): VmHistory {
    let history = this.histories.get(vm.uid);
    if (history === undefined) {
      const shown = vmState(this.#model, file, vm);
      history = {
        uid: vm.uid,
        createdAt: this.#index,
        destroyedAt: -1,
        shown,
        shownAt: this.#index,
        mostTables: 0,
      };
      this.histories.set(vm.uid, history);
      const living = this.#living.get(file.fd);
      if (living === undefined) this.#living.set(file.fd, new Set([vm.uid]));
      else living.add(vm.uid);
    }
    return history;
  }
}
