/** Bytes of each scalar; on both 64-bit ABIs the alignment is the same number. */
export const scalarSize = {
    u8: 1,
    s32: 4,
    u32: 4,
    u64: 8,
    s64: 8,
    size_t: 8,
    uptr: 8,
};
/** A field of a struct's table: `f('va', 'u64', 16, { unit: 'address' })`. */
export function f(name, type, offset, info = {}) {
    return { name, type, offset, length: 0, info };
}
/** A field that is a C array: `array('pad', 'u8', 3, 1, { pad: true })` is `__u8 pad[3]` at offset 1. */
export function array(name, type, length, offset, info = {}) {
    return { name, type, offset, length, info };
}
function elementLayout(type) {
    return typeof type === 'string' ? { size: scalarSize[type], align: scalarSize[type] } : type;
}
/** Rounds `n` up to a multiple of `to`. */
export function roundUp(n, to) {
    return Math.ceil(n / to) * to;
}
/**
 * Lays a struct out by the rules of the 64-bit C ABI (System V x86-64 and AAPCS64 agree on everything used here).
 *
 * @throws Error when an offset in the table is not the one that C gives, or a field that is referred to is missing:
 * the table is wrong, and nothing that depends on it may run.
 */
export function struct(name, doc, specs, options = {}) {
    const fields = [];
    const off = {};
    let end = 0;
    let align = 1;
    for (const spec of specs) {
        const element = elementLayout(spec.type);
        const at = roundUp(end, element.align);
        if (at !== spec.offset) {
            throw new Error(`${name}.${spec.name}: the table says offset ${spec.offset}, the C layout is ${at}`);
        }
        const size = element.size * Math.max(spec.length, 1);
        if (spec.name in off)
            throw new Error(`${name}.${spec.name} is there twice`);
        fields.push({ ...spec, size, align: element.align });
        off[spec.name] = at;
        end = at + size;
        align = Math.max(align, element.align);
    }
    const layout = { name, size: roundUp(end, align), align, fields, off, doc };
    const extra = {};
    if (options.since !== undefined)
        extra.since = options.since;
    if (options.lastMandatory !== undefined) {
        const last = fieldAt(layout, options.lastMandatory);
        extra.lastMandatory = options.lastMandatory;
        extra.minSize = last.offset + last.field.size;
    }
    return { ...layout, ...extra };
}
/**
 * A field by its path (`ops.count`) and its offset from the start of `layout`.
 *
 * @throws Error when there is no such field: a mistake in a table.
 */
export function fieldAt(layout, path) {
    let offset = 0;
    let current = layout;
    const parts = path.split('.');
    for (const [i, part] of parts.entries()) {
        const field = current.fields.find((one) => one.name === part);
        if (field === undefined)
            throw new Error(`${layout.name} has no field ${path}`);
        offset += field.offset;
        if (i === parts.length - 1)
            return { field, offset };
        if (typeof field.type === 'string')
            throw new Error(`${layout.name}.${path}: ${part} is no struct`);
        current = field.type;
    }
    throw new Error(`${layout.name}: empty field path`);
}
//# sourceMappingURL=layout.js.map