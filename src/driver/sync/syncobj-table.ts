/** The syncobjs of a file by handle: drm_file.syncobj_idr, syncobj_xa since it is an xarray. */
import { Idr } from '../base/idr.ts';
import type { Syncobj } from './syncobj.ts';

export class SyncobjTable {
  /** Handles from 1 on. */
  readonly #others = new Idr<Syncobj>();
  /** Whether handle 0 is free, or has been given out. */
  #zeroIsFree = false;
  #zero: Syncobj | null = null;
  readonly #freesZero: boolean;

  /** `freesZero`: the table is an xarray whose handle 0 can be freed (behaviour syncobj-handle-zero). */
  constructor(freesZero: boolean) {
    this.#freesZero = freesZero;
  }

  /** How many handles are in use. */
  get count(): number {
    return this.#others.count + (this.#zero === null ? 0 : 1);
  }

  /** The syncobj with this handle, or undefined. Any Number may be asked for. */
  get(handle: number): Syncobj | undefined {
    return handle === 0 ? (this.#zero ?? undefined) : this.#others.get(handle);
  }

  /** Gives a syncobj the lowest free handle. */
  alloc(syncobj: Syncobj): number {
    if (!this.#zeroIsFree) return this.#others.alloc(syncobj);
    this.#zeroIsFree = false;
    this.#zero = syncobj;
    return 0;
  }

  /**
   * Frees the handle and returns what had it, or undefined. XA_FLAGS_ALLOC1 keeps index 0 from being given out by an entry of
   * the xarray's own, which is there as long as another entry is; xa_erase() erases that, too, and xa_limit_32b begins with 0.
   */
  remove(handle: number): Syncobj | undefined {
    if (handle !== 0) return this.#others.remove(handle);
    const syncobj = this.#zero ?? undefined;
    this.#zero = null;
    if (syncobj !== undefined || (this.#freesZero && this.#others.count > 0)) this.#zeroIsFree = true;
    return syncobj;
  }

  /** All handles in use, lowest first. */
  ids(): number[] {
    return this.#zero === null ? this.#others.ids() : [0, ...this.#others.ids()];
  }
}
