import { scalarSize } from './layout.js';
/** A value that a field cannot hold. */
export class CodecError extends Error {
    field;
    found;
    expected;
    constructor(field, found, expected) {
        super(`${field}: found ${found}, expected ${expected}`);
        this.name = 'CodecError';
        this.field = field;
        this.found = found;
        this.expected = expected;
    }
}
const isSigned = (type) => type === 's32' || type === 's64';
const isWide = (type) => scalarSize[type] === 8;
/** Reads one scalar; bytes beyond the end of `bytes` read as zero. 64-bit scalars are unsigned BigInts. */
export function readScalar(bytes, at, type) {
    let low = 0;
    const size = scalarSize[type];
    for (let i = Math.min(size, 4) - 1; i >= 0; i--)
        low = low * 256 + (bytes[at + i] ?? 0);
    if (size < 8)
        return isSigned(type) ? low | 0 : low;
    let high = 0;
    for (let i = 7; i >= 4; i--)
        high = high * 256 + (bytes[at + i] ?? 0);
    return (BigInt(high) << 32n) | BigInt(low);
}
function writeScalar(bytes, at, type, value) {
    for (let i = 0; i < scalarSize[type]; i++)
        bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}
function scalarToJson(value) {
    return typeof value === 'bigint' ? `0x${value.toString(16)}` : value;
}
/**
 * The fields of a struct at bytes[at] as a JSON object, in the order of the struct. Missing bytes read as zero, bytes
 * past the struct are left out.
 */
export function decode(layout, bytes, at = 0) {
    const out = {};
    for (const field of layout.fields)
        out[field.name] = decodeField(field, bytes, at + field.offset);
    return out;
}
function decodeField(field, bytes, at) {
    const { type } = field;
    if (typeof type !== 'string')
        return decode(type, bytes, at);
    if (field.length === 0)
        return scalarToJson(readScalar(bytes, at, type));
    const step = scalarSize[type];
    return Array.from({ length: field.length }, (_, i) => scalarToJson(readScalar(bytes, at + i * step, type)));
}
/**
 * The bytes of a JSON object as `decode` makes it. Fields that are not there are zero. An integer may be a number, a
 * decimal or hex string, or names of the field's flags joined by `|`.
 *
 * @throws CodecError for a field that the struct has not, a value of the wrong kind or one that does not fit.
 */
export function encode(layout, value, path = layout.name) {
    const bytes = new Uint8Array(layout.size);
    encodeInto(layout, value, path, bytes, 0);
    return bytes;
}
function encodeInto(layout, value, path, bytes, at) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw new CodecError(path, describe(value), `an object with the fields of ${layout.name}`);
    }
    const object = value;
    for (const key of Object.keys(object)) {
        if (!layout.fields.some((field) => field.name === key)) {
            throw new CodecError(`${path}.${key}`, 'a field', layout.fields.map((field) => field.name).join(', '));
        }
    }
    for (const field of layout.fields) {
        if (!Object.hasOwn(object, field.name))
            continue;
        encodeField(field, object[field.name], `${path}.${field.name}`, bytes, at + field.offset);
    }
}
function encodeField(field, value, path, bytes, at) {
    const { type, length } = field;
    if (typeof type !== 'string') {
        encodeInto(type, value, path, bytes, at);
    }
    else if (length === 0) {
        writeScalar(bytes, at, type, toInteger(value, type, path, field.info.set));
    }
    else {
        if (!Array.isArray(value) || value.length !== length) {
            throw new CodecError(path, describe(value), `an array of ${length} integers`);
        }
        for (const [i, one] of value.entries()) {
            writeScalar(bytes, at + i * scalarSize[type], type, toInteger(one, type, `${path}[${i}]`));
        }
    }
}
/**
 * An integer of `type` from JSON, in the range of the type; negative numbers of a signed type stay negative.
 *
 * @throws CodecError
 */
export function toInteger(value, type, path, set) {
    const bits = BigInt(8 * scalarSize[type]);
    const expected = `an integer of ${bits} bits${set ? ` or names of ${set.name}` : ''}`;
    const n = parseInteger(value, set);
    if (n === undefined)
        throw new CodecError(path, describe(value), expected);
    const low = isSigned(type) ? -(1n << (bits - 1n)) : 0n;
    // A signed 64-bit value is written as its bit pattern, so the whole unsigned range is fine for it too.
    const high = isSigned(type) && !isWide(type) ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
    if (n < low || n > high)
        throw new CodecError(path, describe(value), expected);
    return n;
}
function parseInteger(value, set) {
    if (typeof value === 'number')
        return Number.isSafeInteger(value) ? BigInt(value) : undefined;
    if (typeof value !== 'string')
        return undefined;
    const text = value.trim();
    if (/^-?(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(text)) {
        return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
    }
    if (set === undefined)
        return undefined;
    let sum = 0n;
    for (const part of text.split('|').map((one) => one.trim())) {
        const known = set.enumerators.find((one) => one.name === part);
        if (known !== undefined)
            sum |= BigInt(known.value) & 0xffffffffn;
        else if (/^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(part))
            sum |= BigInt(part);
        else
            return undefined;
    }
    return sum;
}
function describe(value) {
    const text = JSON.stringify(value) ?? 'nothing';
    return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
//# sourceMappingURL=codec.js.map