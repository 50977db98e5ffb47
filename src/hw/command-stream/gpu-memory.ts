/**
 * Accesses of a command stream to memory: through the tables that its address space has in AS_TRANSTAB, as the walker
 * reads them, to the bytes behind the physical address.
 */

import { PAGE_SIZE } from '../../../uapi/sizes.ts';
import type { Machine } from '../machine.ts';
import {
  AS_FAULTADDRESS,
  AS_FAULTSTATUS,
  AS_TRANSCFG,
  AS_TRANSCFG_ADRMODE_AARCH64_4K,
  AS_TRANSTAB,
  asRegister,
  INT_RAWSTAT,
  MMU_INT_BASE,
} from '../registers.ts';
import { type TableMemory, walk } from '../walker.ts';
import {
  ADDR_SIZE_FAULT_IN,
  CS_BUS_FAULT,
  PERM_FAULT,
  StreamFatal,
  TRANSLATION_FAULT,
} from './exceptions.ts';
import type { PhysicalBytes } from './physical-bytes.ts';
import type { StreamMemory, StreamOp } from './stream-memory.ts';
import type { Translations } from './translations.ts';

/** Access type, bits 9:8 of AS_FAULTSTATUS. */
const READ = 2;
const WRITE = 3;
/** AP[2] of a leaf: read-only. */
const AP_READ_ONLY = 1 << 7;
const TRANSCFG_MODE_MASK = 0xf;
/** Translations that are remembered; a power of two. */
const SLOTS = 64;

/**
 * Translations are remembered until invalidate(), which is called whenever the driver may have run: inside a run of the
 * command-stream hardware page tables do not change.
 *
 * Instructions are fetched as data: panthor maps its own ring buffers with MAP_NOEXEC, and so does Mesa with its
 * streams, so that the no-execute bit can only be about shaders.
 */
export class GpuMemory implements StreamMemory {
  readonly #machine: Machine;
  readonly #physical: PhysicalBytes;
  readonly #vaBits: number;
  readonly #vaLimit: number;
  readonly #other: Translations | null;
  #tables: TableMemory;
  #as = -1;
  /** Physical address of the root table, -1 where the address space translates nothing. */
  #root = -1;
  readonly #bases = new Float64Array(SLOTS).fill(-1);
  readonly #views: (DataView | null)[] = new Array(SLOTS).fill(null);
  readonly #writable = new Uint8Array(SLOTS);

  /** `vaBits`: bits of an address (GPU_MMU_FEATURES). `other`: what translates in the machine's place. */
  constructor(machine: Machine, physical: PhysicalBytes, vaBits: number, other: Translations | null = null) {
    this.#machine = machine;
    this.#other = other;
    this.#tables = machine.memory;
    this.#physical = physical;
    this.#vaBits = vaBits;
    this.#vaLimit = 2 ** vaBits;
  }

  /** Forgets translations and what the registers said. */
  invalidate(): void {
    this.#as = -1;
    this.#bases.fill(-1);
    this.#views.fill(null);
  }

