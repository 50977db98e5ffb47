import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { E2BIG, EINVAL } from '../../uapi/errno.ts';
import {
  DRM_IOCTL_PANTHOR_VM_BIND,
  drm_panthor_gpu_info,
  drm_panthor_vm_bind_op,
} from '../../uapi/panthor_drm.ts';
import {
  argumentSizes,
  checkArrayStride,
  copyObjectToUser,
  copyStructFromUser,
} from '../../uapi/versioning.ts';

describe('copy_struct_from_user', () => {
  it('zero-extends, truncates zeros and refuses anything else, for every pair of sizes', () => {
    const sizes = fc.integer({ min: 1, max: 24 });
    fc.assert(
      fc.property(sizes, fc.uint8Array({ minLength: 1, maxLength: 24 }), (kernelSize, user) => {
        const dst = new Uint8Array(kernelSize + 2).fill(0xee);
        const result = copyStructFromUser(dst, 1, kernelSize, user, 0, user.length);
        const tail = user.slice(kernelSize);
        if (tail.some((byte) => byte !== 0)) {
          expect(result).toBe(-E2BIG);
          expect(dst.every((byte) => byte === 0xee)).toBe(true);
          return;
        }
        expect(result).toBe(0);
        const expected = new Uint8Array(kernelSize);
        expected.set(user.subarray(0, kernelSize));
        expect(dst.slice(1, -1)).toEqual(expected);
        expect([dst[0], dst.at(-1)]).toEqual([0xee, 0xee]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('strides and object sizes', () => {
  it('may not leave out a mandatory field, unless the array is empty', () => {
    expect(checkArrayStride(drm_panthor_vm_bind_op, 47, 1)).toBe(-EINVAL);
    expect(checkArrayStride(drm_panthor_vm_bind_op, 48, 1)).toBe(0);
    expect(checkArrayStride(drm_panthor_vm_bind_op, 96, 1)).toBe(0);
    expect(checkArrayStride(drm_panthor_vm_bind_op, 0, 0)).toBe(0);
  });

  it('are filled with zeros past what the kernel knows and cut where user space ends', () => {
    const object = new Uint8Array(112).fill(7);
    const larger = new Uint8Array(120).fill(9);
    expect(copyObjectToUser(drm_panthor_gpu_info, larger, 0, 120, object)).toBe(0);
    expect([...larger.subarray(112)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    const smaller = new Uint8Array(112).fill(9);
    expect(copyObjectToUser(drm_panthor_gpu_info, smaller, 0, 96, object)).toBe(0);
    expect([smaller[95], smaller[96]]).toEqual([7, 9]);
    expect(copyObjectToUser(drm_panthor_gpu_info, smaller, 0, 95, object)).toBe(-EINVAL);
  });
});

describe('drm_ioctl', () => {
  it('copies as many bytes as the caller’s request states and works on the larger size', () => {
    expect(argumentSizes(DRM_IOCTL_PANTHOR_VM_BIND, DRM_IOCTL_PANTHOR_VM_BIND)).toEqual({
      inSize: 24,
      outSize: 24,
      kernelSize: 24,
    });
    expect(argumentSizes(0xc0086443, DRM_IOCTL_PANTHOR_VM_BIND)).toEqual({
      inSize: 8,
      outSize: 8,
      kernelSize: 24,
    });
    expect(argumentSizes(0xc0406443, DRM_IOCTL_PANTHOR_VM_BIND)).toEqual({
      inSize: 64,
      outSize: 64,
      kernelSize: 64,
    });
  });

  it('copies in and out only where the caller and the driver both say so', () => {
    expect(argumentSizes(0x40186443, DRM_IOCTL_PANTHOR_VM_BIND)).toEqual({
      inSize: 24,
      outSize: 0,
      kernelSize: 24,
    });
    expect(argumentSizes(0x80186443, DRM_IOCTL_PANTHOR_VM_BIND)).toEqual({
      inSize: 0,
      outSize: 24,
      kernelSize: 24,
    });
    expect(argumentSizes(0xc0086409, 0x40086409)).toEqual({ inSize: 8, outSize: 0, kernelSize: 8 });
  });
});
