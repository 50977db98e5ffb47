/** The bytes of a call's memory at one moment, so that two drivers can start from the same and be compared. */
import type { UserMemory } from '../../driver/base/uaccess.ts';

export class SavedBytes {
  #bytes = new Uint8Array(4096);

  /** Keeps the bytes of all regions of `mem`. */
  keep(mem: UserMemory): void {
    let size = 0;
    for (let i = 0; i < mem.count; i++) size += mem.sizes[i];
    if (size > this.#bytes.length) this.#bytes = new Uint8Array(size);
    let at = 0;
    for (let i = 0; i < mem.count; i++) {
      const from = mem.offsets[i];
      this.#bytes.set(mem.data.subarray(from, from + mem.sizes[i]), at);
      at += mem.sizes[i];
    }
  }

  /** Puts back what was kept; `mem` has the same regions as then. */
  putBack(mem: UserMemory): void {
    let at = 0;
    for (let i = 0; i < mem.count; i++) {
      mem.data.set(this.#bytes.subarray(at, at + mem.sizes[i]), mem.offsets[i]);
      at += mem.sizes[i];
    }
  }

  /** The first word that is another one in `mem` now, as hexadecimal text: what was kept, what is there. Null for none. */
  difference(mem: UserMemory): [string, string] | null {
    let at = 0;
    for (let i = 0; i < mem.count; i++) {
      const kept = this.#bytes.subarray(at, at + mem.sizes[i]);
      const now = mem.data.subarray(mem.offsets[i], mem.offsets[i] + mem.sizes[i]);
      if (Buffer.compare(kept, now) !== 0) {
        const word = kept.findIndex((byte, j) => byte !== now[j]) & ~3;
        const text = (bytes: Uint8Array): string =>
          Buffer.from(bytes.subarray(word, word + 8)).toString('hex');
        return [text(kept), text(now)];
      }
      at += mem.sizes[i];
    }
    return null;
  }
}
