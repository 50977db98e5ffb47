/**
 * What an address space is, told in the simplest way there is: an array with an entry for every 4 KiB page of a window.
 * Everything that the driver knows of trees, cursors, splits and blocks is judged by it.
 */
export const PAGE = 0x1000;
export const BLOCK = 0x200000;

/** Object number of a sparse mapping, which the dummy object backs. */
export const DUMMY = -1;
export const SPARSE = 8;

/** A mapping as the driver should list it. */
export interface NaiveVma {
  va: number;
  range: number;
  bo: number;
  offset: number;
  flags: number;
}

export class NaiveVm {
  /** First byte of the window. */
  readonly base: number;
  readonly pages: number;
  /** By page: which mapping it belongs to (0: none; never reused), and what that mapping has there. */
  readonly mapping: Int32Array;
  readonly bo: Int32Array;
  readonly offset: Float64Array;
  readonly flags: Uint8Array;
  #mappings = 0;

  constructor(base: number, pages: number) {
    this.base = base;
    this.pages = pages;
    this.mapping = new Int32Array(pages);
    this.bo = new Int32Array(pages);
    this.offset = new Float64Array(pages);
    this.flags = new Uint8Array(pages);
  }

  /** Maps bytes [offset, offset + size) of an object at `va`; sparse where `flags` say so, whose offset is va mod 2 MiB. */
  map(va: number, size: number, bo: number, offset: number, flags: number): void {
    const id = ++this.#mappings;
    const first = this.page(va);
    for (let i = 0; i < size / PAGE; i++) {
      const at = first + i;
      const sparse = (flags & SPARSE) !== 0;
      this.mapping[at] = id;
      this.bo[at] = sparse ? DUMMY : bo;
      this.offset[at] = sparse ? (va + i * PAGE) % BLOCK : offset + i * PAGE;
      this.flags[at] = flags;
    }
  }

  unmap(va: number, size: number): void {
    const first = this.page(va);
    this.mapping.fill(0, first, first + size / PAGE);
  }

  clear(): void {
    this.mapping.fill(0);
  }

  page(va: number): number {
    return (va - this.base) / PAGE;
  }

  va(page: number): number {
    return this.base + page * PAGE;
  }

  /** Runs of pages of one mapping: mappings that were cut are several, and none are ever joined. */
  vmas(): NaiveVma[] {
    const found: NaiveVma[] = [];
    for (let from = 0; from < this.pages; ) {
      const id = this.mapping[from];
      let to = from + 1;
      while (to < this.pages && this.mapping[to] === id) to++;
      if (id !== 0) {
        found.push({
          va: this.va(from),
          range: (to - from) * PAGE,
          bo: this.bo[from],
          offset: this.offset[from],
          flags: this.flags[from],
        });
      }
      from = to;
    }
    return found;
  }
}
