import { describe, expect, it } from 'vitest';
import { fromJson } from '../../src/payload/json.ts';
import { layoutJson, printLayout } from '../../src/payload/layout.ts';
import { makePayload } from '../../src/payload/payload.ts';
import { type Format, render } from '../../src/payload/render.ts';
import { sizeWords, symbolic } from '../../src/payload/symbols.ts';
import { judge } from '../../src/payload/verdict.ts';
import type { Json } from '../../uapi/codec.ts';
import { drm_version } from '../../uapi/drm.ts';
import { findStruct } from '../../uapi/lookup.ts';
import {
  drm_panthor_gpu_coherency,
  drm_panthor_sync_op_flags,
  drm_panthor_vm_bind_op_flags,
  drm_panthor_vm_create,
} from '../../uapi/panthor_drm.ts';

function shown(json: Json, format: Format): string {
  const payload = fromJson(json);
  return render(payload, judge(payload), format);
}

const bind: Json = {
  ioctl: 'VM_BIND',
  value: { vm_id: 1, flags: 1, ops: { stride: 48, count: 1, array: '0x7f1000' } },
  buffers: [
    {
      addr: '0x7f1000',
      struct: 'vm_bind_op',
      items: [
        {
          value: {
            flags: 2,
            bo_handle: 3,
            va: '0x200000',
            size: '0x200000',
            syncs: { stride: 16, count: 1, array: '0x7f2000' },
          },
        },
      ],
    },
    {
      addr: '0x7f2000',
      struct: 'sync_op',
      items: [{ value: { flags: 0x80000001, handle: 5, timeline_value: '0x7' } }],
    },
  ],
};

describe('a bind', () => {
  it('on one line reads like strace', () => {
    expect(shown(bind, 'short')).toBe(
      'VM_BIND(vm_id=1, flags=ASYNC, ops=[{flags=MAP_NOEXEC|TYPE_MAP, bo_handle=3, bo_offset=0x0, va=0x200000, ' +
        'size=0x200000, syncs=[{flags=HANDLE_TYPE_TIMELINE_SYNCOBJ|SIGNAL, handle=5, timeline_value=7}]}])\n',
    );
  });

  it('in full shows offsets, values, what they mean, and nested arrays', () => {
    const text = shown(bind, 'full');
    expect(text).toMatch(/^DRM_IOCTL_PANTHOR_VM_BIND \(0xc0186443\), struct drm_panthor_vm_bind, 24 bytes$/m);
    expect(text).toMatch(/^ {2}0x04 {2}flags +0x1 +=\s+DRM_PANTHOR_VM_BIND_ASYNC$/m);
    expect(text).toMatch(/^ {2}ops -> 0x7f1000: 1 x struct drm_panthor_vm_bind_op, stride 48$/m);
    expect(text).toMatch(/^ +0x18 {2}size +0x200000 +=\s+2 MiB$/m);
    expect(text).toMatch(/^ +ops\[0\]\.syncs -> 0x7f2000: 1 x struct drm_panthor_sync_op, stride 16$/m);
    expect(text).toMatch(/0x80000001 +=\s+.*TIMELINE_SYNCOBJ \| DRM_PANTHOR_SYNC_OP_SIGNAL$/m);
    expect(text).not.toMatch(/rejects/);
  });

  it('raw shows every field with its bytes and type', () => {
    const text = shown(bind, 'raw');
    expect(text).toMatch(/^ {2}0x10 {2}00 10 7f 00 00 00 00 00 {2}u64 {2}ops\.array$/m);
    expect(text).toMatch(/^ +0x00 {2}02 00 00 00 +u32 {2}flags$/m);
  });

  it('whose memory is not given says so', () => {
    expect(shown({ ...(bind as object), buffers: [] } as Json, 'full')).toMatch(/stride 48 \(not given\)$/m);
  });
});

describe('a refusal', () => {
  const json: Json = { ioctl: 'BO_CREATE', value: { size: '0x1000', flags: 4 } };

  it('names errno, field, byte and kernel function', () => {
    expect(shown(json, 'full')).toMatch(
      /^the kernel rejects this: EINVAL at flags \(byte 0x08 of drm_panthor_bo_create\) \[panthor_ioctl_bo_create\]: bits 0x4/m,
    );
    expect(shown(json, 'short')).toMatch(/ -> EINVAL \(flags: bits 0x4 are not allowed\)\n$/);
  });

  it('of a nested element names the byte inside that element', () => {
    const broken = JSON.parse(JSON.stringify(bind).replace('"va":"0x200000"', '"va":"0x1"'));
    expect(shown(broken, 'full')).toMatch(/EINVAL at ops\[0\]\.va \(byte 0x10 of drm_panthor_vm_bind_op\)/);
  });
});

describe('arguments of other sizes than ours', () => {
  it('show what is not there and what is too much', () => {
    const short = makePayload(drm_panthor_vm_create, Uint8Array.of(0, 0, 0, 0));
    expect(render(short, judge(short), 'full')).toMatch(/user_va_range +0x0 +.*\(not there, reads as zero\)/);
    const long = makePayload(drm_panthor_vm_create, new Uint8Array(18).fill(1));
    expect(render(long, judge(long), 'full')).toMatch(/0x10 {2}past the struct: 0101/);
  });
});

