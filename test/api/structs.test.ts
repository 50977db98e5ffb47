import { describe, expect, expectTypeOf, it } from 'vitest';
import type { StructValue } from '../../src/index.ts';
import { library } from './library.ts';

const {
  CodecError,
  decodeRequest,
  decodeStruct,
  encodeRequest,
  encodeStruct,
  kernel,
  LookupError,
  BytesError,
  uapi,
} = library;

describe('structs', () => {
  it('have values whose types follow from their tables', () => {
    type Op = StructValue<typeof uapi.drm_panthor_vm_bind_op>;
    expectTypeOf<Op['va']>().toEqualTypeOf<bigint>();
    expectTypeOf<Op['flags']>().toEqualTypeOf<number>();
    expectTypeOf<Op['syncs']['count']>().toEqualTypeOf<number>();
    expectTypeOf<StructValue<typeof uapi.drm_panthor_gpu_info>['texture_features']>().toEqualTypeOf<
      readonly number[]
    >();
  });

  it.each(
    [...uapi.panthorStructs, ...uapi.drmStructs, ...uapi.dmaBufStructs].map(
      (struct) => [struct.name, struct] as const,
    ),
  )('%s goes to bytes and back', (_, struct) => {
    const bytes = Uint8Array.from({ length: struct.size }, (_, i) => (i * 37 + 0x81) & 0xff);
    for (let at = 0; at < bytes.length; at++) {
      const inField = struct.fields.some((field) => at >= field.offset && at < field.offset + field.size);
      if (!inField) bytes[at] = 0;
    }
    const value = decodeStruct(struct, bytes);
    expect(encodeStruct(struct, value as never)).toEqual(bytes);
  });

  it('take numbers, BigInts, text and the names of flags', () => {
    const { drm_panthor_vm_bind_op: struct } = uapi;
    const bytes = encodeStruct(struct, {
      va: 0x7fff_0000_1000n,
      size: 4096,
      flags: 'DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP',
    });
    expect(decodeStruct(struct, bytes)).toEqual({
      flags: 0x10000000,
      bo_handle: 0,
      bo_offset: 0n,
      va: 0x7fff_0000_1000n,
      size: 4096n,
      syncs: { stride: 0, count: 0, array: 0n },
    });
    // @ts-expect-error there is no such field
    expect(() => encodeStruct(struct, { vaddr: 1 })).toThrow(CodecError);
    expect(() => encodeStruct(struct, { bo_handle: 2 ** 32 })).toThrow(/bo_handle: found 4294967296/);
  });
});

describe('requests', () => {
  const op = encodeStruct(uapi.drm_panthor_vm_bind_op, { va: 0x1000, size: 0x1001, bo_handle: 1 });
  const argument = encodeStruct(uapi.drm_panthor_vm_bind, {
    vm_id: 1,
    ops: { stride: 48, count: 1, array: 0x5500n },
  });
  const buffers = [{ address: 0x5500, bytes: op }];

  it('are refused as the driver refuses them', () => {
    const request = decodeRequest(argument, { ioctl: 'VM_BIND', buffers });
    expect(request.ioctl).toBe('DRM_IOCTL_PANTHOR_VM_BIND');
    expect(request.verdict(kernel('7.2').uapi).rejects[0]).toMatchObject({ errno: 22, path: 'ops[0].size' });
    expect(decodeStruct(request.struct, request.argument)).toMatchObject({ vm_id: 1 });
  });

  it('go to JSON and back', () => {
    const request = decodeRequest(argument, { ioctl: uapi.DRM_IOCTL_PANTHOR_VM_BIND, buffers });
    const again = encodeRequest(JSON.parse(JSON.stringify(request)));
    expect([...again.argument]).toEqual([...argument]);
    expect(again.buffers).toEqual([{ address: 0x5500n, bytes: op }]);
  });

  it('that mean nothing are said to', () => {
    expect(() => decodeRequest(argument, { ioctl: 'VM_BEND' })).toThrow(LookupError);
    expect(() => decodeRequest(argument.subarray(0, 3), { ioctl: 'VM_BIND' })).toThrow(BytesError);
  });
});
