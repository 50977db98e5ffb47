import type { GemObject } from '../driver/gem/gem.ts';
import type { DrmFile } from '../driver/ioctl/file.ts';
import type { PanthorVm } from '../driver/mmu/vm.ts';
import { ID_KINDS, type IdKind } from '../reasons/id-fields.ts';
import { IdMap, UNKNOWN_ID } from './ids/id-map.ts';
import type { PlannedId } from './ids/id-plan.ts';

/** No heap of any VM has that number: a pool has 128 at most (MAX_HEAPS_PER_POOL). */
const UNKNOWN_HEAP = 0xffff;

/** Numbers that all files of a client share. */
export interface SharedIds {
  readonly fd: IdMap;
  readonly name: IdMap;
}

/**
 * Handles by object. A WeakMap would do, but the garbage collector goes through all of it again and again; the number of
 * an object on its device is taken by another one once it is gone.
 */
class ObjectHandles {
  readonly #objects: GemObject[] = [];
  readonly #handles: number[] = [];

  get(bo: GemObject): number | undefined {
    return this.#objects[bo.serial] === bo ? this.#handles[bo.serial] : undefined;
  }

  set(bo: GemObject, handle: number): void {
    this.#objects[bo.serial] = bo;
    this.#handles[bo.serial] = handle;
  }
}

/** One open file of the client's and what its numbers mean in the model. */
export class ClientFile {
  /** The client's descriptor. */
  readonly fd: number;
  readonly file: DrmFile;
  readonly ids: { readonly [K in IdKind]: IdMap };
  /** The same in the order of ID_KINDS: a look by index costs less than one by name. */
  readonly #maps: readonly IdMap[];
  /** The client's handle of each object, the latest where it had several. */
  readonly handles = new ObjectHandles();
  /** The client's id of each VM, for those that are destroyed too. */
  readonly vmIds = new WeakMap<PanthorVm, number>();
  /** Syncobjs (the client's handles) that a refused call would have signalled, and in which record that was. */
  readonly unsignalled = new Map<number, number>();
  /** Syncobjs that a call signals here and was refused there, and in which record that was. */
  readonly signalledHere = new Map<number, number>();
  /** Groups (the client's handles) that were said to have faulted, and in which record. */
  readonly faultedGroups = new Map<number, number>();

  constructor(fd: number, file: DrmFile, shared: SharedIds) {
    this.fd = fd;
    this.file = file;
    this.ids = {
      vm: new IdMap('vm'),
      bo: new IdMap('bo'),
      syncobj: new IdMap('syncobj'),
      group: new IdMap('group'),
      heap: new IdMap('heap'),
      'mmap-offset': new IdMap('mmap-offset'),
      fd: shared.fd,
      name: shared.name,
    };
    this.#maps = ID_KINDS.map((kind) => this.ids[kind]);
  }

  /** The numbers of an id's kind. */
  mapOf(id: PlannedId): IdMap {
    return this.#maps[id.kindIndex];
  }

  /**
   * The model's number for the client's. A heap's handle has its VM in the upper half: an unknown heap of a known VM is
   * another error than an unknown VM.
   */
  toModel(kind: IdKind, capture: number): number {
    const { ids } = this;
    if (kind !== 'heap' || ids.heap.has(capture)) return ids[kind].toModel(capture);
    const vm = ids.vm.toModel(capture >>> 16);
    return vm === UNKNOWN_ID || vm === 0 ? UNKNOWN_ID : ((vm << 16) | UNKNOWN_HEAP) >>> 0;
  }

  /** Both kernels gave a number out. Returns a descriptor of the model's that lost its meaning, or undefined. */
  learn(id: PlannedId, capture: number, model: number): number | undefined {
    const { kind } = id;
    const before = this.mapOf(id).add(capture, model);
    if (kind === 'bo') {
      const bo = this.file.bos.get(model);
      if (bo !== undefined) this.handles.set(bo, capture);
    } else if (kind === 'vm') {
      const vm = this.file.vms.get(model);
      if (vm !== undefined) this.vmIds.set(vm, capture);
    } else if (kind === 'group') {
      this.faultedGroups.delete(capture);
    } else if (kind === 'syncobj') {
      this.unsignalled.delete(capture);
      this.signalledHere.delete(capture);
    }
    return kind === 'fd' ? before : undefined;
  }
}
