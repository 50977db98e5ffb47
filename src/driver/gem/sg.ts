/**
 * The physical backing of a buffer object: a scatter list, kept as sorted runs so that an offset is found by bisection
 * (the kernel walks its list from the start). Layouts are those of the conformance vectors' SCHEMA.md.
 */

import { SZ_2M, SZ_4K, SZ_64K } from '../../../uapi/sizes.ts';
import { BO_MEMORY_BASE } from '../../hw/memory.ts';

/** Bytes of the longest scatter list entry. */
const MAX_ENTRY = 0xfffff000;

export const BO_LAYOUTS = ['contig2M', 'contig4k', '4k', 'huge2M', 'mixed'] as const;
export type BoLayout = (typeof BO_LAYOUTS)[number];

/** One piece of backing: physical address, length, and the size of the folio that it is part of, in bytes. */
export type SgPiece = readonly [pa: number, len: number, folio: number];

const NONE: readonly number[] = [];
const FROM_0 = new Float64Array(1);

export class SgTable {
  /** Entries of the scatter list: physical address, length, and offset in the object, in bytes. */
  readonly pa: Float64Array;
  readonly len: Float64Array;
  readonly start: Float64Array;
  /** Bytes of the object. */
  readonly size: number;
  /** Offsets at which folios of 2 MiB or more begin and end, as [from, to) pairs in order. */
  readonly #hugeFrom: readonly number[];
  readonly #hugeTo: readonly number[];

  /** Entries by address and length, and where their huge folios are; bytes. */
  constructor(
    pa: Float64Array,
    len: Float64Array,
    hugeFrom: readonly number[] = NONE,
    hugeTo: readonly number[] = NONE,
  ) {
    const count = pa.length;
    this.pa = pa;
    this.len = len;
    this.start = count === 1 ? FROM_0 : new Float64Array(count);
    for (let i = 1; i < count; i++) this.start[i] = this.start[i - 1] + len[i - 1];
    this.size = count === 0 ? 0 : this.start[count - 1] + len[count - 1];
    this.#hugeFrom = hugeFrom;
    this.#hugeTo = hugeTo;
  }

  /** The list of an object with those pieces, one behind the other. */
  static of(pieces: Iterable<SgPiece>): SgTable {
    const pa: number[] = [];
    const len: number[] = [];
    const hugeFrom: number[] = [];
    const hugeTo: number[] = [];
    let size = 0;
    for (const [at, bytes, folio] of pieces) {
      if (bytes === 0) continue;
      const last = pa.length - 1;
      if (last >= 0 && pa[last] + len[last] === at && len[last] + bytes <= MAX_ENTRY) len[last] += bytes;
      else {
        pa.push(at);
        len.push(bytes);
      }
      if (folio >= SZ_2M) {
        const h = hugeTo.length - 1;
        if (h >= 0 && hugeTo[h] === size) hugeTo[h] = size + bytes;
        else {
          hugeFrom.push(size);
          hugeTo.push(size + bytes);
        }
      }
      size += bytes;
    }
    return new SgTable(new Float64Array(pa), new Float64Array(len), hugeFrom, hugeTo);
  }

  /** The list of an object of `size` bytes at `at`, a multiple of 2 MiB: huge folios as far as they go. */
  static contiguous(at: number, size: number): SgTable {
    const whole = size - (size % SZ_2M);
    if (size > MAX_ENTRY)
      return SgTable.of([
        [at, whole, SZ_2M],
        [at + whole, size - whole, SZ_4K],
      ]);
    const pa = new Float64Array(1);
    const len = new Float64Array(1);
    pa[0] = at;
    len[0] = size;
    return whole === 0 ? new SgTable(pa, len) : new SgTable(pa, len, [0], [whole]);
  }

  /** Index of the entry that holds byte `offset`, or the number of entries beyond the end. */
  find(offset: number): number {
    const start = this.start;
    let lo = 0;
    let hi = start.length;
    if (offset >= this.size) return hi;
    while (hi - lo > 1) {
      const mid = (lo + hi) >> 1;
      if (start[mid] <= offset) lo = mid;
      else hi = mid;
    }
    return lo;
  }

  /** Physical address of byte `offset`. */
  paOf(offset: number): number {
    const i = this.find(offset);
    return this.pa[i] + (offset - this.start[i]);
  }

  /** Whether the page at `offset` is part of a folio of 2 MiB or more (folio_size() ≥ SZ_2M). */
  inHugeFolio(offset: number): boolean {
    let lo = 0;
    let hi = this.#hugeFrom.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (this.#hugeTo[mid] <= offset) lo = mid + 1;
      else hi = mid;
    }
    return lo < this.#hugeFrom.length && this.#hugeFrom[lo] <= offset;
  }
}

/** Physical memory window of an object: 8 GiB each, reused every 64 objects. */
export function boBase(id: number): number {
  return ((id & 63) + 1) * BO_MEMORY_BASE;
}

/** The backing of object number `id` with `size` bytes (a multiple of 4 KiB) in that layout. `seed` scatters it. */
export function layoutPieces(layout: BoLayout, id: number, size: number, seed: number): Iterable<SgPiece> {
  const base = boBase(id);
  const k = Math.imul(seed, 0x85ebca6b);
  const hash = (i: number): number => (Math.imul(i, 0x9e3779b1) + k) >>> 0;
  const whole = size - (size % SZ_2M);
  switch (layout) {
    case 'contig2M':
      return [...(whole > 0 ? [[base, whole, SZ_2M] as const] : []), [base + whole, size - whole, SZ_4K]];
    case 'contig4k':
      return [[base + SZ_4K, size, SZ_4K]];
    case '4k':
      return scattered(base, 0, size, hash);
    case 'huge2M': {
      const blocks: SgPiece[] = [];
      for (let i = 0; i < whole / SZ_2M; i++)
        blocks.push([base + (hash(i) & 0x7ff) * 0x400000, SZ_2M, SZ_2M]);
      return [...blocks, ...scattered(base, whole, size, hash)];
    }
    case 'mixed':
      return mixed(base, size, hash);
  }
}

/** Pages one by one, made as they are asked for: a list of those of 1 GiB would be ten times the page tables. */
function scattered(base: number, from: number, size: number, hash: (i: number) => number): Iterable<SgPiece> {
  return {
    [Symbol.iterator]() {
      let i = from / SZ_4K;
      return {
        next(): IteratorResult<SgPiece> {
          if (i >= size / SZ_4K) return { done: true, value: undefined };
          return { done: false, value: [base + (hash(i++) & 0xfffff) * 0x2000, SZ_4K, SZ_4K] };
        },
      };
    },
  };
}

function mixed(base: number, size: number, hash: (i: number) => number): SgPiece[] {
  const pieces: SgPiece[] = [];
  for (let at = 0, i = 0; at < size; i++) {
    const h = hash(i);
    const kind = (h >>> 28) & 3;
    let len = SZ_4K;
    if (at % SZ_2M === 0 && size - at >= SZ_2M && kind < 2) len = SZ_2M;
    else if (kind === 2 && size - at >= SZ_64K) len = SZ_64K;
    if (len !== SZ_2M) len = Math.min(len, SZ_2M - (at % SZ_2M));
    pieces.push([
      base + (h & 0x7ff) * 0x400000 + (len === SZ_2M ? 0 : 0x1e0000),
      len,
      len === SZ_2M ? SZ_2M : SZ_4K,
    ]);
    at += len;
  }
  return pieces;
}
