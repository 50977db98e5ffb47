/** A record of a capture as a payload, so that a line of a capture can be decoded by itself. */
import { CodecError, type Json, type JsonObject } from '../../uapi/codec.ts';
import { findIoctl } from '../../uapi/lookup.ts';
import { parseHex } from './bytes.ts';
import { makePayload, type Payload, type Region } from './payload.ts';

/** Whether a JSON value looks like an ioctl record. */
export function isRecord(json: Json): boolean {
  return typeof json === 'object' && json !== null && 'request' in json && 'arg_in' in json;
}

/**
 * The payload of an ioctl record of captures/README.md, before or after the call.
 *
 * @throws CodecError, LookupError or BytesError
 */
export function fromRecord(json: Json, when: 'in' | 'out' = 'in'): Payload {
  const object = json as JsonObject;
  const found = findIoctl(text(object.request, 'request'));
  const layout = found.spec.arg;
  if (layout === null) throw new CodecError('request', found.spec.name, 'an ioctl with an argument');
  const argument = when === 'out' && object.arg_out !== undefined ? object.arg_out : object.arg_in;
  const buffers = Array.isArray(object.buffers) ? (object.buffers as readonly JsonObject[]) : [];
  const regions = buffers.map((one, i): Region => {
    const bytes = when === 'out' && one.out !== undefined ? one.out : one.in;
    return {
      address: BigInt(text(one.addr, `buffers[${i}].addr`)),
      bytes: parseHex(text(bytes, `buffers[${i}].${when}`)),
    };
  });
  return makePayload(layout, parseHex(text(argument, `arg_${when}`)), regions, found.spec, found.request);
}

function text(json: Json | undefined, path: string): string {
  if (typeof json === 'string') return json;
  throw new CodecError(path, JSON.stringify(json) ?? 'nothing', 'a string');
}
