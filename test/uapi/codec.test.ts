import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../uapi/codec.ts';
import { drm_syncobj_wait, drm_version, drmStructs } from '../../uapi/drm.ts';
import { drm_panthor_vm_bind_op, drm_panthor_vm_create, panthorStructs } from '../../uapi/panthor_drm.ts';

/** Bytes of a struct that belong to no field: holes, which no codec keeps. */
function withoutHoles(layout: (typeof panthorStructs)[number], bytes: Uint8Array): Uint8Array {
  const kept = new Uint8Array(bytes.length);
  for (const field of layout.fields)
    kept.set(bytes.subarray(field.offset, field.offset + field.size), field.offset);
  return kept;
}

describe('the codec', () => {
  it.each([...panthorStructs, ...drmStructs].map((layout) => [layout.name, layout] as const))(
    'turns any bytes of %s into JSON text and back',
    (_, layout) => {
      const bytes = fc.uint8Array({ minLength: layout.size, maxLength: layout.size });
      fc.assert(
        fc.property(bytes, (raw) => {
          const text = JSON.stringify(decode(layout, raw));
          expect(encode(layout, JSON.parse(text))).toEqual(withoutHoles(layout, raw));
        }),
        { numRuns: 30 },
      );
    },
  );

  it('writes 64-bit integers as hex strings and keeps all their bits', () => {
    const bytes = encode(drm_panthor_vm_create, { flags: 1, id: 2, user_va_range: '0xfedcba9876543210' });
    expect([...bytes]).toEqual([1, 0, 0, 0, 2, 0, 0, 0, 0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe]);
    expect(decode(drm_panthor_vm_create, bytes)).toEqual({
      flags: 1,
      id: 2,
      user_va_range: '0xfedcba9876543210',
    });
  });

  it('knows signs: a timeout may be given negative, a version number is read negative', () => {
    const bytes = encode(drm_syncobj_wait, { timeout_nsec: '-1' });
    expect(decode(drm_syncobj_wait, bytes).timeout_nsec).toBe('0xffffffffffffffff');
    expect(decode(drm_version, encode(drm_version, { version_major: -3 })).version_major).toBe(-3);
  });

  it('takes names of flags, alone or with numbers', () => {
    const flags = 'DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP | 0x4';
    expect(decode(drm_panthor_vm_bind_op, encode(drm_panthor_vm_bind_op, { flags })).flags).toBe(0x10000004);
  });

  it('reads bytes that are missing as zero', () => {
    expect(decode(drm_panthor_vm_create, Uint8Array.of(5)).flags).toBe(5);
    expect(decode(drm_panthor_vm_create, Uint8Array.of()).user_va_range).toBe('0x0');
  });

  it.each([
    [{ flag: 1 }, 'drm_panthor_vm_bind_op.flag: found a field, expected flags, bo_handle'],
    [{ flags: 1.5 }, 'drm_panthor_vm_bind_op.flags: found 1.5, expected an integer of 32 bits'],
    [{ flags: -1 }, 'drm_panthor_vm_bind_op.flags: found -1, expected an integer of 32 bits'],
    [{ bo_handle: 0x100000000 }, 'bo_handle: found 4294967296, expected an integer of 32 bits'],
    [{ va: '0x10000000000000000' }, 'va: found "0x10000000000000000", expected an integer of 64 bits'],
    [{ va: 'here' }, 'va: found "here"'],
    [{ flags: 'NO_SUCH_FLAG' }, 'or names of drm_panthor_vm_bind_op_flags'],
    [{ syncs: 3 }, 'syncs: found 3, expected an object with the fields of drm_panthor_obj_array'],
    [{ syncs: { count: null } }, 'syncs.count: found null'],
    ['x', 'drm_panthor_vm_bind_op: found "x"'],
  ])('refuses %j and says where', (json, message) => {
    expect(() => encode(drm_panthor_vm_bind_op, json)).toThrow(message);
  });
});
