/** Calls that the model answers, as far as a tree has to know of them: what is signalled, and what files are given. */
import {
  DRM_IOCTL_SYNCOBJ_CREATE,
  DRM_SYNCOBJ_CREATE_SIGNALED,
  DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
  DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_TIMELINE,
  DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
  drm_gem_flink,
  drm_gem_open,
  drm_prime_handle,
  drm_syncobj_create,
  drm_syncobj_handle,
} from '../../../uapi/drm.ts';
import { DRM_IOCTL_PANTHOR_BO_CREATE, drm_panthor_bo_create } from '../../../uapi/panthor_drm.ts';
import { UserMemory } from '../../driver/base/uaccess.ts';
import type { DrmFile } from '../../driver/ioctl/file.ts';
import type { ClientCalls } from './client-calls.ts';
import type { Mirror } from './mirror.ts';
import { SharedObjects } from './shared-objects.ts';
import { signalledBy } from './submitted.ts';

const ARGUMENT = 0x20000;

export class Follow {
  readonly shared: SharedObjects;
  readonly #calls: ClientCalls;
  readonly #mirror: Mirror;

  constructor(calls: ClientCalls, mirror: Mirror) {
    this.#calls = calls;
    this.#mirror = mirror;
    this.shared = new SharedObjects(calls);
  }

  /** A call of the model's that succeeded, with its argument at `at` in `mem`. Why the tree is no longer in step, or null. */
  call(name: string, mem: UserMemory, at: number, file: DrmFile): string | null {
    const word = (offset: number): number => mem.view.getUint32(at + offset, true);
    const number = this.#mirror.file(file);
    switch (name) {
      case 'GROUP_SUBMIT':
        for (const { handle, point } of signalledBy(mem, at)) this.shared.attach(file, number, handle, point);
        return null;
      case 'GROUP_CREATE':
      case 'GROUP_DESTROY':
        this.#mirror.holdVms(file);
        return null;
      case 'SYNCOBJ_HANDLE_TO_FD':
        // A sync_file has the fence alone.
        if ((word(drm_syncobj_handle.off.flags) & DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE) === 0)
          this.#holdSyncobj(file, word(drm_syncobj_handle.off.handle));
        return null;
      case 'SYNCOBJ_FD_TO_HANDLE': {
        const { flags, handle } = drm_syncobj_handle.off;
        const isFile = (word(flags) & DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE) !== 0;
        if (!isFile) return this.#importSyncobj(name, file, word(handle));
        const isPoint = (word(flags) & DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_TIMELINE) !== 0;
        const point = isPoint ? mem.view.getBigUint64(at + drm_syncobj_handle.off.point, true) : null;
        this.shared.attach(file, number, word(handle), point || null);
        return null;
      }
      case 'PRIME_HANDLE_TO_FD':
        this.#holdObject(file, word(drm_prime_handle.off.handle));
        return null;
      case 'GEM_FLINK':
        this.#holdObject(file, word(drm_gem_flink.off.handle));
        return null;
      case 'PRIME_FD_TO_HANDLE':
        return this.#importObject(name, file, word(drm_prime_handle.off.handle));
      case 'GEM_OPEN':
        return this.#importObject(name, file, word(drm_gem_open.off.handle));
      default:
        return null;
    }
  }

  #holdSyncobj(file: DrmFile, handle: number): void {
    const syncobj = file.syncobjs.get(handle);
    if (syncobj !== undefined) this.shared.syncobjs.hold(syncobj, this.#mirror.file(file), handle);
  }

  #holdObject(file: DrmFile, handle: number): void {
    const bo = file.lookupGem(handle);
    if (bo !== undefined) this.shared.objects.hold(bo, this.#mirror.file(file), handle);
  }

  /** A syncobj of this device's, or of another process's, for which a new one stands. */
  #importSyncobj(name: string, file: DrmFile, handle: number): string | null {
    const syncobj = file.syncobjs.get(handle);
    if (syncobj === undefined) return null;
    const isKnown = this.shared.syncobjs.has(syncobj);
    const made = isKnown
      ? this.shared.syncobjs.give(syncobj, this.#mirror.file(file))
      : this.#createSyncobj(file);
    if (!isKnown) this.#holdSyncobj(file, handle);
    return sameHandle(name, handle, made);
  }

  /** An object of this device's, of another device's, or of another process's, for which one of the same size stands. */
  #importObject(name: string, file: DrmFile, handle: number): string | null {
    const bo = file.lookupGem(handle);
    const number = this.#mirror.file(file);
    // The file may have had a handle for it, and gets that again.
    if (bo === undefined || this.#calls.own('backObject', number, handle, bo.serial + 1) === 0) return null;
    if (this.shared.objects.has(bo)) return sameHandle(name, handle, this.shared.objects.give(bo, number));
    const made = bo.imported ? this.#mirror.importObject(file, bo) : this.#createObject(file, bo.size);
    if (made === handle) this.shared.objects.hold(bo, number, handle);
    return sameHandle(name, handle, made);
  }

  #createObject(file: DrmFile, size: number): number {
    const mem = new UserMemory();
    const at = mem.reserve(ARGUMENT, drm_panthor_bo_create.size);
    mem.setU64(at + drm_panthor_bo_create.off.size, size);
    this.#ioctl(file, DRM_IOCTL_PANTHOR_BO_CREATE, mem);
    return mem.view.getUint32(at + drm_panthor_bo_create.off.handle, true);
  }

  #createSyncobj(file: DrmFile): number {
    const mem = new UserMemory();
    const at = mem.reserve(ARGUMENT, drm_syncobj_create.size);
    mem.view.setUint32(at + drm_syncobj_create.off.flags, DRM_SYNCOBJ_CREATE_SIGNALED, true);
    this.#ioctl(file, DRM_IOCTL_SYNCOBJ_CREATE, mem);
    return mem.view.getUint32(at + drm_syncobj_create.off.handle, true);
  }

  #ioctl(file: DrmFile, request: number, mem: UserMemory): void {
    const number = this.#mirror.file(file);
    this.#calls.ioctl({ file: number, request, mem, from: ARGUMENT, capabilities: 0, nowNs: 0 });
  }
}

function sameHandle(name: string, model: number, tree: number): string | null {
  return model === tree ? null : `${name} gives handle ${model} in the model, ${tree} in the tree`;
}
