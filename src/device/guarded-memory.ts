import { PAGE_SIZE } from '../../uapi/sizes.ts';
import type { Libc } from './libc.ts';

const PROT_NONE = 0;
const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;

/**
 * User memory for calls of a device: each piece ends where a page begins that cannot be touched. What a call reads or
 * writes beyond the bytes that are there is EFAULT, as it was for the client that was recorded, and never our own heap.
 */
export class GuardedMemory {
  readonly #libc: Libc;
  /** Free blocks by their number of pages, the page behind each not counted. */
  readonly #free = new Map<number, Buffer[]>();
  readonly #used: Buffer[] = [];

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /**
   * `size` zero bytes, until reset().
   *
   * @throws RangeError where there is no memory
   */
  take(size: number): Buffer {
    const pages = Math.max(1, Math.ceil(size / PAGE_SIZE));
    const block = this.#free.get(pages)?.pop() ?? this.#map(pages);
    block.fill(0);
    this.#used.push(block);
    return block.subarray(block.length - size);
  }

  /** Everything that was taken is free again. */
  reset(): void {
    for (const block of this.#used.splice(0)) {
      const pages = block.length / PAGE_SIZE;
      const list = this.#free.get(pages) ?? [];
      list.push(block);
      this.#free.set(pages, list);
    }
  }

  #map(pages: number): Buffer {
    const whole = this.#libc.mmap((pages + 1) * PAGE_SIZE, PROT_NONE, MAP_PRIVATE_ANONYMOUS, -1, 0n);
    if (typeof whole === 'number') throw new RangeError(`no memory for ${pages} pages`);
    const block = whole.subarray(0, pages * PAGE_SIZE);
    if (this.#libc.mprotect(block, PROT_READ_WRITE) < 0) throw new RangeError(`no memory for ${pages} pages`);
    return block;
  }
}
