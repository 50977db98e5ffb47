/** A page-table walk, level by level (VMSAv8-64, 4 KiB granule), put together from what the page has of it. */
import { hex } from '../../../uapi/hex.ts';
import type { DetailChunk } from '../data.ts';
import { bytesText, el } from './dom.ts';

interface Entry {
  level: number;
  index: number;
  /** Physical address of the descriptor. */
  at: number;
  lo: number;
  hi: number;
}

/** Levels of page tables; the last one's entries are pages. */
const LEVELS = 4;

/** The walk of a mapping's first address; null where the page does not have it. */
export function walkOf(chunk: DetailChunk, row: number, va: number, rootLevel: number): Entry[] | null {
  let tables: number[] = [];
  for (let i = 0; i <= row - chunk.mapping; i++) {
    const walk = chunk.walks[i];
    if (walk === undefined) return null;
    if (walk === null) continue;
    tables = [...tables.slice(0, walk[0]), ...walk[1]];
  }
  const own = chunk.walks[row - chunk.mapping];
  if (own == null) return null;
  return tables.map((table, i) => {
    const level = rootLevel + i;
    const index = Math.floor(va / 2 ** (12 + 9 * (LEVELS - 1 - level))) % 512;
    const next = tables[i + 1];
    const [lo, hi] =
      next === undefined ? [own[2], own[3]] : [((next % 2 ** 32) + 3) >>> 0, Math.floor(next / 2 ** 32)];
    return { level, index, at: table + index * 8, lo, hi };
  });
}

export function walkTable(entries: readonly Entry[]): HTMLElement {
  const rows = entries.map(({ level, index, at, lo, hi }) => {
    const word = `0x${hi.toString(16).padStart(8, '0')}${lo.toString(16).padStart(8, '0')}`;
    const kind = kindOf(level, lo);
    return el(
      'tr',
      {},
      el('th', { scope: 'row' }, `L${level}[${index}]`),
      el('td', {}, hex(at)),
      el('td', {}, word),
      el('td', {}, kind === 'invalid' ? kind : `${kind} → ${hex(output(lo, hi))}`),
    );
  });
  const { level, lo, hi } = entries[entries.length - 1];
  const end =
    kindOf(level, lo) === 'invalid'
      ? 'a translation fault'
      : `physical ${hex(output(lo, hi))}, a leaf of ${bytesText(2 ** (12 + 9 * (LEVELS - 1 - level)))}`;
  const head = ['Entry', 'at', 'descriptor', 'means'].map((text) => el('th', { scope: 'col' }, text));
  const root = entries[0].at - entries[0].index * 8;
  return el(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Page-table walk' },
    el(
      'table',
      {},
      el('caption', {}, `AS_TRANSTAB ${hex(root)}; ends in ${end}`),
      el('thead', {}, el('tr', {}, ...head)),
      el('tbody', {}, ...rows),
    ),
  );
}

/** Output address of a descriptor: bits 47:12. */
function output(lo: number, hi: number): number {
  return (hi & 0xffff) * 2 ** 32 + ((lo & ~0xfff) >>> 0);
}

function kindOf(level: number, lo: number): 'invalid' | 'table' | 'block' | 'page' {
  if ((lo & 1) === 0) return 'invalid';
  if (level === LEVELS - 1) return 'page';
  return (lo & 3) === 3 ? 'table' : 'block';
}
