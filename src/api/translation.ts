/** One walk of the page tables. */
import { type WalkReport, walkText } from '../report/walk.ts';

/** A descriptor that a walk read. */
export interface WalkedDescriptor {
  /** 0 to 3. */
  readonly level: number;
  /** Its place in the table, 0 to 511. */
  readonly index: number;
  /** Its physical address. */
  readonly pa: number;
  /** The descriptor itself (VMSAv8-64, 4 KiB granule). */
  readonly value: bigint;
}

/** What the driver has mapped at an address. */
export interface MappedObject {
  /** The client's handle; null for what is sparse and for objects of the driver's own. */
  readonly bo: number | null;
  readonly sparse: boolean;
  /** Bytes from the start of the object. */
  readonly offset: number;
  /** Whether the page tables lead to that place of the object. */
  readonly agrees: boolean;
}

/** The translation of one address: what the page tables say, and what the driver believes. */
export class Translation {
  readonly va: number;
  /** Physical address of the first table, as AS_TRANSTAB has it. */
  readonly ttbr: number;
  readonly descriptors: readonly WalkedDescriptor[];
  /** Where the address leads; null for a translation fault. */
  readonly pa: number | null;
  /** Bytes that the leaf maps: 4 KiB, 2 MiB or 1 GiB; null for a translation fault. */
  readonly pageSize: number | null;
  /** The level at which the walk ended. */
  readonly level: number;
  /** What the driver has mapped there; null for nothing. */
  readonly target: MappedObject | null;
  readonly #text: string;

  private constructor(report: WalkReport, fd: number, id: number) {
    const { va, ttbr, steps, result, target } = report;
    this.va = va;
    this.ttbr = ttbr;
    this.descriptors = steps.map(({ level, index, pa, lo, hi }) => ({
      level,
      index,
      pa,
      value: (BigInt(hi) << 32n) | BigInt(lo),
    }));
    this.pa = result.pa < 0 ? null : result.pa;
    this.pageSize = result.pa < 0 ? null : 2 ** result.log2;
    this.level = result.level;
    this.target = target;
    this.#text = walkText(report, `VM ${id} of fd ${fd}`);
  }

  /** @internal */
  static of(report: WalkReport, fd: number, id: number): Translation {
    return new Translation(report, fd, id);
  }

  /** Level by level, as `panthor-shim vm --walk` prints it. */
  toString(): string {
    return this.#text;
  }
}
