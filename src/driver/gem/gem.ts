/** Buffer objects: struct panthor_gem_object, and the device's table of them. */

import { SZ_2M } from '../../../uapi/sizes.ts';
import { BO_MEMORY_BASE } from '../../hw/memory.ts';
import type { BoContents } from './contents.ts';
import { type BoLayout, layoutPieces, SgTable } from './sg.ts';

/** Makes an object's scatter list, or null where there is no physical memory for it. */
type Backing = (bo: GemObject) => SgTable | null;

export class GemObject {
  /** Index in the device's table while the object lives; reused afterwards. */
  readonly serial: number;
  /** The number that traces and vectors know it by; 0 is the sparse dummy object. */
  readonly id: number;
  /** Bytes, a multiple of 4 KiB. */
  readonly size: number;
  /** DRM_PANTHOR_BO_* creation flags. */
  readonly flags: number;
  /** The VM (anything that identifies one) that alone may map it. */
  exclusiveVm: unknown;
  label: string | null = null;
  /** What it holds, where it is one of the kernel's own. */
  contents: BoContents | null = null;
  imported = false;
  /** Of the kernel's own: reclaim leaves it alone. */
  unreclaimable = false;
  /** Open handles over all files. */
  handleCount = 0;
  /** Operations that have it pinned: reclaim leaves it alone meanwhile (panthor_gem_pin()). */
  pins = 0;
  /** References: handles, mappings, operations under way. */
  refs = 1;
  /** The physical run that backs it, an index in the table's runs; -1 without one. */
  run = -1;
  readonly #backing: Backing;
  readonly #table: GemTable;
  #sg: SgTable | null = null;

  constructor(
    table: GemTable,
    serial: number,
    id: number,
    size: number,
    flags: number,
    exclusiveVm: unknown,
    backing: Backing,
  ) {
    this.#table = table;
    this.serial = serial;
    this.id = id;
    this.size = size;
    this.flags = flags;
    this.exclusiveVm = exclusiveVm;
    this.#backing = backing;
  }

