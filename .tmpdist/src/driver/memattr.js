/** Values of AS_MEMATTR and AS_TRANSCFG. */
import { AS_MEMATTR_INNER_OUTER_NC, AS_MEMATTR_INNER_OUTER_WB, AS_MEMATTR_SH_CPU_INNER, AS_MEMATTR_SH_MIDGARD_INNER, AS_TRANSCFG_ADRMODE_AARCH64_4K, AS_TRANSCFG_PTW_MEMATTR_WB, AS_TRANSCFG_PTW_RA, AS_TRANSCFG_PTW_SH_OS, } from '../hw/registers.js';
/**
 * MAIR_EL1 as page tables in the ARM_64_LPAE_S1 format assume it, attribute 0 first: normal non-cacheable, write-back
 * with both allocation hints, device, write-back without hints for the inner cache; the rest unused, all ones.
 */
const MAIR = [0x44, 0xff, 0x04, 0xf4, 0xff, 0xff, 0xff, 0xff];
/** mair_to_memattr(): the eight bytes of AS_MEMATTR as two words. `midgardInner`: see the behaviour of that name. */
export function memattr(coherent, midgardInner) {
    const share = midgardInner && !coherent ? AS_MEMATTR_SH_MIDGARD_INNER : AS_MEMATTR_SH_CPU_INNER;
    const bytes = MAIR.map((attr) => {
        const outer = attr >> 4;
        const inner = attr & 0xf;
        // Caching needs write-back in both; anything else becomes non-cacheable, device memory too.
        const writeBack = (outer & 3) !== 0 && (outer & 4) !== 0 && (inner & 4) !== 0;
        if (!writeBack)
            return AS_MEMATTR_INNER_OUTER_NC | AS_MEMATTR_SH_MIDGARD_INNER | (3 << 2);
        return AS_MEMATTR_INNER_OUTER_WB | share | (3 << 2) | (inner & 3);
    });
    const word = (at) => (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
    return [word(0), word(4)];
}
/** AS_TRANSCFG of an enabled slot, low word (panthor_vm_active()). */
export function transcfg(vaBits, coherent) {
    return ((AS_TRANSCFG_PTW_MEMATTR_WB |
        AS_TRANSCFG_PTW_RA |
        AS_TRANSCFG_ADRMODE_AARCH64_4K |
        ((55 - vaBits) << 6) |
        (coherent ? AS_TRANSCFG_PTW_SH_OS : 0)) >>>
        0);
}
//# sourceMappingURL=memattr.js.map