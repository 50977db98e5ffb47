/** The memory of the client that makes a call, handed to a tree's driver and taken back: native-stubs/tree/arena.h, struct user_memory. */
import type { UserMemory } from '../../driver/base/uaccess.ts';
import type { TreeKernel } from '../kernel.ts';
import { TrapError } from '../kernel.ts';

const MAX_REGIONS = 0x4000;
const REGION_BYTES = 24;
const BYTES_AT = 8 + MAX_REGIONS * REGION_BYTES;

export class UserBytes {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;

  constructor(kernel: TreeKernel) {
    const buffer = kernel.native.user();
    this.#view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  /** Whether there is room for a call with that memory. */
  takes(mem: UserMemory): boolean {
    return mem.count <= MAX_REGIONS && BYTES_AT + mem.used <= this.#bytes.length;
  }

  /**
   * Puts all regions of `mem` in place; the one at user address `from` is at `to` for the kernel, whose user addresses end
   * where its TASK_SIZE does.
   *
   * @throws TrapError for more than there is room for
   */
  fill(mem: UserMemory, from: number, to: number): void {
    if (!this.takes(mem))
      throw new TrapError(`a call with ${mem.count} buffers of ${mem.used} bytes, more than the shim takes`);
    this.#view.setBigUint64(0, BigInt(mem.count), true);
    for (let i = 0; i < mem.count; i++) {
      const at = 8 + i * REGION_BYTES;
      const address = mem.addrs[i] === from ? to : mem.addrs[i];
      // An address that is no exact Number is one that no kernel maps.
      this.#view.setBigUint64(at, Number.isSafeInteger(address) ? BigInt(address) : 2n ** 64n - 1n, true);
      this.#view.setBigUint64(at + 8, BigInt(mem.sizes[i]), true);
      const offset = mem.offsets[i];
      this.#view.setBigUint64(at + 16, BigInt(BYTES_AT + offset), true);
      // The bytes may lie far apart in a buffer that is not this call's alone.
      this.#bytes.set(mem.data.subarray(offset, offset + mem.sizes[i]), BYTES_AT + offset);
    }
  }

  /** Sets a word of 64 bits at an offset in `data` of what was filled in last. */
  setU64(at: number, value: number): void {
    this.#view.setBigUint64(BYTES_AT + at, BigInt(value), true);
  }

  /** What the kernel has left there: regions that are other ones now are marked as written. */
  take(mem: UserMemory): void {
    for (let i = 0; i < mem.count; i++) {
      const offset = mem.offsets[i];
      const now = this.#bytes.subarray(BYTES_AT + offset, BYTES_AT + offset + mem.sizes[i]);
      if (Buffer.compare(now, mem.data.subarray(offset, offset + mem.sizes[i])) === 0) continue;
      mem.data.set(now, offset);
      mem.dirty[i] = true;
    }
  }
}
