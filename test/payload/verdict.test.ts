import { describe, expect, it } from 'vitest';
import { fromJson } from '../../src/payload/json.ts';
import { makePayload } from '../../src/payload/payload.ts';
import { judge } from '../../src/payload/verdict.ts';
import type { Json } from '../../uapi/codec.ts';
import { errnoName } from '../../uapi/errno.ts';
import { allIoctls } from '../../uapi/lookup.ts';
import { drm_panthor_sync_op, drm_panthor_vm_create } from '../../uapi/panthor_drm.ts';
import { rejections } from './rejections.ts';

const next = { major: 1, minor: 9 };

/** `EINVAL flags` of the first refusal, or `fine`. */
function first(json: Json, uapi = next): string {
  const [reject] = judge(fromJson(json), uapi).rejects;
  return reject === undefined ? 'fine' : `${errnoName(reject.errno)} ${reject.path}`;
}

describe('the kernel refuses', () => {
  it.each(rejections)('%s', (_, json, errno, path) => {
    expect(first(json)).toBe(`${errno} ${path}`);
  });
});

describe('the kernel takes', () => {
  const op = { flags: 0, bo_handle: 1, va: '0x100000', size: '0x1000' };
  const bind = (value: Json, flags = 0): Json => ({
    ioctl: 'VM_BIND',
    value: { vm_id: 1, flags, ops: { stride: 48, count: 1, array: '0x1000' } },
    buffers: [{ addr: '0x1000', struct: 'vm_bind_op', items: [{ value }] }],
  });

  it.each<[string, Json]>([
    ['zeros of any length past the known argument', { ioctl: 'VM_CREATE', size: 64, value: {} }],
    ['a tail of an argument that is not zero: it is not read', { ioctl: 'VM_CREATE', value: {}, tail: '01' }],
    ['an argument of which only the first field is there', { ioctl: 'VM_CREATE', size: 4, value: {} }],
    ['an empty array with any stride', { ioctl: 'VM_BIND', value: { vm_id: 1, ops: { stride: 1 } } }],
    ['an operation of no bytes, whatever else it says', bind({ ...op, size: '0x0', va: '0x1', flags: 0x10 })],
    ['a sparse map', bind({ flags: 10, va: '0x200000', size: '0x200000' })],
    ['an unmap', bind({ flags: 0x10000000, va: '0x200000', size: '0x200000' })],
    ['arrays that are not given: nothing is known of them', { ...(bind(op) as object), buffers: [] } as Json],
    ['a query for the size', { ioctl: 'DEV_QUERY', value: { type: 4 } }],
    [
      'a query for more than there is',
      { ioctl: 'DEV_QUERY', value: { type: 0, size: 500, pointer: '0x1000' } },
    ],
    [
      'unknown flags of VM_BIND, which the kernel does not check',
      { ioctl: 'VM_BIND', value: { vm_id: 1, flags: 2 } },
    ],
  ])('%s', (_, json) => {
    expect(first(json)).toBe('fine');
  });
});

describe('an older driver', () => {
  it.each<[string, Json, number, string]>([
    ['does not know its ioctls yet', { ioctl: 'BO_SYNC', value: {} }, 6, 'EINVAL '],
    ['does not know its queries yet', { ioctl: 'DEV_QUERY', value: { type: 4 } }, 8, 'EINVAL type'],
    [
      'does not know its flags yet',
      { ioctl: 'BO_CREATE', value: { size: '0x1', flags: 2 } },
      0,
      'EINVAL flags',
    ],
    ['knows them once they are there', { ioctl: 'BO_CREATE', value: { size: '0x1', flags: 2 } }, 7, 'fine'],
  ])('%s', (_, json, minor, expected) => {
    expect(first(json, { major: 1, minor })).toBe(expected);
  });
});

describe('a verdict', () => {
  it('lists every refused operation, the first one first', () => {
    const items = [{ va: '0x1' }, { va: '0x1000' }, { flags: 0x30000000 }].map((one) => ({
      value: { bo_handle: 1, size: '0x1000', ...one },
    }));
    const payload = fromJson({
      ioctl: 'VM_BIND',
      value: { ops: { stride: 48, count: 3, array: '0x1000' } },
      buffers: [{ addr: '0x1000', struct: 'vm_bind_op', items }],
    });
    expect(judge(payload).rejects.map((one) => one.path)).toEqual(['ops[0].va', 'ops[2].flags']);
  });

  it('names what hangs on the caller’s rights', () => {
    const payload = fromJson({ ioctl: 'GROUP_CREATE', value: { priority: 2 } });
    expect(judge(payload).conditions).toEqual([
      { errno: 13, path: 'priority', why: 'unless the caller has CAP_SYS_NICE or is DRM master' },
    ]);
  });

  it('of an object by itself follows the rules of strides', () => {
    const verdict = (size: number, last: number) => {
      const bytes = new Uint8Array(size);
      bytes[size - 1] = last;
      return judge(makePayload(drm_panthor_sync_op, bytes)).rejects.map((one) => errnoName(one.errno));
    };
    expect([verdict(15, 0), verdict(16, 1), verdict(20, 0), verdict(20, 1)]).toEqual([
      ['EINVAL'],
      [],
      [],
      ['E2BIG'],
    ]);
    expect(judge(makePayload(drm_panthor_vm_create, Uint8Array.of(1))).rejects).toEqual([]);
  });

  it('has rules that hold up with any bytes in any argument', () => {
    for (const spec of allIoctls) {
      for (const byte of [0, 1, 0x7f, 0xff]) {
        const bytes = new Uint8Array(spec.arg?.size ?? 0).fill(byte);
        const payload = makePayload(spec.arg ?? drm_panthor_vm_create, bytes, [], spec);
        for (const one of judge(payload).rejects) expect(one.where, spec.name).not.toBe('');
      }
    }
  });
});
