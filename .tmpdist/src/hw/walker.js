/**
 * The page-table walker of the MMU: VMSAv8-64 with a 4 KiB granule (Arm Architecture Reference Manual, section D8.3,
 * "Translation process"), reading the bytes that the driver wrote.
 */
import { PAGE_SIZE } from './memory.js';
/** Descriptor type, bits 1:0: a table (or, at the last level, a page), a block, or neither. */
export const DESC_BLOCK = 1;
export const DESC_TABLE = 3;
/** Level at which a walk of `vaBits` input bits starts: 4 levels from 40 bits on, 3 from 31, 2 from 22. */
export function startLevel(vaBits) {
    return 4 - Math.ceil((vaBits - 12) / 9);
}
/** Index into the table of `level` (0..3) for a VA given as two words. */
export function levelIndex(level, lo, hi) {
    switch (level) {
        case 3:
            return (lo >>> 12) & 511;
        case 2:
            return (lo >>> 21) & 511;
        case 1:
            return ((lo >>> 30) | (hi << 2)) & 511;
        default:
            return (hi >>> 7) & 511;
    }
}
/**
 * Translates a VA (bytes, below 2^vaBits). `root` is the physical address in AS_TRANSTAB. Each descriptor read is
 * appended to `steps` where given.
 */
export function walk(memory, root, vaBits, va, steps) {
    const vaLo = va >>> 0;
    const vaHi = Math.floor(va / 0x100000000);
    let page = memory.pageAt(root);
    let tablePa = root;
    for (let level = startLevel(vaBits);; level++) {
        if (page < 0)
            return { pa: -1, log2: 0, attrLo: 0, attrHi: 0, level };
        const index = levelIndex(level, vaLo, vaHi);
        const at = page * (PAGE_SIZE / 4) + index * 2;
        const lo = memory.words[at];
        const hi = memory.words[at + 1];
        steps?.push({ level, index, pa: tablePa + index * 8, lo, hi });
        const type = lo & 3;
        if (type === DESC_TABLE && level < 3) {
            page = memory.tableOf(lo, hi);
            tablePa = (hi & 0xffff) * 0x100000000 + ((lo & ~0xfff) >>> 0);
            continue;
        }
        const isLeaf = level === 3 ? type === DESC_TABLE : type === DESC_BLOCK && level > 0;
        if (!isLeaf)
            return { pa: -1, log2: 0, attrLo: 0, attrHi: 0, level };
        const log2 = 12 + 9 * (3 - level);
        const base = (hi & 0xffff) * 0x100000000 + ((lo & ~0xfff) >>> 0);
        return { pa: base + (va % 2 ** log2), log2, attrLo: lo & 0xfff, attrHi: hi & 0xffff0000, level };
    }
}
//# sourceMappingURL=walker.js.map