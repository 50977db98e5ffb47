import type { SeenVm } from './seen.ts';

/** A place where a VM's mappings and its page tables do not say the same. Bytes. */
export interface Disagreement {
  va: number;
  size: number;
  /** `leaf-beyond-mapping`: a leaf maps more than the mappings it serves; `leaf-without-mapping`; `mapping-without-leaf`. */
  kind: 'leaf-beyond-mapping' | 'leaf-without-mapping' | 'mapping-without-leaf';
  /** Bytes of the leaf outside of mappings, or of the mapping in no leaf. */
  bytes: number;
}

/** How many are kept. */
const KEPT = 64;

/** A mapping, in address order. */
interface Range {
  va: number;
  size: number;
}

/**
 * Where the user range of a VM's page tables and its mappings (in address order) disagree, the first 64 of them: what a
 * partial unmap of a block, or an operation that failed half-way, leaves behind.
 */
export function disagreements(vm: SeenVm, mappings: readonly Range[]): Disagreement[] {
  const found: Disagreement[] = [];
  const covered = new Float64Array(mappings.length);
  let first = 0;
  vm.pgtable.forEachLeaf((va, _pa, log2) => {
    if (va >= vm.userVaRange) return;
    const size = 2 ** log2;
    while (first < mappings.length && mappings[first].va + mappings[first].size <= va) first++;
    let inside = 0;
    for (let i = first; i < mappings.length && mappings[i].va < va + size; i++) {
      const from = Math.max(va, mappings[i].va);
      const bytes = Math.min(va + size, mappings[i].va + mappings[i].size) - from;
      covered[i] += bytes;
      inside += bytes;
    }
    if (inside === size) return;
    const kind = inside === 0 ? 'leaf-without-mapping' : 'leaf-beyond-mapping';
    const last = found.at(-1);
    if (last?.kind === kind && inside === 0 && last.va + last.size === va) {
      last.size += size;
      last.bytes += size;
    } else if (found.length < KEPT) found.push({ va, size, kind, bytes: size - inside });
  });
  for (const [i, { va, size }] of mappings.entries()) {
    if (found.length >= KEPT) break;
    if (covered[i] === size) continue;
    found.push({ va, size, kind: 'mapping-without-leaf', bytes: size - covered[i] });
  }
  return found.sort((a, b) => a.va - b.va);
}
