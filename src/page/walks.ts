/**
 * Page-table walks as a page keeps them (VMSAv8-64, 4 KiB granule): the tables, and the last descriptor. A mapping needs few
 * of them, since its other addresses are mostly translated alike: one page table after another, one page after another.
 */
import { PAGE_SIZE, SZ_2M } from '../../uapi/sizes.ts';
import type { DetailChunk, PageSpan } from './data.ts';

/** Level whose entries are pages; those of the level above are tables or blocks of 2 MiB. */
export const PAGE_LEVEL = 3;

export interface Walked {
  /** Physical addresses of the tables that the walk goes through, from the root on. Bytes. */
  tables: readonly number[];
  /** The words of the last descriptor. */
  lo: number;
  hi: number;
}

/** A mapping, as far as walks go: bytes, and whether it is of the driver's dummy object. */
export interface WalkedMapping {
  va: number;
  size: number;
  sparse: boolean;
}

/** Bytes that an entry of a level covers. */
export function entrySize(level: number): number {
  return PAGE_SIZE * 512 ** (PAGE_LEVEL - level);
}

/** Output address of a descriptor: bits 47:12. */
export function outputOf(lo: number, hi: number): number {
  return (hi & 0xffff) * 2 ** 32 + ((lo & ~0xfff) >>> 0);
}

const regionOf = (va: number): number => Math.floor(va / SZ_2M);

/** Regions of 2 MiB that a mapping lies in. */
export function regionsOf({ va, size }: WalkedMapping): number {
  return regionOf(va + size - 1) - regionOf(va) + 1;
}

/** First address of a mapping's region `number`, counted from the one that the mapping begins in. */
export function regionStart({ va }: WalkedMapping, number: number): number {
  return number === 0 ? va : (regionOf(va) + number) * SZ_2M;
}

/** What the walk of `to` is, by that of `from`, if tables and pages of the mapping lie one after another. */
export function expectedWalk(
  walked: Walked,
  { sparse }: WalkedMapping,
  from: number,
  to: number,
  rootLevel: number,
): Walked {
  const { tables, lo, hi } = walked;
  const level = rootLevel + tables.length - 1;
  const regions = regionOf(to) - regionOf(from);
  let moved = 0;
  if (level === PAGE_LEVEL) {
    const page = (va: number): number => Math.floor((sparse ? va % SZ_2M : va) / PAGE_SIZE) * PAGE_SIZE;
    moved = page(to) - page(from);
  } else if (!sparse) moved = regions * SZ_2M;
  const next =
    level === PAGE_LEVEL ? [...tables.slice(0, -1), tables[level - rootLevel] + regions * PAGE_SIZE] : tables;
  if ((lo & 1) === 0) return { tables: next, lo, hi };
  const output = outputOf(lo, hi) + moved;
  const high = Math.floor(output / 2 ** 32) & 0xffff;
  return {
    tables: next,
    lo: ((output % 2 ** 32) | (lo & 0xfff)) >>> 0,
    hi: ((hi & 0xffff0000) | high) >>> 0,
  };
}

/** The walk of an address of mapping `row`, right after the record that made it; null where the page does not have it. */
export function walkIn(
  chunk: DetailChunk,
  row: number,
  mapping: WalkedMapping,
  va: number,
  rootLevel: number,
): Walked | null {
  const place = row - chunk.mapping;
  let tables: number[] = [];
  for (let i = 0; i <= place; i++) {
    const walk = chunk.walks[i];
    if (walk !== null && walk !== undefined) tables = [...tables.slice(0, walk[0]), ...walk[1]];
  }
  const first = chunk.walks[place];
  if (first === null || first === undefined) return null;
  const [regions, ...spans] = chunk.spans[place] ?? [regionsOf(mapping)];
  const wanted = regionOf(va) - regionOf(mapping.va);
  if (wanted >= regions) return va === mapping.va ? { tables, lo: first[2], hi: first[3] } : null;
  let found: Walked = { tables, lo: first[2], hi: first[3] };
  let from = mapping.va;
  for (const [region, shared, own, lo, hi] of spans as PageSpan[]) {
    if (region > wanted) break;
    found = { tables: [...found.tables.slice(0, shared), ...own], lo, hi };
    from = regionStart(mapping, region);
  }
  return expectedWalk(found, mapping, from, va, rootLevel);
}
