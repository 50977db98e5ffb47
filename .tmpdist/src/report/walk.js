import { DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE } from '../../uapi/panthor_drm.js';
import { DESC_TABLE, walk } from '../hw/walker.js';
import { address } from './va-map.js';
/** Translates `va` in a VM by its page tables, as the MMU would. */
export function walkVm(model, file, vm, va) {
    const steps = [];
    const { ttbr, vaBits } = vm.pgtable;
    const result = walk(model.device.machine.memory, ttbr, vaBits, va, steps);
    return { va, ttbr, steps, result, target: targetOf(model, file, vm, va, result.pa) };
}
function targetOf(model, file, vm, va, pa) {
    const { vmas } = vm;
    const id = vmas.lookup(va);
    if (id < 0)
        return null;
    const bo = model.device.gem.objects[vmas.bo[id]];
    const sparse = (vmas.flags[id] & DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE) !== 0;
    const offset = sparse ? va % bo.size : vmas.boOffset[id] + (va - vmas.va[id]);
    const agrees = bo.sgt.paOf(offset) === pa;
    return { bo: sparse ? null : (file.handles.get(bo) ?? null), sparse, offset, agrees };
}
/** The walk as text, level by level. */
export function walkText(report, name) {
    const { va, ttbr, steps, result, target } = report;
    const lines = [`${name} @ ${address(va)}`, `  AS_TRANSTAB → level ${steps[0].level} table at ${hex(ttbr)}`];
    for (const step of steps) {
        const { level, index, pa, lo, hi } = step;
        const value = `0x${hi.toString(16).padStart(8, '0')}${lo.toString(16).padStart(8, '0')}`;
        lines.push(`  L${level}[${`${index}`.padStart(3)}] at ${hex(pa)} = ${value}  ${meaning(step)}`);
    }
    if (result.pa < 0) {
        lines.push(`  translation fault at level ${result.level}`);
    }
    else {
        const size = result.log2 === 12 ? '4 KiB' : result.log2 === 21 ? '2 MiB' : '1 GiB';
        lines.push(`  → ${hex(result.pa)} (${size} leaf)`);
    }
    lines.push(`  ${targetText(target, result.pa)}`);
    return `${lines.join('\n')}\n`;
}
function targetText(target, pa) {
    if (target === null)
        return pa < 0 ? 'nothing is mapped there' : 'the driver knows of no mapping there';
    const { bo, sparse, offset, agrees } = target;
    const what = sparse ? 'the sparse dummy object' : bo === null ? "an object of the driver's" : `BO ${bo}`;
    const place = `${what} +0x${offset.toString(16)}`;
    return agrees ? `${place}` : `the driver has ${place} mapped there, which is another page`;
}
export function walkJson({ va, ttbr, steps, result, target }) {
    return JSON.stringify({
        va: hex(va),
        ttbr: hex(ttbr),
        steps: steps.map(({ level, index, pa, lo, hi }) => ({
            level,
            index,
            pa: hex(pa),
            descriptor: `0x${((BigInt(hi) << 32n) | BigInt(lo)).toString(16)}`,
        })),
        pa: result.pa < 0 ? null : hex(result.pa),
        page_size: result.pa < 0 ? null : 2 ** result.log2,
        level: result.level,
        bo: target?.bo ?? null,
        bo_offset: target === null ? null : hex(target.offset),
        sparse: target?.sparse ?? false,
        agrees: target?.agrees ?? result.pa < 0,
    });
}
/** What a descriptor says (Arm ARM D8.3, "VMSAv8-64 descriptor formats"). */
function meaning({ level, lo, hi }) {
    const type = lo & 3;
    const next = (hi & 0xffff) * 0x100000000 + ((lo & ~0xfff) >>> 0);
    if ((lo & 1) === 0)
        return 'invalid';
    if (type === DESC_TABLE && level < 3)
        return `table → ${hex(next)}`;
    const kind = level === 3 ? 'page' : 'block';
    return `${kind} → ${hex(next)} ${attributes(lo, hi)}`;
}
/** Attribute fields of a stage 1 leaf: AttrIndx 4:2, AP 7:6, SH 9:8, AF 10, nG 11, PXN 53, UXN 54. */
function attributes(lo, hi) {
    const parts = [
        `AttrIndx=${(lo >>> 2) & 7}`,
        (lo & 0x80) !== 0 ? 'read-only' : 'read-write',
        ['non-shareable', 'reserved', 'outer-shareable', 'inner-shareable'][(lo >>> 8) & 3],
    ];
    if ((hi & (1 << 22)) !== 0)
        parts.push('no-execute');
    if ((lo & 0x400) === 0)
        parts.push('AF=0');
    return parts.join(' ');
}
function hex(n) {
    return `0x${n.toString(16)}`;
}
//# sourceMappingURL=walk.js.map