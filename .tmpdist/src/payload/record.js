/** A record of a capture as a payload, so that a line of a capture can be decoded by itself. */
import { CodecError } from '../../uapi/codec.js';
import { parseHex } from './bytes.js';
import { makePayload } from './payload.js';
import { findIoctl } from './registry.js';
/** Whether a JSON value looks like an ioctl record. */
export function isRecord(json) {
    return typeof json === 'object' && json !== null && 'request' in json && 'arg_in' in json;
}
/**
 * The payload of an ioctl record of captures/README.md, before or after the call.
 *
 * @throws CodecError, LookupError or BytesError
 */
export function fromRecord(json, when = 'in') {
    const object = json;
    const found = findIoctl(text(object.request, 'request'));
    const layout = found.spec.arg;
    if (layout === null)
        throw new CodecError('request', found.spec.name, 'an ioctl with an argument');
    const argument = when === 'out' && object.arg_out !== undefined ? object.arg_out : object.arg_in;
    const buffers = Array.isArray(object.buffers) ? object.buffers : [];
    const regions = buffers.map((one, i) => {
        const bytes = when === 'out' && one.out !== undefined ? one.out : one.in;
        return {
            address: BigInt(text(one.addr, `buffers[${i}].addr`)),
            bytes: parseHex(text(bytes, `buffers[${i}].${when}`)),
        };
    });
    return makePayload(layout, parseHex(text(argument, `arg_${when}`)), regions, found.spec, found.request);
}
function text(json, path) {
    if (typeof json === 'string')
        return json;
    throw new CodecError(path, JSON.stringify(json) ?? 'nothing', 'a string');
}
//# sourceMappingURL=record.js.map