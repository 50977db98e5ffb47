/**
 * How structs of different age meet. User space and the kernel may know a struct in different sizes; what the older
 * side does not know must be zero, or the call is refused. Pure functions on bytes; results are 0 or -errno.
 */
import { E2BIG, EINVAL } from './errno.js';
import { _IOC_READ, _IOC_SIZE, _IOC_WRITE } from './ioctl.js';
/** The first non-zero byte in bytes[from, to), or -1. */
export function firstNonZero(bytes, from, to) {
    for (let i = from; i < to; i++)
        if (bytes[i] !== 0)
            return i;
    return -1;
}
/**
 * copy_struct_from_user(): copies a user object of `userSize` bytes at src[srcAt] to a kernel object of `kernelSize`
 * bytes at dst[dstAt]. What user space does not have reads as zero; what the kernel does not know must be zero.
 *
 * @returns 0, or -E2BIG when bytes past the kernel's size are not zero; then dst is left alone.
 */
export function copyStructFromUser(dst, dstAt, kernelSize, src, srcAt, userSize) {
    if (userSize > kernelSize && firstNonZero(src, srcAt + kernelSize, srcAt + userSize) >= 0)
        return -E2BIG;
    const common = Math.min(userSize, kernelSize);
    for (let i = 0; i < common; i++)
        dst[dstAt + i] = src[srcAt + i];
    dst.fill(0, dstAt + common, dstAt + kernelSize);
    return 0;
}
/**
 * The size rule of panthor_get_uobj_array() and panthor_set_uobj(): a stated size may not leave out a mandatory field.
 *
 * @returns 0, or -EINVAL when `size` bytes end before `layout.lastMandatory` does.
 */
export function checkObjectSize(layout, size) {
    return size < (layout.minSize ?? layout.size) ? -EINVAL : 0;
}
/**
 * panthor_get_uobj_array(), as far as sizes go: an empty array is fine whatever its stride says.
 *
 * @returns 0 or -EINVAL.
 */
export function checkArrayStride(layout, stride, count) {
    return count === 0 ? 0 : checkObjectSize(layout, stride);
}
/**
 * panthor_set_uobj(): writes a kernel object to a user object of `userSize` bytes at dst[dstAt]; what the kernel does
 * not know reads as zero, what user space has no room for is left out.
 *
 * @returns 0, or -EINVAL when the user object lacks a mandatory field.
 */
export function copyObjectToUser(layout, dst, dstAt, userSize, object) {
    if (checkObjectSize(layout, userSize) !== 0)
        return -EINVAL;
    const common = Math.min(userSize, object.length);
    for (let i = 0; i < common; i++)
        dst[dstAt + i] = object[i];
    if (userSize > common)
        dst.fill(0, dstAt + common, dstAt + userSize);
    return 0;
}
/**
 * drm_ioctl(): the size in the caller's request number says how much of the argument is copied. A smaller argument is
 * zero-extended; of a larger one the driver sees the part that it knows, and the rest comes back as it was. The
 * direction bits of the caller and of the driver must agree for a copy to take place.
 */
export function argumentSizes(request, driverRequest) {
    const both = (request & driverRequest) >>> 30;
    const size = _IOC_SIZE(request);
    const inSize = (both & _IOC_WRITE) !== 0 ? size : 0;
    const outSize = (both & _IOC_READ) !== 0 ? size : 0;
    return { inSize, outSize, kernelSize: Math.max(inSize, outSize, _IOC_SIZE(driverRequest)) };
}
//# sourceMappingURL=versioning.js.map