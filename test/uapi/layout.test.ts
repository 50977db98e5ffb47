import { describe, expect, it } from 'vitest';
import { array, f, fieldAt, struct } from '../../uapi/layout.ts';
import * as panthor from '../../uapi/panthor_drm.ts';

describe('struct', () => {
  it('lays fields out as the C ABI does, tail padding included', () => {
    const layout = struct('s', '', [
      f('a', 'u8', 0),
      f('b', 'u32', 4),
      array('c', 'u8', 3, 8),
      f('d', 'u64', 16),
    ]);
    expect(layout).toMatchObject({ size: 24, align: 8, off: { a: 0, b: 4, c: 8, d: 16 } });
    expect(struct('t', '', [f('a', 'u64', 0), f('b', 'u8', 8)]).size).toBe(16);
  });

  it('refuses a table whose offset is not the one that C gives', () => {
    expect(() => struct('s', '', [f('a', 'u8', 0), f('b', 'u32', 1)])).toThrow(
      's.b: the table says offset 1, the C layout is 4',
    );
  });

  it('refuses a field that is there twice and a mandatory field that is not there', () => {
    expect(() => struct('s', '', [f('a', 'u8', 0), f('a', 'u8', 1)])).toThrow('s.a is there twice');
    expect(() => struct('s', '', [f('a', 'u8', 0)], { lastMandatory: 'z' })).toThrow('s has no field z');
  });

  it('finds fields of structs inside structs', () => {
    expect(fieldAt(panthor.drm_panthor_vm_bind, 'ops.array').offset).toBe(16);
    expect(() => fieldAt(panthor.drm_panthor_vm_bind, 'ops.array.x')).toThrow();
  });
});

describe('minimum sizes', () => {
  // PANTHOR_UOBJ_MIN_SIZE() of panthor_drv.c, computed from the offsets of the last mandatory fields.
  it.each([
    ['drm_panthor_gpu_info', 96],
    ['drm_panthor_csif_info', 24],
    ['drm_panthor_timestamp_info', 16],
    ['drm_panthor_group_priorities_info', 4],
    ['drm_panthor_mmu_info', 8],
    ['drm_panthor_sync_op', 16],
    ['drm_panthor_queue_submit', 40],
    ['drm_panthor_queue_create', 8],
    ['drm_panthor_vm_bind_op', 48],
    ['drm_panthor_bo_sync_op', 24],
  ])('%s may not be stated smaller than %i bytes', (name, size) => {
    expect(panthor.panthorStructs.find((layout) => layout.name === name)?.minSize).toBe(size);
  });

  it('belong to exactly the structs whose size user space states', () => {
    expect(panthor.panthorStructs.filter((layout) => layout.minSize !== undefined)).toHaveLength(10);
  });
});
