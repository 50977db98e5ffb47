/** What a tree's driver needs to know of the model beside it: files, VMs, the pages of objects, groups that hold a VM. */

import { DRM_PANTHOR_BO_NO_MMAP } from '../../../uapi/panthor_drm.ts';
import type { UserMemory } from '../../driver/base/uaccess.ts';
import type { GemObject } from '../../driver/gem/gem.ts';
import type { DrmFile } from '../../driver/ioctl/file.ts';
import type { PanthorVm } from '../../driver/mmu/vm.ts';
import { deviceState } from '../state.ts';
import type { ClientCalls } from './client-calls.ts';
import type { Forwarded } from './forward.ts';
import { askedMaps } from './submitted.ts';

export class Mirror {
  /** VMs of the tree by the model's uid: its own, and the address of its root table. */
  readonly vms = new Map<number, { uid: number; ttbr: number }>();
  readonly #calls: ClientCalls;
  readonly #files = new Map<DrmFile, number>();
  readonly #backed = new WeakSet<GemObject>();
  /** Objects have their pages from the start on (map_wc of drm_gem_shmem_object), and not when they are mapped. */
  readonly #pinsEarly: boolean;
  /** Objects of the driver's own, by VM and address. */
  readonly #kernelObjects = new Map<string, number>();
  /** VMs that a group of the model's holds, by file and handle. */
  readonly #held = new Map<DrmFile, Map<number, number>>();

  constructor(calls: ClientCalls) {
    this.#calls = calls;
    this.#pinsEarly = calls.kernel.tree.features.some(({ name, found }) => name === 'SHMEM_HELPER' && found);
  }

  open(file: DrmFile): void {
    const number = this.#calls.own('open', file.render ? 0 : 1);
    if (number < 0) throw new Error(`panthor_open(): ${number}`);
    this.#files.set(file, number);
  }

  /** The tree's number of a file. */
  file(file: DrmFile): number {
    return this.#files.get(file) as number;
  }

  release(file: DrmFile): void {
    this.#calls.own('release', this.file(file));
    this.#files.delete(file);
    for (const uid of this.#held.get(file)?.values() ?? []) this.#calls.own('vmPut', uid);
    this.#held.delete(file);
  }

  /** The tree has made its VM `uid`, which is the model's `vm`. */
  madeVm(vm: PanthorVm, uid: number): void {
    this.#calls.ask('state');
    const { roots } = deviceState(this.#calls.kernel.mailbox);
    this.#calls.kernel.mailbox.clearNotes();
    const ttbr = roots.get(uid) ?? 0;
    this.vms.set(vm.uid, { uid, ttbr });
    this.#calls.machine.roots.set(ttbr, vm.uid);
  }

  /** The tree is about to make the object that the model has just made, with `handle`. */
  beforeObject(file: DrmFile, handle: number): void {
    const bo = this.#pinsEarly ? file.lookupGem(handle) : undefined;
    if (bo?.pin()) this.#calls.givePages(bo);
  }

  /** It was made. */
  afterObject(file: DrmFile, handle: number): void {
    const bo = this.#pinsEarly ? file.lookupGem(handle) : undefined;
    if (bo === undefined || !bo.pinned) return;
    this.#backed.add(bo);
    this.#calls.own('backObject', this.file(file), handle, bo.serial + 1);
  }

  /** Objects that a VM_BIND, whose argument is at `at` in `mem`, maps for the first time get the model's pages. */
  backObjects(mem: UserMemory, at: number, file: DrmFile): void {
    for (const { handle, sparse, vm } of askedMaps(mem, at)) {
      const bo = sparse ? file.vms.get(vm)?.dummy : file.lookupGem(handle);
      if (bo === undefined || bo === null || this.#backed.has(bo) || !bo.pin()) continue;
      this.#backed.add(bo);
      this.#calls.givePages(bo);
      // Handle 0 is the object behind sparse maps.
      this.#calls.own('backObject', this.file(file), sparse ? 0 : handle, sparse ? 0 : bo.serial + 1);
    }
  }

  /**
   * A file of the tree's gets a handle for another device's object, with the model's pages of `bo`: that handle, or -errno.
   */
  importObject(file: DrmFile, bo: GemObject): number {
    if (!bo.pin()) throw new Error(`object ${bo.id} has no pages`);
    this.#backed.add(bo);
    this.#calls.givePages(bo);
    return this.#calls.own('importObject', this.file(file), bo.size, bo.serial + 1);
  }

  /** Groups of the model's hold their VMs in the tree, too. */
  holdVms(file: DrmFile): void {
    const held = this.#held.get(file) ?? new Map<number, number>();
    this.#held.set(file, held);
    const { groups } = file;
    for (const handle of groups.ids()) {
      const uid = this.vms.get(groups.get(handle)?.vm.uid ?? 0)?.uid;
      if (held.has(handle) || uid === undefined) continue;
      held.set(handle, uid);
      this.#calls.own('vmGet', uid);
    }
    for (const [handle, uid] of held) {
      if (groups.get(handle) !== undefined) continue;
      held.delete(handle);
      this.#calls.own('vmPut', uid);
    }
  }

  /** What the model has asked of its VM layer is asked of the tree; `inside`: another of its calls waits meanwhile. */
  forward(list: readonly Forwarded[], inside = false): void {
    for (const one of list) this.#forwardOne(one, inside);
  }

  #forwardOne(one: Forwarded, inside: boolean): void {
    const call = (...args: Parameters<ClientCalls['own']>): number =>
      inside ? this.#calls.inside(...args) : this.#calls.own(...args);
    if (!('vm' in one)) {
      call(one.call, ...(one.call === 'flushCaches' ? [1] : []));
      return;
    }
    const uid = this.vms.get(one.vm)?.uid;
    if (uid === undefined) return;
    if (one.call === 'kmap') {
      const number = this.#kernelObject(one.bo);
      if (number < 0) return;
      this.#kernelObjects.set(`${uid}@${one.va}`, number);
      call('kmap', uid, number, one.boOffset, one.size, one.va, one.flags);
    } else if (one.call === 'kunmap') {
      call('kunmap', uid, one.va, one.size);
      const number = this.#kernelObjects.get(`${uid}@${one.va}`);
      if (number !== undefined) call('boDestroy', number);
      this.#kernelObjects.delete(`${uid}@${one.va}`);
    } else call(one.call, uid);
  }

  /** An object of the driver's own, made in the tree with the model's pages: its number there. */
  #kernelObject(bo: GemObject): number {
    if (!bo.pin()) return -1;
    const { mailbox } = this.#calls.kernel;
    const owner = bo.exclusiveVm as PanthorVm | null;
    const vm = this.vms.get(owner?.uid ?? 0)?.uid ?? 0;
    this.#calls.givePages(bo);
    const number = this.#calls.own('boCreate', bo.size, vm, DRM_PANTHOR_BO_NO_MMAP);
    if (number > 0) this.#calls.own('backObject', 0, mailbox.result(2), bo.serial + 1);
    return number;
  }
}
