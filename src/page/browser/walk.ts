/** A page-table walk, level by level (VMSAv8-64, 4 KiB granule), put together from what the page has of it. */
import { hex } from '../../../uapi/hex.ts';
import { entrySize, outputOf, PAGE_LEVEL, type Walked } from '../walks.ts';
import { bytesText, el } from './dom.ts';

interface Entry {
  level: number;
  index: number;
  /** Physical address of the descriptor. */
  at: number;
  lo: number;
  hi: number;
}

/** The entries that a walk of `va` goes through. */
export function entriesOf({ tables, lo, hi }: Walked, va: number, rootLevel: number): Entry[] {
  return tables.map((table, i) => {
    const level = rootLevel + i;
    const index = Math.floor(va / entrySize(level)) % 512;
    const next = tables[i + 1];
    const own = { level, index, at: table + index * 8 };
    if (next === undefined) return { ...own, lo, hi };
    return { ...own, lo: ((next % 2 ** 32) + 3) >>> 0, hi: Math.floor(next / 2 ** 32) };
  });
}

/** `va`: the address that was walked. */
export function walkTable(entries: readonly Entry[], va: number): HTMLElement {
  const rows = entries.map(({ level, index, at, lo, hi }) => {
    const word = `0x${hi.toString(16).padStart(8, '0')}${lo.toString(16).padStart(8, '0')}`;
    const kind = kindOf(level, lo);
    return el(
      'tr',
      {},
      el('th', { scope: 'row' }, `L${level}[${index}]`),
      el('td', {}, hex(at)),
      el('td', {}, word),
      el('td', {}, kind === 'invalid' ? kind : `${kind} → ${hex(outputOf(lo, hi))}`),
    );
  });
  const { level, lo, hi } = entries[entries.length - 1];
  const end =
    kindOf(level, lo) === 'invalid'
      ? 'a translation fault'
      : `physical ${hex(outputOf(lo, hi) + (va % entrySize(level)))}, a leaf of ${bytesText(entrySize(level))}`;
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

function kindOf(level: number, lo: number): 'invalid' | 'table' | 'block' | 'page' {
  if ((lo & 1) === 0) return 'invalid';
  if (level === PAGE_LEVEL) return 'page';
  return (lo & 3) === 3 ? 'table' : 'block';
}
