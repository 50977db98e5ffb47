/** AS_LOCKADDR: the power-of-two region around a range (lock_region(), since 7.x pack_region_range()). */
import { AS_LOCK_REGION_MIN_SIZE } from '../hw/registers.ts';

const MIN_WIDTH = Math.log2(AS_LOCK_REGION_MIN_SIZE);
const TWO32 = 0x100000000;

/** Result of the last pack(): LOCKADDR as two words, and the start and size that 7.x records, bytes. */
export const region = {
  lo: 0,
  hi: 0,
  start: 0,
  size: 0,

  /**
   * The smallest naturally aligned region that covers [start, start + size): bits 5:0 of LOCKADDR hold log2(size) - 1.
   * A region of the smallest size keeps bit 14 of `start`, which the hardware ignores; 7.x records it so too.
   * `start` and `size` are bytes; 2^64 stands for the whole space.
   */
  pack(start: number, size: number): void {
    if (start + size > 2 ** 53) {
      packBig(BigInt(start), BigInt(size));
      return;
    }
    const last = start + size - 1;
    const sl = start >>> 0;
    const sh = (start - sl) / TWO32;
    const el = last >>> 0;
    const eh = (last - el) / TWO32;
    let width = sh !== eh ? 64 - Math.clz32(sh ^ eh) : 32 - Math.clz32(sl ^ el);
    if (width < MIN_WIDTH) width = MIN_WIDTH;
    width--;
    if (width < 32) {
      this.hi = sh;
      this.start = sh * TWO32 + ((sl & (-1 << width)) >>> 0);
      this.lo = ((sl & (-1 << width)) | width) >>> 0;
    } else {
      this.hi = (sh & (-1 << (width - 32))) >>> 0;
      this.start = this.hi * TWO32;
      this.lo = width;
    }
    this.size = 2 ** (width + 1);
  },
};

/** The same beyond 2^53, with the kernel's 64-bit wrap-around. */
export function packBig(start: bigint, size: bigint): void {
  const mask = (1n << 64n) - 1n;
  const from = start & mask;
  // 2^64 stands for ~0ULL, the size that "the whole space" has in the driver.
  const bytes = size > mask ? mask : size;
  const last = (from + bytes - 1n) & mask;
  let width = (from ^ last).toString(2).length;
  if (from === last) width = 0;
  if (width < MIN_WIDTH) width = MIN_WIDTH;
  width--;
  const base = (from >> BigInt(width)) << BigInt(width);
  region.lo = Number(base & 0xffffffffn) | width;
  region.lo >>>= 0;
  region.hi = Number(base >> 32n);
  region.start = Number(base);
  region.size = 2 ** (width + 1);
}
