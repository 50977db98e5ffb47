import { readScalar } from '../../uapi/codec.js';
import { ARGUMENT_ADDRESS } from './payload.js';
/** Outputs that depend on the clock or on how fast the GPU is; no two runs of one kernel agree on them. */
const VOLATILE = {
    DRM_IOCTL_SYNCOBJ_WAIT: ['first_signaled'],
    DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT: ['first_signaled'],
};
const VOLATILE_BUFFERS = new Set(['DRM_IOCTL_SYNCOBJ_QUERY']);
const VOLATILE_STRUCTS = new Set(['drm_panthor_timestamp_info']);
/**
 * Compares what a call wrote, as the model left it in `mem`, with what was recorded; ids are left out, their meaning
 * was learned already. Returns the first difference or null.
 */
export function compareOutputs(record, spec, plan, mem) {
    if (spec.arg === null || record.argSize === 0)
        return null;
    const at = mem.locate(ARGUMENT_ADDRESS, record.argSize);
    const skip = new Set([...plan.ids.map((id) => id.path), ...(VOLATILE[spec.name] ?? [])]);
    const model = mem.data.subarray(at, at + record.argSize);
    return (compareStruct(spec.arg, record.argOut, model, (name) => skip.has(name), '') ??
        compareBuffers(record, spec, mem));
}
function compareStruct(layout, recorded, model, skip, prefix) {
    for (const field of layout.fields) {
        const end = field.offset + field.size;
        if (field.offset >= recorded.length || skip(field.name))
            continue;
        if (sameBytes(recorded.subarray(field.offset, end), model.subarray(field.offset, end)))
            continue;
        const { type } = field;
        if (typeof type === 'string' && field.length === 0) {
            const text = (bytes) => `0x${readScalar(bytes, field.offset, type).toString(16)}`;
            const name = `${prefix}${field.name}`;
            return { field: name, recorded: text(recorded), model: text(model), info: field.info };
        }
        const [a, b] = [recorded, model].map((bytes) => hex(bytes.subarray(field.offset, end)));
        return { field: `${prefix}${field.name}`, recorded: a, model: b, info: field.info };
    }
    return null;
}
function compareBuffers(record, spec, mem) {
    if (VOLATILE_BUFFERS.has(spec.name))
        return null;
    for (let i = 0; i < record.bufferCount; i++) {
        const recorded = record.bufferOut(i) ?? record.bufferIn(i);
        // The model's own numbers stand in what only went in.
        const owner = spec.buffers.find((b) => pointsAt(b, record, i));
        if (owner === undefined || owner.dir === 'in')
            continue;
        const at = mem.locate(record.buffers[i].addr, recorded.length);
        if (at < 0)
            continue;
        const model = mem.data.subarray(at, at + recorded.length);
        const layout = structOf(owner, record) ?? owner.element;
        if (layout !== null && VOLATILE_STRUCTS.has(layout.name))
            continue;
        const name = owner.pointer.path;
        if (layout !== null) {
            const found = compareStruct(layout, recorded, model, () => false, `${name}->`);
            if (found !== null)
                return found;
        }
        else if (!sameBytes(recorded, model)) {
            return { field: `*${name}`, recorded: hex(recorded), model: hex(model), info: null };
        }
    }
    return null;
}
function pointsAt(spec, record, i) {
    const { offset } = spec.pointer;
    if (offset + 8 > record.argSize)
        return false;
    const { addrLo, addrHi } = record.buffers[i];
    return (readScalar(record.argIn, offset, 'u32') === addrLo &&
        readScalar(record.argIn, offset + 4, 'u32') === addrHi);
}
function structOf(spec, record) {
    if (spec.variants === undefined)
        return undefined;
    return spec.variants.structs[Number(readScalar(record.argIn, spec.variants.selector.offset, 'u32'))];
}
function sameBytes(a, b) {
    return Buffer.compare(a, b) === 0;
}
function hex(bytes) {
    const text = Buffer.from(bytes.subarray(0, 32)).toString('hex');
    return bytes.length > 32 ? `${text}…` : text;
}
//# sourceMappingURL=compare.js.map