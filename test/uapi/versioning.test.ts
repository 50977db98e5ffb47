import { describe, expect, it } from 'vitest';
import { EINVAL } from '../../uapi/errno.ts';
import { drm_panthor_gpu_info, drm_panthor_vm_bind_op } from '../../uapi/panthor_drm.ts';
import { checkArrayStride, checkObjectSize, firstNonZero } from '../../uapi/versioning.ts';

describe('strides and object sizes', () => {
  it('may not leave out a mandatory field, unless the array is empty', () => {
    expect(checkArrayStride(drm_panthor_vm_bind_op, 47, 1)).toBe(-EINVAL);
    expect(checkArrayStride(drm_panthor_vm_bind_op, 48, 1)).toBe(0);
    expect(checkArrayStride(drm_panthor_vm_bind_op, 96, 1)).toBe(0);
    expect(checkArrayStride(drm_panthor_vm_bind_op, 0, 0)).toBe(0);
  });

  it('may leave out what came later', () => {
    expect(drm_panthor_gpu_info.size).toBeGreaterThan(96);
    expect(checkObjectSize(drm_panthor_gpu_info, 96)).toBe(0);
    expect(checkObjectSize(drm_panthor_gpu_info, 95)).toBe(-EINVAL);
  });
});

describe('firstNonZero', () => {
  it('looks at the range that it is given, without its end', () => {
    const bytes = Uint8Array.of(1, 0, 0, 2);
    expect(firstNonZero(bytes, 0, 4)).toBe(0);
    expect(firstNonZero(bytes, 1, 4)).toBe(3);
    expect(firstNonZero(bytes, 1, 3)).toBe(-1);
    expect(firstNonZero(bytes, 3, 3)).toBe(-1);
  });
});
