import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserMemory } from '../../../src/driver/base/uaccess.ts';
import { copyStructFromUser, setObject, sizeIn } from '../../../src/driver/ioctl/uobj.ts';
import { E2BIG, EFAULT, EINVAL } from '../../../uapi/errno.ts';
import { drm_panthor_gpu_info } from '../../../uapi/panthor_drm.ts';

const ADDR = 0x7000_0000;

function user(bytes: Uint8Array): UserMemory {
  const mem = new UserMemory();
  mem.add(ADDR, bytes);
  return mem;
}

describe('copy_struct_from_user', () => {
  it('zero-extends, truncates zeros and refuses anything else, for every pair of sizes', () => {
    const sizes = fc.integer({ min: 1, max: 24 });
    fc.assert(
      fc.property(sizes, fc.uint8Array({ minLength: 1, maxLength: 24 }), (kernelSize, bytes) => {
        const result = copyStructFromUser(user(bytes), ADDR, bytes.length, kernelSize);
        const refused = bytes.slice(kernelSize).some((byte) => byte !== 0);
        const expected = new Uint8Array(kernelSize);
        expected.set(bytes.subarray(0, kernelSize));
        expect(result).toEqual(refused ? -E2BIG : expected);
      }),
      { numRuns: 300 },
    );
  });

  it('reads no memory for a size of 0, and refuses memory that is not there', () => {
    expect(copyStructFromUser(user(new Uint8Array(4)), 0xdead000, 0, 4)).toEqual(new Uint8Array(4));
    expect(copyStructFromUser(user(new Uint8Array(4)), ADDR, 5, 8)).toBe(-EFAULT);
  });
});

describe('panthor_set_uobj', () => {
  const object = new Uint8Array(112).fill(7);

  it('fills with zeros past what the kernel knows and leaves out what user space has no room for', () => {
    const larger = user(new Uint8Array(120).fill(9));
    expect(setObject(larger, ADDR, 120, 96, object)).toBe(0);
    expect([...larger.data.subarray(111, 120)]).toEqual([7, 0, 0, 0, 0, 0, 0, 0, 0]);
    const smaller = user(new Uint8Array(112).fill(9));
    expect(setObject(smaller, ADDR, 96, 96, object)).toBe(0);
    expect([smaller.data[95], smaller.data[96]]).toEqual([7, 9]);
    expect(smaller.dirty[0]).toBe(true);
  });

  it('refuses a size that leaves out a mandatory field, and writes nothing then', () => {
    const mem = user(new Uint8Array(112).fill(9));
    expect(setObject(mem, ADDR, 95, 96, object)).toBe(-EINVAL);
    expect(mem.data[0]).toBe(9);
    expect(mem.dirty[0]).toBe(false);
  });
});

describe('sizeIn', () => {
  it('leaves out the fields that came later', () => {
    const sizes = [0, 9].map((minor) => sizeIn(drm_panthor_gpu_info, { major: 1, minor }));
    expect(sizes).toEqual([104, 112]);
  });
});
