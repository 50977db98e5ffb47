/** AS_LOCKADDR: the power-of-two region around a range (lock_region(), since 7.x pack_region_range()). */
import { AS_LOCK_REGION_MIN_SIZE } from '../hw/registers.js';
const MIN_WIDTH = Math.log2(AS_LOCK_REGION_MIN_SIZE);
const TWO32 = 0x100000000;
/** Bytes of a region by width, bits 5:0 of LOCKADDR; a table, since a power costs more than all the rest. */
const SIZES = Float64Array.from({ length: 64 }, (_, width) => 2 ** (width + 1));
/** Indices into `packed`: LOCKADDR as two words, and the start and size in bytes that 7.x records. */
export const REGION_LO = 0;
export const REGION_HI = 1;
export const REGION_START = 2;
export const REGION_SIZE = 3;
/** Result of the last packRegion(). An array of doubles, since fields would be boxed anew each time. */
export const packed = new Float64Array(4);
/**
 * The smallest naturally aligned region that covers [start, start + size): bits 5:0 of LOCKADDR hold log2(size) - 1.
 * A region of the smallest size keeps bit 14 of `start`, which the hardware ignores; 7.x records it so too.
 * `start` and `size` are bytes; 2^64 stands for the whole space.
 */
export function packRegion(start, size) {
    const last = start + size - 1;
    if (last >= 2 ** 53) {
        packRegionExact(BigInt(start), BigInt(size));
        return;
    }
    const sl = start >>> 0;
    const sh = (start - sl) * (1 / TWO32);
    const el = last >>> 0;
    const eh = (last - el) * (1 / TWO32);
    let width = sh !== eh ? 64 - Math.clz32(sh ^ eh) : 32 - Math.clz32(sl ^ el);
    if (width < MIN_WIDTH)
        width = MIN_WIDTH;
    width--;
    if (width < 32) {
        const base = (sl & (-1 << width)) >>> 0;
        packed[REGION_LO] = (base | width) >>> 0;
        packed[REGION_HI] = sh;
        packed[REGION_START] = sh * TWO32 + base;
    }
    else {
        const base = (sh & (-1 << (width - 32))) >>> 0;
        packed[REGION_LO] = width;
        packed[REGION_HI] = base;
        packed[REGION_START] = base * TWO32;
    }
    packed[REGION_SIZE] = SIZES[width];
}
/** The same beyond 2^53, with the kernel's 64-bit wrap-around. */
export function packRegionExact(start, size) {
    const mask = (1n << 64n) - 1n;
    const from = start & mask;
    // 2^64 stands for ~0ULL, the size that "the whole space" has in the driver.
    const bytes = size > mask ? mask : size;
    const last = (from + bytes - 1n) & mask;
    let width = from === last ? 0 : (from ^ last).toString(2).length;
    if (width < MIN_WIDTH)
        width = MIN_WIDTH;
    width--;
    const base = (from >> BigInt(width)) << BigInt(width);
    packed[REGION_LO] = Number((base & 0xffffffffn) | BigInt(width));
    packed[REGION_HI] = Number(base >> 32n);
    packed[REGION_START] = Number(base);
    packed[REGION_SIZE] = SIZES[width];
}
//# sourceMappingURL=region.js.map