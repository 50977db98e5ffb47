import type { Shares } from '../shares.ts';

/** Sizes of buffers, bytes: the last one has room for the longest frame. */
const SIZES = [4096, 1 << 16, 1 << 19, (4 << 20) + (1 << 16), 25 << 20] as const;
/** Bytes of buffers that are kept for the next client, of each size. */
const KEPT_BYTES = 16 << 20;

/**
 * Memory for requests that are arriving and for calls that wait, counted by process. Buffers are used again: V8 would
 * collect garbage for each large one that is made, and zero it.
 */
export class Buffers {
  readonly #shares: Shares;
  readonly #free: Uint8Array[][] = SIZES.map(() => []);

  /** `shares`: of bytes, by process. */
  constructor(shares: Shares) {
    this.#shares = shares;
  }

  /** A buffer of more than `size` bytes for process `pid`, of any content; null where that is more than its share. */
  take(pid: number, size: number): Uint8Array | null {
    const i = SIZES.findIndex((one) => one > size);
    if (i < 0 || !this.#shares.take(pid, SIZES[i])) return null;
    return this.#free[i].pop() ?? new Uint8Array(SIZES[i]);
  }

  /** Counts `bytes` for process `pid` that are not in a buffer of ours, or fewer where it is below 0; false: it has its share. */
  count(pid: number, bytes: number): boolean {
    return this.#shares.take(pid, bytes);
  }

  /** The process needs the buffer no more. */
  giveBack(pid: number, buffer: Uint8Array): void {
    this.#shares.giveBack(pid, buffer.length);
    const i = SIZES.indexOf(buffer.length as (typeof SIZES)[number]);
    if ((this.#free[i].length + 1) * buffer.length <= KEPT_BYTES) this.#free[i].push(buffer);
  }
}
