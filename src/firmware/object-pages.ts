import type { GemObject, GemTable } from '../driver/gem/gem.ts';
import { kernelContents } from '../driver/sched/kernel-bo.ts';
import type { PhysicalBytes } from '../hw/command-stream/physical-bytes.ts';

/** Physical memory as pages of the objects that it backs: the kernel's own, and those whose bytes clients share. */
export class ObjectPages implements PhysicalBytes {
  readonly #gem: GemTable;
  readonly #pageOf: (bo: GemObject, offset: number) => DataView | null;

  /** `pageOf`: the page at byte `offset` of a client's object, or null where there is no room to map it. */
  constructor(gem: GemTable, pageOf: (bo: GemObject, offset: number) => DataView | null) {
    this.#gem = gem;
    this.#pageOf = pageOf;
  }

  page(pa: number): DataView | null {
    const found = this.#gem.at(pa);
    if (found === null) return null;
    const contents = kernelContents(found.bo);
    return contents === undefined ? this.#pageOf(found.bo, found.offset) : contents.page(found.offset);
  }
}