  /** Accesses from now on are those of address space `as` (a slot). */
  select(as: number): void {
    if (as === this.#as) return;
    this.invalidate();
    this.#as = as;
    const other = this.#other?.of(as) ?? null;
    this.#tables = other?.tables ?? this.#machine.memory;
    if (other !== null) {
      this.#root = other.root;
      return;
    }
    const { words } = this.#machine.regs;
    const at = asRegister(as, AS_TRANSTAB) >> 2;
    const mode = words[asRegister(as, AS_TRANSCFG) >> 2] & TRANSCFG_MODE_MASK;
    const transtab = words[at + 1] * 0x100000000 + ((words[at] & ~(PAGE_SIZE - 1)) >>> 0);
    this.#root = mode === AS_TRANSCFG_ADRMODE_AARCH64_4K ? transtab : -1;
  }

  /**
   * A word at `va`, a multiple of 4.
   *
   * @throws StreamFatal for what is not mapped; the MMU has raised its interrupt then
   */
  *load32(va: number): StreamOp<number> {
    yield 'load';
    return this.#page(va, READ).getUint32(va & (PAGE_SIZE - 1), true);
  }

  /** Writes a word at `va`, a multiple of 4. Throws as load32(), and for what is mapped read-only. */
  *store32(va: number, value: number): StreamOp<void> {
    yield 'store';
    this.#page(va, WRITE).setUint32(va & (PAGE_SIZE - 1), value, true);
  }

  /** Adds to what is at `va`. Throws as load32() and store32(). */
  *atomicAdd(va: number, lo: number, hi: number, wide: boolean): StreamOp<void> {
    yield 'add';
    const at = va & (PAGE_SIZE - 1);
    const low = this.#page(va, READ).getUint32(at, true) + lo;
    const page = this.#page(va, WRITE);
    page.setUint32(at, low, true);
    if (wide) page.setUint32(at + 4, page.getUint32(at + 4, true) + hi + (low >= 0x100000000 ? 1 : 0), true);
  }

  /** Makes sure that `va` can be written; throws as store32(). */
  *checkWritable(va: number): StreamOp<void> {
    yield 'store';
    this.#page(va, WRITE);
  }

  /** A word as the tables at `root` translate `va`, without side effects: undefined where nothing is mapped. */
  peek32(root: number, va: number): number | undefined {
    if (va >= this.#vaLimit) return undefined;
    const found = walk(this.#machine.memory, root, this.#vaBits, va);
    const offset = va & (PAGE_SIZE - 1);
    if (found.pa < 0) return undefined;
    return this.#physical.page(found.pa - offset)?.getUint32(offset, true);
  }

  #page(va: number, access: number): DataView {
    const base = va - (va & (PAGE_SIZE - 1));
    const slot = (va >>> 12) & (SLOTS - 1);
    if (this.#bases[slot] === base && (access === READ || this.#writable[slot] !== 0)) {
      return this.#views[slot] as DataView;
    }
    return this.#translate(va, base, slot, access);
  }

  #translate(va: number, base: number, slot: number, access: number): DataView {
    if (va < 0 || va >= this.#vaLimit) this.#fault(va, ADDR_SIZE_FAULT_IN, access);
    if (this.#root < 0) this.#fault(va, TRANSLATION_FAULT, access);
    const found = walk(this.#tables, this.#root, this.#vaBits, base);
    if (found.pa < 0) this.#fault(va, TRANSLATION_FAULT + found.level, access);
    const readOnly = (found.attrLo & AP_READ_ONLY) !== 0;
    if (access === WRITE && readOnly) this.#fault(va, PERM_FAULT + found.level, access);
    const view = this.#physical.page(found.pa);
    if (view === null) throw new StreamFatal(CS_BUS_FAULT, va);
    this.#bases[slot] = base;
    this.#views[slot] = view;
    this.#writable[slot] = readOnly ? 0 : 1;
    return view;
  }

  /** The first fault of an address space stays in its registers until the driver has cleared the interrupt. */
  #fault(va: number, type: number, access: number): never {
    const { words } = this.#machine.regs;
    const bit = 1 << this.#as;
    if ((words[(MMU_INT_BASE + INT_RAWSTAT) >> 2] & bit) === 0) {
      const at = asRegister(this.#as, AS_FAULTADDRESS) >> 2;
      const address = BigInt.asUintN(64, BigInt(va));
      words[asRegister(this.#as, AS_FAULTSTATUS) >> 2] = type | (access << 8);
      words[at] = Number(address & 0xffffffffn);
      words[at + 1] = Number(address >> 32n);
      this.#machine.raiseMmuInterrupt(bit);
      this.#other?.faulted(this.#as, va, type | (access << 8));
    }
    throw new StreamFatal(CS_BUS_FAULT, va);
  }
}
