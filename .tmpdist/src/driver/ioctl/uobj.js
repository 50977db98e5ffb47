import { E2BIG, EFAULT, EINVAL, ENOMEM } from '../../../uapi/errno.js';
import { availableIn } from '../../../uapi/version.js';
/** kvmalloc_array() refuses to allocate more at once. */
const MAX_ALLOCATION = 0x7fffffff;
/** kmalloc_array() refuses more than KMALLOC_MAX_SIZE: the largest run of pages, 4 MiB. */
const KMALLOC_MAX_SIZE = 0x400000;
/**
 * panthor_get_uobj_array(): the array that the drm_panthor_obj_array at `at` describes, for reading in place.
 *
 * @param layout what an element is; its last mandatory field is the shortest stride
 * @returns where the first element is in `mem.data` (element i is `stride` × i further), or -EINVAL for a short stride,
 *   -ENOMEM for more elements than can be, -EFAULT, -E2BIG for an element with a non-zero tail that we do not know;
 *   0 for an empty array, whose stride and pointer do not matter
 */
export function getArray(mem, view, at, layout) {
    const count = view.getUint32(at + 4, true);
    if (count === 0)
        return 0;
    const stride = view.getUint32(at, true);
    const size = layout.size;
    if (stride === size) {
        // What user space and kernel agree about, on the way of every bind.
        if (count * size > MAX_ALLOCATION)
            return -ENOMEM;
        const addr = view.getUint32(at + 12, true) * 0x100000000 + view.getUint32(at + 8, true);
        const found = mem.locate(addr, size * count);
        return found < 0 ? -EFAULT : found;
    }
    if (stride < (layout.minSize ?? size))
        return -EINVAL;
    return getStrided(mem, view, at, layout);
}
function getStrided(mem, view, at, layout) {
    const stride = view.getUint32(at, true);
    const count = view.getUint32(at + 4, true);
    if (count * layout.size > MAX_ALLOCATION)
        return -ENOMEM;
    if (stride < layout.size)
        throw new Error(`${layout.name} has grown: zero-extend its elements here`);
    const addr = view.getUint32(at + 12, true) * 0x100000000 + view.getUint32(at + 8, true);
    for (let i = 0; i < count; i++) {
        const element = mem.locate(addr + i * stride, stride);
        if (element < 0)
            return -EFAULT;
        if (!isZero(mem.data, element + layout.size, element + stride))
            return -E2BIG;
    }
    const found = mem.locate(addr, stride * count);
    return found < 0 ? -EFAULT : found;
}
function isZero(data, from, to) {
    for (let i = from; i < to; i++)
        if (data[i] !== 0)
            return false;
    return true;
}
/**
 * copy_struct_from_user(): a struct that user space thinks is `userSize` bytes, zero-extended to `size`.
 *
 * @returns the bytes; -EFAULT; -E2BIG when what we do not know is not zero
 */
export function copyStructFromUser(mem, addr, userSize, size) {
    const bytes = new Uint8Array(size);
    if (userSize === 0)
        return bytes;
    const at = mem.locate(addr, userSize);
    if (at < 0)
        return -EFAULT;
    if (userSize > size && !isZero(mem.data, at + size, at + userSize))
        return -E2BIG;
    bytes.set(mem.data.subarray(at, at + Math.min(size, userSize)));
    return bytes;
}
/**
 * panthor_set_uobj(): hands `bytes` to user space, which has room for `userSize`: cut off or followed by zeros.
 *
 * @returns 0; -EINVAL when there is less room than `minSize`; -EFAULT
 */
export function setObject(mem, addr, userSize, minSize, bytes) {
    if (userSize < minSize)
        return -EINVAL;
    const at = mem.locate(addr, userSize);
    if (at < 0)
        return -EFAULT;
    mem.data.set(bytes.subarray(0, userSize), at);
    mem.data.fill(0, at + Math.min(userSize, bytes.length), at + userSize);
    mem.markDirty(at);
    return 0;
}
/** sizeof(the struct) in a driver of that uAPI version, bytes: fields that came later are missing at its end. */
export function sizeIn(layout, uapi) {
    let end = 0;
    for (const field of layout.fields) {
        const known = availableIn(field.info.since, uapi) || field.info.formerly !== undefined;
        if (known)
            end = Math.max(end, field.offset + field.size);
    }
    return Math.ceil(end / layout.align) * layout.align;
}
/**
 * A C array of `count` elements of `elementSize` bytes that the DRM core copies with kmalloc_array().
 *
 * @returns where it is in `mem.data`; -ENOMEM when it is larger than kmalloc() allows; -EFAULT
 */
export function getPlainArray(mem, addr, count, elementSize) {
    if (count * elementSize > KMALLOC_MAX_SIZE)
        return -ENOMEM;
    const at = mem.locate(addr, count * elementSize);
    return at < 0 ? -EFAULT : at;
}
//# sourceMappingURL=uobj.js.map