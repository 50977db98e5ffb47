import { fieldAt } from '../../uapi/layout.js';
import { ID_FIELDS } from './id-fields.js';
const EMPTY = { ids: [], arrays: [] };
/** The plan of an ioctl; throws where id-fields.ts names something that the layouts do not have. */
export function idPlan(spec) {
    const fields = ID_FIELDS[spec.name];
    if (fields === undefined || spec.arg === null)
        return EMPTY;
    return plan(spec.arg, spec.buffers, fields, '');
}
function plan(layout, buffers, fields, prefix) {
    const ids = [];
    const behind = new Map();
    for (const field of fields) {
        const rest = field.path.slice(prefix.length);
        const arrow = rest.indexOf('[]');
        if (arrow < 0) {
            ids.push(plannedId(layout, field, rest));
            continue;
        }
        const pointer = rest.slice(0, arrow);
        behind.set(pointer, [...(behind.get(pointer) ?? []), field]);
    }
    const arrays = [...behind].map(([pointer, inside]) => plannedArray(buffers, pointer, inside, prefix));
    return { ids, arrays };
}
function plannedId(layout, field, path) {
    const { offset, field: found } = fieldAt(layout, path);
    const { kind, dir, inIf } = field;
    const condition = inIf && { at: fieldAt(layout, inIf.field).offset, mask: 1 << inIf.bit };
    return { kind, dir, at: offset, size: found.size, path: field.path, inIf: condition ?? null };
}
function plannedArray(buffers, pointer, fields, prefix) {
    const spec = buffers.find((b) => b.pointer.path === pointer || b.pointer.path === `${pointer}.array`);
    if (spec === undefined)
        throw new Error(`${prefix}${pointer} leads nowhere`);
    const inner = `${prefix}${pointer}[].`;
    const { ids, arrays } = spec.element === null
        ? { ids: fields.map((field) => scalarId(field, spec.elementSize)), arrays: [] }
        : plan(spec.element, spec.nested, fields, inner);
    return {
        pointerAt: spec.pointer.offset,
        countAt: spec.count.offset,
        strideAt: typeof spec.stride === 'number' ? -1 : spec.stride.offset,
        stride: typeof spec.stride === 'number' ? spec.stride : 0,
        ids,
        arrays,
    };
}
function scalarId({ kind, dir, path }, size) {
    return { kind, dir, at: 0, size, path, inIf: null };
}
//# sourceMappingURL=id-plan.js.map