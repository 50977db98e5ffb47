import { readScalar } from '../../uapi/codec.js';
import { availableIn } from '../../uapi/version.js';
/** `1.8.0` as a version; null where it is none. */
export function parseUapi(version) {
    const match = /^(\d+)\.(\d+)/.exec(version ?? '');
    return match === null ? null : { major: Number(match[1]), minor: Number(match[2]) };
}
/**
 * What in a call is newer than `uapi`, in words, or null where all of it is known there: the ioctl itself, a flag, a
 * value, a field that is in use, or the struct behind a pointer.
 */
export function newerThan(record, spec, uapi) {
    const since = (what, version) => availableIn(version, uapi) ? null : `${what} came with ${version}`;
    const itself = since(spec.shortName, spec.since);
    if (itself !== null || spec.arg === null)
        return itself;
    return inStruct(spec.arg, spec.buffers, record.argIn);
    function inStruct(layout, buffers, bytes) {
        for (const field of layout.fields) {
            if (field.offset >= bytes.length || typeof field.type !== 'string' || field.length > 0)
                continue;
            const found = inField(field, readScalar(bytes, field.offset, field.type));
            if (found !== null)
                return found;
        }
        for (const buffer of buffers) {
            const found = behind(buffer, bytes);
            if (found !== null)
                return found;
        }
        return null;
    }
    function inField(field, value) {
        const { info } = field;
        if (info.dir === 'out')
            return null;
        const used = Number(BigInt(value) & 0xffffffffn) | 0;
        const named = info.set === undefined ? null : inSet(info.set, used);
        return named ?? (BigInt(value) === 0n ? null : since(field.name, info.since));
    }
    function inSet(set, value) {
        for (const e of set.enumerators) {
            if (e.since === undefined)
                continue;
            const mask = e.mask ?? (set.kind === 'flags' ? e.value : -1);
            if ((value & mask) !== (e.value & mask) || (set.kind === 'flags' && e.value === 0))
                continue;
            const found = since(e.name, e.since);
            if (found !== null)
                return found;
        }
        return null;
    }
    function behind(buffer, bytes) {
        if (buffer.pointer.offset + 8 > bytes.length)
            return null;
        const data = bufferAt(record, bytes, buffer.pointer.offset);
        const element = buffer.variants?.structs[number(buffer.variants.selector, bytes)] ?? buffer.element;
        if (data === null || element === null || buffer.dir === 'out')
            return null;
        const stride = buffer.kind === 'array' ? number(buffer.stride, bytes) : data.length;
        if (stride === 0)
            return null;
        for (let at = 0; at < data.length; at += stride) {
            const found = inStruct(element, buffer.nested, data.subarray(at, at + stride));
            if (found !== null)
                return found;
        }
        return null;
    }
}
function number(ref, bytes) {
    if (typeof ref === 'number')
        return ref;
    return Number(readScalar(bytes, ref.offset, ref.size === 8 ? 'u64' : ref.size === 4 ? 'u32' : 'u8'));
}
/** The buffer that the pointer at `at` leads to. */
function bufferAt(record, bytes, at) {
    const lo = Number(readScalar(bytes, at, 'u32'));
    const hi = Number(readScalar(bytes, at + 4, 'u32'));
    for (let i = 0; i < record.bufferCount; i++) {
        if (record.buffers[i].addrLo === lo && record.buffers[i].addrHi === hi)
            return record.bufferIn(i);
    }
    return null;
}
//# sourceMappingURL=newer.js.map