import { EACCES, EINVAL, ENODEV } from '../../../uapi/errno.ts';
import {
  DRM_PANTHOR_BO_NO_MMAP,
  DRM_PANTHOR_USER_FLUSH_ID_MMIO_OFFSET,
  DRM_PANTHOR_USER_MMIO_OFFSET,
  DRM_PANTHOR_USER_MMIO_OFFSET_32BIT,
} from '../../../uapi/panthor_drm.ts';
import { PAGE_SIZE } from '../../../uapi/sizes.ts';
import { Idr } from '../base/idr.ts';
import { RenewedMap } from '../base/renewed-map.ts';
import type { DmaBuf } from '../gem/dma-buf.ts';
import type { GemObject } from '../gem/gem.ts';
import { VmPool } from '../mmu/vm-pool.ts';
import type { PanthorGroup } from '../sched/group.ts';
import { SyncobjTable } from '../sync/syncobj-table.ts';
import type { BlockedCall } from './blocked.ts';
import type { PanthorDrv } from './drv.ts';
import type { FdTable } from './fd-table.ts';

/** How a device node was opened. */
export interface OpenOptions {
  /** 'render' (renderD128) or 'primary' (card0, whose first opener is its master). */
  node?: 'render' | 'primary';
  /** CAP_SYS_NICE: high group priorities. */
  sysNice?: boolean;
  /** CAP_SYS_ADMIN. */
  sysAdmin?: boolean;
  /** A 32-bit process on arm64 (TIF_32BIT), whose mmap offsets have 44 bits. */
  compat?: boolean;
  /** Descriptors of the process; a table of the device's own otherwise. */
  fds?: FdTable;
}

/** XA_LIMIT of a file's groups (MAX_GROUPS_PER_POOL). */
const MAX_GROUPS_PER_POOL = 128;

/** The result of a successful mmap() that shows the page with the LATEST_FLUSH_ID register. */
export const FLUSH_ID_PAGE = 'flush-id';

const PROT_WRITE = 2;
const PROT_EXEC = 4;
const MAP_SHARED = 1;

/** One open file: struct drm_file and struct panthor_file. Everything a client names by number is looked up here. */
export class DrmFile {
  readonly drv: PanthorDrv;
  readonly render: boolean;
  /** CAP_SYS_NICE; a replay learns it from replies. */
  sysNice: boolean;
  sysAdmin: boolean;
  /** Opened by a 32-bit process (drm_compat_ioctl()). */
  readonly compat: boolean;
  readonly bos = new Idr<GemObject>();
  /** drm_syncobj_open() */
  readonly syncobjs: SyncobjTable;
  /** panthor_group_pool_create() */
  readonly groups = new Idr<PanthorGroup>(1, MAX_GROUPS_PER_POOL);
  readonly vms: VmPool;
  /** Descriptors of the process that makes the next call. */
  fds: FdTable;
  /** What the call that returned BLOCKED waits for. */
  blocked: BlockedCall | null = null;
  /** drm_prime_file_private: which handle stands for which dma-buf. */
  readonly primeHandles = new RenewedMap<DmaBuf, number>();
  readonly primeBufs = new RenewedMap<number, DmaBuf>();
  /** May use what DRM_AUTH guards. */
  authenticated: boolean;
  /** Has been master; may be again without privileges. */
  wasMaster = false;
  /** drm_master.magic_map of the master that there was when it was opened: who asked for a number, once. */
  magics: Idr<{ file: DrmFile | null }> = new Idr();
  /** Process that opened it, and process and thread that make the present call; 0 where the caller does not say. */
  pid = 0;
  callerPid = 0;
  callerTid = 0;
  /** DRM_IOCTL_GET_MAGIC, 0 before it was asked for. */
  magic = 0;
  /** DRM_IOCTL_SET_CLIENT_NAME. */
  clientName: string | null = null;
  /** Where user MMIO starts in mmap offsets (DRM_IOCTL_PANTHOR_SET_USER_MMIO_OFFSET). */
  userMmioOffset = DRM_PANTHOR_USER_MMIO_OFFSET;

  constructor(drv: PanthorDrv, options: OpenOptions) {
    this.drv = drv;
    this.syncobjs = new SyncobjTable(drv.device.b.syncobjHandleZero);
    this.render = options.node !== 'primary';
    this.sysNice = options.sysNice ?? false;
    this.sysAdmin = options.sysAdmin ?? false;
    this.authenticated = this.sysAdmin;
    this.compat = options.compat ?? false;
    if (this.compat) this.userMmioOffset = DRM_PANTHOR_USER_MMIO_OFFSET_32BIT;
    this.fds = options.fds ?? drv.fds;
    this.vms = new VmPool(drv.device);
  }