  /** The scatter list of a pinned object (panthor_gem_get_dev_sgt()). */
  get sgt(): SgTable {
    if (this.#sg === null) throw new Error(`object ${this.id} is not pinned`);
    return this.#sg;
  }

  /** Whether it has physical memory. */
  get pinned(): boolean {
    return this.#sg !== null;
  }

  /** panthor_gem_pin(): backs the object with physical memory on first use; false is -ENOMEM. */
  pin(): boolean {
    if (this.#sg === null) this.#sg = this.#backing(this);
    return this.#sg !== null;
  }

  /** panthor_gem_evict_locked(): the pages go; pin() brings others. */
  evict(): void {
    this.#sg = null;
    this.#table.releaseRun(this);
    this.run = -1;
  }

  get(): this {
    this.refs++;
    return this;
  }

  put(): void {
    if (--this.refs === 0) this.#table.forget(this);
  }
}

/** Everything that can be mapped on one device, and the physical memory behind it. */
export class GemTable {
  /** Objects by serial. */
  readonly objects: (GemObject | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #layout: BoLayout;
  readonly #dummyLayout: BoLayout | null;
  /** End of physical memory, bytes. */
  readonly #paEnd: number;
  /** Next physical address that was never used. */
  #brk = BO_MEMORY_BASE;
  /** Runs in address order: where each begins, and the object that has it. */
  readonly #runPa: number[] = [];
  readonly #runBo: (GemObject | undefined)[] = [];
  /** The scatter list of the object that had a run last: the next one is often as large. */
  readonly #runSg: SgTable[] = [];
  /** Free runs by length in bytes. */
  readonly #freeRuns = new Map<number, number[]>();
  /** Objects alive, dummies included. */
  live = 0;
  /** Called when the last reference goes. */
  onFree: ((bo: GemObject) => void) | null = null;

  /** `dummyLayout`: backing of sparse dummy objects, null for memory of their own. `paBits`: of a physical address. */
  constructor(layout: BoLayout, dummyLayout: BoLayout | null, paBits: number) {
    this.#layout = layout;
    this.#dummyLayout = dummyLayout;
    this.#paEnd = 2 ** paBits;
  }

  /**
   * An object of `size` bytes (a multiple of 4 KiB) backed as the device's layout says. In the default layout each has
   * contiguous, 2 MiB-aligned memory of its own; the others are placed as the vectors' objects of that number are.
   */
  create(size: number, flags: number, exclusiveVm: unknown): GemObject {
    const serial = this.#takeSerial();
    const backing = this.#layout === 'contig2M' ? this.#backByRun : this.#backByLayout;
    return this.#add(serial, serial + 1, size, flags, exclusiveVm, backing);
  }

  /** An object under a number of its own with a layout and seed of the vectors, or an explicit scatter list. */
  createAs(
    id: number,
    size: number,
    exclusiveVm: unknown,
    backing: BoLayout | SgTable,
    seed: number,
  ): GemObject {
    return this.#add(this.#takeSerial(), id, size, 0, exclusiveVm, () =>
      backing instanceof SgTable ? backing : SgTable.of(layoutPieces(backing, id, size, seed)),
    );
  }

  /** The 2 MiB object behind sparse mappings (panthor_dummy_bo_create()). */
  createDummy(): GemObject {
    const layout = this.#dummyLayout;
    return this.#add(this.#takeSerial(), 0, SZ_2M, 0, null, (bo) =>
      layout === null ? this.#backByRun(bo) : SgTable.of(layoutPieces(layout, 0, SZ_2M, 0)),
    );
  }

  /** The object and the offset in it at a physical address, in the default layout. */
  at(pa: number): { bo: GemObject; offset: number } | null {
    let lo = 0;
    let hi = this.#runPa.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (this.#runPa[mid] <= pa) lo = mid + 1;
      else hi = mid;
    }
    const bo = lo > 0 ? this.#runBo[lo - 1] : undefined;
    const offset = pa - this.#runPa[lo - 1];
    return bo !== undefined && offset < bo.size ? { bo, offset } : null;
  }

  forget(bo: GemObject): void {
    this.objects[bo.serial] = undefined;
    this.#free.push(bo.serial);
    this.live--;
    this.releaseRun(bo);
    this.onFree?.(bo);
  }

  /** Gives the physical run behind an object back, if it has one. */
  releaseRun(bo: GemObject): void {
    if (bo.run < 0) return;
    const span = runSpan(bo.size);
    const list = this.#freeRuns.get(span);
    if (list === undefined) this.#freeRuns.set(span, [bo.run]);
    else list.push(bo.run);
    this.#runBo[bo.run] = undefined;
  }

  readonly #backByRun = (bo: GemObject): SgTable | null => {
    const span = runSpan(bo.size);
    let run = this.#freeRuns.get(span)?.pop();
    if (run === undefined) {
      if (this.#brk + span > this.#paEnd) return null;
      run = this.#runPa.push(this.#brk) - 1;
      this.#brk += span;
    }
    this.#runBo[run] = bo;
    bo.run = run;
    if (this.#runSg[run]?.size === bo.size) return this.#runSg[run];
    const sg = SgTable.contiguous(this.#runPa[run], bo.size);
    this.#runSg[run] = sg;
    return sg;
  };

  readonly #backByLayout = (bo: GemObject): SgTable =>
    SgTable.of(layoutPieces(this.#layout, bo.id, bo.size, 0));

  #takeSerial(): number {
    return this.#free.length > 0 ? (this.#free.pop() as number) : this.objects.length;
  }

  #add(
    serial: number,
    id: number,
    size: number,
    flags: number,
    exclusiveVm: unknown,
    backing: Backing,
  ): GemObject {
    const bo = new GemObject(this, serial, id, size, flags, exclusiveVm, backing);
    this.objects[serial] = bo;
    this.live++;
    return bo;
  }
}

/** Bytes of physical memory that an object of `size` bytes takes: whole 2 MiB. */
function runSpan(size: number): number {
  return Math.ceil(size / SZ_2M) * SZ_2M;
}
