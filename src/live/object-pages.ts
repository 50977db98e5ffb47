import type { GemObject, GemTable } from '../driver/gem.ts';
import { kernelContents } from '../driver/kernel-bo.ts';
import type { PhysicalBytes } from '../hw/command-stream/physical-bytes.ts';
import { PAGE_SIZE } from '../hw/memory.ts';

/** Physical memory as pages of the objects that it backs: the kernel's own, and those whose bytes clients share. */
export class ObjectPages implements PhysicalBytes {
  readonly #gem: GemTable;
  readonly #bytesOf: (bo: GemObject) => Uint8Array | number;

  /** `bytesOf`: all bytes of a client's object, or -errno where there is no room to map them. */
  constructor(gem: GemTable, bytesOf: (bo: GemObject) => Uint8Array | number) {
    this.#gem = gem;
    this.#bytesOf = bytesOf;
  }

  page(pa: number): DataView | null {
    const found = this.#gem.at(pa);
    if (found === null) return null;
    const contents = kernelContents(found.bo);
    if (contents !== undefined) return contents.page(found.offset);
    const bytes = this.#bytesOf(found.bo);
    if (typeof bytes === 'number') return null;
    return new DataView(bytes.buffer, bytes.byteOffset + found.offset, PAGE_SIZE);
  }
}
