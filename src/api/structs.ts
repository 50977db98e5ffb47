/** Structs of the uAPI as typed values and as bytes. */
import { CodecError, encode, type Json, readScalar } from '../../uapi/codec.ts';
import { type Field, type StructLayout, type StructValue, scalarSize } from '../../uapi/layout.ts';

/** What may be written for a field's value: integers in any form, text such as `"A | B"` for flags; any field may be missing. */
export type StructInput<V> = V extends number | bigint
  ? number | bigint | string
  : V extends readonly (infer E)[]
    ? readonly StructInput<E>[]
    : { readonly [K in keyof V]?: StructInput<V[K]> };

/**
 * The value of a struct at `bytes[at]`: fields of 64 bits are BigInts, smaller ones Numbers, structs inside are objects.
 * Bytes that are not there read as zero, as the kernel takes structs of older headers.
 *
 *     const op = decodeStruct(uapi.drm_panthor_vm_bind_op, bytes);
 *     op.va;    // bigint
 *     op.flags; // number
 */
export function decodeStruct<L extends StructLayout>(struct: L, bytes: Uint8Array, at = 0): StructValue<L> {
  const value: Record<string, unknown> = {};
  for (const field of struct.fields) value[field.name] = fieldValue(field, bytes, at + field.offset);
  return value as StructValue<L>;
}

function fieldValue({ type, length }: Field, bytes: Uint8Array, at: number): unknown {
  if (typeof type !== 'string') return decodeStruct(type, bytes, at);
  if (length === 0) return signed(type, readScalar(bytes, at, type));
  const step = scalarSize[type];
  return Array.from({ length }, (_, i) => signed(type, readScalar(bytes, at + i * step, type)));
}

function signed(type: string, value: number | bigint): number | bigint {
  return type === 's64' ? BigInt.asIntN(64, value as bigint) : value;
}

/**
 * The bytes of a struct. Fields that are left out are zero; those with named values take the names:
 *
 *     encodeStruct(uapi.drm_panthor_vm_bind_op, {
 *       flags: 'DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC | DRM_PANTHOR_VM_BIND_OP_TYPE_MAP',
 *       bo_handle: 1,
 *       va: 0x7fff_0000_0000n,
 *       size: 0x1000,
 *     });
 *
 * @throws CodecError for a field that the struct has not, and for a value that its field cannot hold
 */
export function encodeStruct<L extends StructLayout>(
  struct: L,
  value: StructInput<StructValue<L>>,
): Uint8Array {
  return encode(struct, toJson(value, struct.name));
}

/** BigInts as the codec takes them. */
function toJson(value: unknown, path: string): Json {
  if (typeof value === 'bigint') return `${value}`;
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((one, i) => toJson(one, `${path}[${i}]`));
  if (typeof value !== 'object' || value === null)
    throw new CodecError(path, String(value), 'an integer or an object');
  const fields = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(fields.map(([name, one]) => [name, toJson(one, `${path}.${name}`)]));
}
