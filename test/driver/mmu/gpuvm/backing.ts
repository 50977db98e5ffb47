/** Objects whose physical pages the tests chose themselves, one by one, so that no translation has to be believed. */
import type { PanthorDevice } from '../../../../src/driver/device.ts';
import type { GemObject } from '../../../../src/driver/gem/gem.ts';
import { type SgPiece, SgTable } from '../../../../src/driver/gem/sg.ts';
import { BLOCK, PAGE } from './naive.ts';

/** `blocks`: contiguous; `huge`: blocks in disorder; `pages`: pages in disorder; `mixed`: blocks, pages and 64 KiB. */
export const BACKINGS = ['blocks', 'huge', 'pages', 'mixed'] as const;
export type BackingKind = (typeof BACKINGS)[number];

/** Objects lie 4 GiB apart. */
const SPACING = 2 ** 32;
const FIRST = 2 ** 33;

/** Physical address of the 2 MiB dummy object behind sparse mappings, in its default layout. */
export const DUMMY_PA = 2 ** 33;

export interface TestObject {
  gem: GemObject;
  /** Physical address of each page, bytes. */
  pages: Float64Array;
}

/** Byte offset of the i-th of `count` blocks: an order that is none, with a gap after each. */
function blockOffset(i: number, count: number): number {
  return ((i * 7 + 3) % (8 * count + 1)) * 2 * BLOCK;
}

/** The same of the i-th of `count` smaller pieces (of 64 KiB at most); never aligned to 2 MiB. */
function pageOffset(i: number, count: number): number {
  return (((i * 5 + 1) % (5 * count + 1)) * 32 + 2) * PAGE;
}

function pieces(kind: BackingKind, size: number, base: number): SgPiece[] {
  if (kind === 'blocks') return [[base, size, size >= BLOCK ? BLOCK : PAGE]];
  const blocks = Math.ceil(size / BLOCK);
  const pages = size / PAGE;
  const found: SgPiece[] = [];
  for (let at = 0, i = 0; at < size; i++) {
    const whole = at % BLOCK === 0 && size - at >= BLOCK;
    if (whole && (kind === 'huge' || (kind === 'mixed' && (at / BLOCK) % 2 === 0))) {
      found.push([base + blockOffset(at / BLOCK, blocks), BLOCK, BLOCK]);
      at += BLOCK;
      continue;
    }
    const len = kind === 'mixed' && i % 3 === 0 ? Math.min(16 * PAGE, size - at, BLOCK - (at % BLOCK)) : PAGE;
    found.push([base + SPACING / 2 + pageOffset(i, pages), len, PAGE]);
    at += len;
  }
  return found;
}

/** The `number`-th object (from 0) of a device: `size` bytes, exclusive to a VM or to none. */
export function testObject(
  device: PanthorDevice,
  number: number,
  size: number,
  kind: BackingKind,
  exclusive: unknown = null,
): TestObject {
  const list = pieces(kind, size, FIRST + (number + 1) * SPACING);
  const pages: number[] = [];
  for (const [pa, len] of list) for (let at = 0; at < len; at += PAGE) pages.push(pa + at);
  const gem = device.gem.createAs(number + 1, size, exclusive, SgTable.of(list), 0);
  return { gem, pages: Float64Array.from(pages) };
}
