/**
 * The rules for structs of different age: user space and the kernel may know a struct in different sizes; what the
 * older side does not know must be zero, or the call is refused. The driver's copies are in src/driver/ioctl/uobj.ts.
 */
import { EINVAL } from './errno.ts';
import type { StructLayout } from './layout.ts';

/** The first non-zero byte in bytes[from, to), or -1. */
export function firstNonZero(bytes: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) if (bytes[i] !== 0) return i;
  return -1;
}

/**
 * The size rule of panthor_get_uobj_array() and panthor_set_uobj(): a stated size may not leave out a mandatory field.
 *
 * @returns 0, or -EINVAL when `size` bytes end before `layout.lastMandatory` does.
 */
export function checkObjectSize(layout: StructLayout, size: number): number {
  return size < (layout.minSize ?? layout.size) ? -EINVAL : 0;
}

/**
 * panthor_get_uobj_array(), as far as sizes go: an empty array is fine whatever its stride says.
 *
 * @returns 0 or -EINVAL.
 */
export function checkArrayStride(layout: StructLayout, stride: number, count: number): number {
  return count === 0 ? 0 : checkObjectSize(layout, stride);
}