  /** drm_is_current_master(). */
  get isMaster(): boolean {
    return this.drv.master === this;
  }

  /** drm_gem_object_lookup(), without the reference. */
  lookupGem(handle: number): GemObject | undefined {
    return this.bos.get(handle);
  }

  /** drm_gem_handle_create(): a new handle for `bo`, which it keeps alive. */
  createHandle(bo: GemObject): number {
    bo.get();
    bo.handleCount++;
    return this.bos.alloc(bo);
  }

  /** drm_gem_handle_delete(): -EINVAL for an unknown handle. */
  deleteHandle(handle: number): number {
    const bo = this.bos.remove(handle);
    if (bo === undefined) return -EINVAL;
    this.#release(handle, bo);
    return 0;
  }

  /** The object of `handle` gets the handle `wanted`, 0 for the lowest free one: 0 or -ENOSPC. */
  changeHandle(handle: number, wanted: number, bo: GemObject): number {
    const got = wanted === 0 ? this.bos.alloc(bo) : this.bos.allocAt(wanted, bo);
    if (got < 0) return got;
    this.bos.remove(handle);
    const buf = this.primeBufs.get(handle);
    if (buf !== undefined) {
      this.primeBufs.delete(handle);
      this.primeBufs.set(got, buf);
      this.primeHandles.set(buf, got);
    }
    return 0;
  }

  /** drm_prime_add_buf_handle(): remembers which handle stands for `buf`. */
  rememberPrime(buf: DmaBuf, handle: number): void {
    this.primeHandles.set(buf.get(), handle);
    this.primeBufs.set(handle, buf);
  }

  /** drm_syncobj_release() and drm_gem_release(): all handles are given back. */
  releaseHandles(): void {
    const { condResched } = this.drv.device;
    for (const handle of this.syncobjs.ids()) {
      condResched?.();
      this.syncobjs.remove(handle)?.put();
    }
    for (const handle of this.bos.ids()) {
      condResched?.();
      this.deleteHandle(handle);
    }
  }

  /**
   * panthor_mmap() with `length` in bytes, `prot` and `flags` as mmap() takes them.
   *
   * @returns the object that the range shows from its start, or FLUSH_ID_PAGE; -EINVAL, -EACCES, -ENODEV
   */
  mmap(
    offset: number,
    length: number,
    prot: number,
    flags: number,
  ): GemObject | typeof FLUSH_ID_PAGE | number {
    if (this.drv.device.unplugged) return -ENODEV;
    const shared = (flags & MAP_SHARED) !== 0;
    if (offset >= this.userMmioOffset) return this.#mmapIo(offset, length, prot, shared);
    const bo = this.drv.mmapOffsets.lookup(offset);
    if (bo === undefined || length > bo.size) return -EINVAL;
    if (!this.#mayMap(bo)) return -EACCES;
    // is_cow_mapping(): private and writable, now or later.
    if (!shared && !bo.imported) return -EINVAL;
    const checksLate = !this.drv.device.b.noMmapHasNoOffset;
    return checksLate && (bo.flags & DRM_PANTHOR_BO_NO_MMAP) !== 0 ? -EINVAL : bo;
  }

  /** panthor_device_mmap_io(). */
  #mmapIo(offset: number, length: number, prot: number, shared: boolean): typeof FLUSH_ID_PAGE | number {
    const at = offset - this.userMmioOffset + DRM_PANTHOR_USER_MMIO_OFFSET;
    if (!shared || at !== DRM_PANTHOR_USER_FLUSH_ID_MMIO_OFFSET) return -EINVAL;
    if (length !== PAGE_SIZE || (prot & (PROT_WRITE | PROT_EXEC)) !== 0) return -EINVAL;
    return FLUSH_ID_PAGE;
  }

  /** drm_vma_node_is_allowed(): files that have a handle for it. */
  #mayMap(bo: GemObject): boolean {
    return this.bos.ids().some((handle) => this.bos.get(handle) === bo);
  }

  /** drm_gem_object_release_handle(). */
  #release(handle: number, bo: GemObject): void {
    const buf = this.primeBufs.size === 0 ? undefined : this.primeBufs.get(handle);
    if (buf !== undefined) {
      this.primeBufs.delete(handle);
      this.primeHandles.delete(buf);
      buf.put();
    }
    if (--bo.handleCount === 0) this.drv.forgetNames(bo);
    bo.put();
  }
}
