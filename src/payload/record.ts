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
  const { buffers = [] } = object;
  if (!Array.isArray(buffers)) throw new CodecError('buffers', describe(buffers), 'an array');
  const regions = (buffers as readonly Json[]).map((json, i): Region => {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw new CodecError(`buffers[${i}]`, describe(json), 'an object with addr and in');
    }
    const one = json as JsonObject;
    const bytes = when === 'out' && one.out !== undefined ? one.out : one.in;
    return {
      address: address(one.addr, `buffers[${i}].addr`),
      bytes: parseHex(text(bytes, `buffers[${i}].${when}`)),
    };
  });
  return makePayload(layout, parseHex(text(argument, `arg_${when}`)), regions, found.spec, found.request);
}

function text(json: Json | undefined, path: string): string {
  if (typeof json === 'string') return json;
  throw new CodecError(path, describe(json), 'a string');
}

function address(json: Json | undefined, path: string): bigint {
  const digits = text(json, path);
  if (/^0[xX][0-9a-fA-F]{1,16}$/.test(digits)) return BigInt(digits);
  throw new CodecError(path, describe(json), 'a hex string of up to 64 bits');
}

function describe(json: Json | undefined): string {
  const found = JSON.stringify(json) ?? 'nothing';
  return found.length > 60 ? `${found.slice(0, 57)}...` : found;
}