describe('other buffers', () => {
  it.each<[Json, RegExp]>([
    [
      {
        ioctl: 'BO_SET_LABEL',
        value: { handle: 1, label: '0x10' },
        buffers: [{ addr: '0x10', text: 'tiler', rest: '00' }],
      },
      /label -> 0x10: string\n +"tiler"/,
    ],
    [
      {
        ioctl: 'SYNCOBJ_TIMELINE_WAIT',
        value: { handles: '0x10', points: '0x20', count_handles: 2 },
        buffers: [
          { addr: '0x10', type: 'u32', values: [4, 5] },
          { addr: '0x20', type: 'u64', values: [1, '0xffffffffffffffff'] },
        ],
      },
      /\[4, 5\][\s\S]*\[1, 18446744073709551615\]/,
    ],
    [
      {
        ioctl: 'DEV_QUERY',
        value: { type: 4, size: 8, pointer: '0x10' },
        buffers: [{ addr: '0x10', bytes: '0010200000000000' }],
      },
      /struct drm_panthor_mmu_info, 8 bytes\n +0x00 {2}page_size_bitmap {2}0x201000/,
    ],
  ])('%#: text, integers, and the struct that a query names', (json, expected) => {
    expect(shown(json, 'full')).toMatch(expected);
  });
});

describe('symbols', () => {
  it.each([
    [drm_panthor_vm_bind_op_flags, 0x10000000n, 'DRM_PANTHOR_VM_BIND_OP_TYPE_UNMAP'],
    [drm_panthor_vm_bind_op_flags, 0x30000010n, '0x30000010'],
    [
      drm_panthor_vm_bind_op_flags,
      0xan,
      'DRM_PANTHOR_VM_BIND_OP_MAP_NOEXEC | DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE | DRM_PANTHOR_VM_BIND_OP_TYPE_MAP',
    ],
    [drm_panthor_sync_op_flags, 0n, 'DRM_PANTHOR_SYNC_OP_HANDLE_TYPE_SYNCOBJ | DRM_PANTHOR_SYNC_OP_WAIT'],
    [drm_panthor_sync_op_flags, 0x80000002n, 'DRM_PANTHOR_SYNC_OP_SIGNAL | 0x2'],
    [drm_panthor_gpu_coherency, 31n, 'DRM_PANTHOR_GPU_COHERENCY_NONE'],
    [drm_panthor_gpu_coherency, 7n, ''],
  ])('of %o', (table, value, expected) => {
    expect(symbolic(table, value)).toBe(expected);
  });

  it('of a mask have one name a bit', () => {
    expect(symbolic(drm_panthor_gpu_coherency, 0x80000003n, true)).toBe(
      'bit DRM_PANTHOR_GPU_COHERENCY_ACE_LITE | bit DRM_PANTHOR_GPU_COHERENCY_ACE | bit DRM_PANTHOR_GPU_COHERENCY_NONE',
    );
  });

  it('of sizes are the largest whole unit', () => {
    expect([1n, 4608n, 4096n, 1n << 21n, 3n << 40n].map(sizeWords)).toEqual([
      '1 byte',
      '4608 bytes',
      '4 KiB',
      '2 MiB',
      '3 TiB',
    ]);
  });
});

describe('layouts', () => {
  it('show holes as pahole does', () => {
    const text = printLayout(drm_version);
    expect(text).toMatch(
      /version_patchlevel; \/\* +8 +4 \*\/\n\n\t\/\* XXX 4 bytes hole \*\/\n\n\t__kernel_size_t name_len/,
    );
    expect(text).toMatch(/size: 64, align: 8, members: 9/);
    expect(text).toMatch(/sum members: 60, holes: 1, sum holes: 4/);
  });

  it('show versions and minimum sizes', () => {
    expect(printLayout(findStruct('gpu_info'))).toMatch(
      /selected_coherency; +\/\* +68 +4 \*\/ \/\* since 1\.7 \*\//,
    );
    expect(printLayout(findStruct('gpu_info'))).toMatch(/may state 96 bytes or more \(up to tiler_present\)/);
  });

  it('as JSON have the shape that scripts rely on', () => {
    const json = layoutJson() as {
      structs: {
        name: string;
        size: number;
        align: number;
        fields: { name: string; offset: number; size: number }[];
      }[];
      ioctls: { name: string; request: string }[];
      enums: { name: string; values: Record<string, number> }[];
    };
    const bindOp = json.structs.find((one) => one.name === 'drm_panthor_vm_bind_op');
    expect(bindOp).toMatchObject({ size: 48, align: 8 });
    expect(bindOp?.fields[4]).toMatchObject({ name: 'size', offset: 24, size: 8 });
    expect(json.ioctls).toContainEqual(
      expect.objectContaining({ name: 'DRM_IOCTL_PANTHOR_VM_BIND', request: '0xc0186443' }),
    );
    const flags = json.enums.find((one) => one.name === 'drm_panthor_vm_bind_op_flags');
    expect(flags?.values.DRM_PANTHOR_VM_BIND_OP_MAP_SPARSE).toBe(8);
  });
});
