import { describe, expect, it } from 'vitest';
import * as drm from '../../uapi/drm.ts';
import { _IOC, _IOC_DIR, _IOC_NR, _IOC_SIZE, _IOC_TYPE } from '../../uapi/ioctl.ts';
import * as panthor from '../../uapi/panthor_drm.ts';

const all = [...panthor.panthorIoctls, ...drm.drmIoctls, ...drm.dmaBufIoctls, ...drm.syncFileIoctls];

describe('request numbers', () => {
  it('are unsigned and come apart again', () => {
    const request = _IOC(3, 0x64, 0x43, 24);
    expect(request).toBe(0xc0186443);
    expect([_IOC_DIR(request), _IOC_TYPE(request), _IOC_NR(request), _IOC_SIZE(request)]).toEqual([
      3, 0x64, 0x43, 24,
    ]);
  });

  it('of the panthor ioctls are 0x40 to 0x50, in order', () => {
    expect(panthor.panthorIoctls.map((spec) => spec.nr)).toEqual(
      Array.from({ length: 17 }, (_, i) => 0x40 + i),
    );
    expect(panthor.DRM_IOCTL_PANTHOR_VM_BIND).toBe(0xc0186443);
    expect(drm.DRM_IOCTL_GEM_CLOSE).toBe(0x40086409);
    expect(drm.DMA_BUF_IOCTL_EXPORT_SYNC_FILE).toBe(0xc0086202);
  });

  it('state the size of their argument, and none is there twice', () => {
    for (const spec of all) expect(_IOC_SIZE(spec.request), spec.name).toBe(spec.arg?.size ?? 0);
    expect(new Set(all.map((spec) => spec.request)).size).toBe(all.length);
  });
});

describe('user pointers', () => {
  const buffers = (name: string) => all.find((spec) => spec.name === name)?.buffers ?? [];

  it('of VM_BIND are operations, each with its synchronization operations', () => {
    const [ops] = buffers('DRM_IOCTL_PANTHOR_VM_BIND');
    expect(ops).toMatchObject({
      kind: 'array',
      dir: 'in',
      pointer: { offset: 16, size: 8 },
      stride: { offset: 8, size: 4 },
      count: { offset: 12, size: 4 },
      elementSize: 48,
    });
    expect(ops.nested).toHaveLength(1);
    expect(ops.nested[0]).toMatchObject({
      pointer: { path: 'syncs.array', offset: 40 },
      stride: { offset: 32 },
      count: { offset: 36 },
      elementSize: 16,
      nested: [],
    });
  });

  it('of VERSION are three buffers of stated lengths that the kernel fills', () => {
    expect(buffers('DRM_IOCTL_VERSION').map((one) => [one.pointer.offset, one.count, one.dir])).toEqual([
      [24, { path: 'name_len', offset: 16, size: 8 }, 'out'],
      [40, { path: 'date_len', offset: 32, size: 8 }, 'out'],
      [56, { path: 'desc_len', offset: 48, size: 8 }, 'out'],
    ]);
  });

  it('of the syncobj ioctls are handles of 4 and points of 8 bytes, points written by QUERY alone', () => {
    const shape = (name: string) => buffers(name).map((one) => [one.pointer.path, one.stride, one.dir]);
    expect(shape('DRM_IOCTL_SYNCOBJ_WAIT')).toEqual([['handles', 4, 'in']]);
    expect(shape('DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL')).toEqual([
      ['handles', 4, 'in'],
      ['points', 8, 'in'],
    ]);
    expect(shape('DRM_IOCTL_SYNCOBJ_QUERY')).toEqual([
      ['handles', 4, 'in'],
      ['points', 8, 'out'],
    ]);
  });

  it('of DEV_QUERY is one struct that the type selects', () => {
    const [buffer] = buffers('DRM_IOCTL_PANTHOR_DEV_QUERY');
    expect(buffer).toMatchObject({ kind: 'bytes', dir: 'inout', count: { path: 'size' } });
    expect(buffer.variants?.selector).toMatchObject({ offset: 0, size: 4 });
    expect(buffer.variants?.structs[4].name).toBe('drm_panthor_mmu_info');
  });

  it('of a label is a string of at most 4096 bytes', () => {
    const [label] = buffers('DRM_IOCTL_PANTHOR_BO_SET_LABEL');
    expect(label).toMatchObject({ kind: 'string', count: 4096, isText: true, dir: 'in' });
  });
});
