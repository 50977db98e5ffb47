import { hex, paddedHex } from '../../uapi/hex.ts';
import { PAGE_SIZE } from '../../uapi/sizes.ts';
import type { Disagreement } from '../replay/disagreements.ts';
import type { VmaState, VmState } from '../replay/snapshot.ts';
import { bytesText, plural } from './format.ts';

/** Mappings that a drawing shows unless it is told otherwise; the rest is counted. */
const SHOWN = 48;
const BLOCK = 2 << 20;
/** Characters of a row: reports indent it by four, and terminals have 80. */
const ROW = 76;
/** Characters that are left to the longest bar whatever stands beside it. */
const SHORTEST = 2;

/**
 * A VM's address map as lines: one for each mapping, with a bar that grows with the logarithm of its size and shows its
 * page sizes, and one for each hole.
 *
 *     0x0000ff400000  ████████████▓     10 MiB  BO 8 +0x0        5 × 2M  NOEXEC
 *                     ·                  2 MiB  hole
 */
export function vaMap(vm: VmState, limit: number = SHOWN): string[] {
  const rows: string[][] = [];
  const { vmas } = vm;
  const shown = vmas.length > limit + 1 ? vmas.slice(0, limit) : vmas;
  let end = shown.length > 0 ? shown[0].va : 0;
  for (const vma of shown) {
    if (vma.va > end) rows.push(['', '·', bytesText(vma.va - end), 'hole', '']);
    rows.push(row(vma));
    end = vma.va + vma.size;
  }
  const rest = vmas.slice(shown.length);
  const lines = align(rows);
  if (rest.length > 0) {
    const bytes = rest.reduce((sum, vma) => sum + vma.size, 0);
    lines.push(`… ${plural(rest.length, 'more mapping')} of ${bytesText(bytes)} (panthor-shim vm lists all)`);
  }
  return lines;
}

const DISAGREEMENTS: { readonly [kind in Disagreement['kind']]: (one: Disagreement) => string } = {
  'leaf-beyond-mapping': ({ size, bytes }) =>
    `leaf of ${bytesText(size)}, larger than the mapping: ${bytesText(bytes)} of it belong to none`,
  'leaf-without-mapping': ({ size }) => `${bytesText(size)} in the page tables and in no mapping`,
  'mapping-without-leaf': ({ size, bytes }) =>
    `mapping of ${bytesText(size)}, ${bytes === size ? 'none' : `${bytesText(bytes)}`} of it in ${bytes === size ? 'any' : 'no'} page table`,
};

/** What mappings and page tables disagree about, as lines; none where they agree. */
export function disagreementLines(vm: VmState): string[] {
  if (vm.disagreements.length === 0) return [];
  const lines = vm.disagreements.map((one) => `  ${address(one.va)}  ${DISAGREEMENTS[one.kind](one)}`);
  return ['mappings and page tables disagree:', ...lines];
}

/** █ for 2 MiB leaves, ▓ for 4 KiB ones, ░ where the mapping is sparse. */
export const LEGEND = '█ 2 MiB leaves  ▓ 4 KiB leaves  ░ sparse  · hole; bars: log of the size';

function row(vma: VmaState): string[] {
  const what = vma.bo === null ? 'sparse' : `BO ${vma.bo} +${hex(vma.boOffset)}`;
  // That it is sparse is said once.
  const flags = vma.flags.filter((flag) => vma.bo !== null || flag !== 'SPARSE');
  const tail = [pages(vma), flags.join(' ')].filter((part) => part !== '').join('  ');
  return [address(vma.va), bar(vma), bytesText(vma.size), what, tail];
}

function bar(vma: VmaState): string {
  const length = Math.max(1, Math.round(Math.log2(vma.size / PAGE_SIZE + 1)));
  if (vma.bo === null) return '░'.repeat(length);
  const inBlocks = (vma.pages2m * BLOCK) / Math.max(vma.size, 1);
  const blocks = vma.pages2m === 0 ? 0 : Math.max(1, Math.round(length * inBlocks));
  const most = vma.pages4k > 0 && length > 1 ? length - 1 : length;
  // A leaf may be larger than its mapping.
  const all = Math.min(blocks, most);
  return '█'.repeat(all) + '▓'.repeat(length - all);
}

function pages(vma: VmaState): string {
  const parts: string[] = [];
  if (vma.pages2m > 0) parts.push(`${vma.pages2m} × 2M`);
  if (vma.pages4k > 0) parts.push(`${vma.pages4k} × 4K`);
  return parts.join(' + ');
}

/** Twelve digits: 48 bits. */
export function address(va: number): string {
  return paddedHex(va, 12);
}

/** A bar of which that share is kept, a character of each kind at least. */
function shorter(drawn: string, share: number): string {
  return drawn.replace(/(.)\1*/gu, (run, kind: string) =>
    kind.repeat(Math.max(1, Math.floor(run.length * share))),
  );
}

function align(rows: readonly string[][]): string[] {
  const width = (i: number): number => rows.reduce((most, cells) => Math.max(most, cells[i].length), 0);
  const widths = [0, 1, 2, 3, 4].map(width);
  const others = widths.reduce((sum, one) => sum + one + 2, -2) - widths[1];
  // Bars give way first; the order of their lengths stays.
  const share = Math.min(1, Math.max(ROW - others, SHORTEST) / Math.max(widths[1], 1));
  const drawnWidth = Math.ceil(widths[1] * share);
  return rows.map(([va, drawn, size, what, tail]) =>
    [
      va.padEnd(widths[0]),
      shorter(drawn, share).padEnd(drawnWidth),
      size.padStart(widths[2]),
      what.padEnd(widths[3]),
      tail,
    ]
      .join('  ')
      .trimEnd(),
  );
}
