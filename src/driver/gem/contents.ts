import { PAGE_SIZE } from '../../../uapi/sizes.ts';

/** Words without a page, of one object: with more it gets pages. */
const MAX_WORDS = 16;
const NO_WORDS: number[] = [];

/** What an object of the kernel's holds. A page is made when it is asked for; the driver writes a few words before that. */
export class BoContents {
  #pages: Map<number, DataView> | null = null;
  /** Offsets and values of words that are in no page, one after the other; all others are zero. */
  #words: number[] = NO_WORDS;

  read32(offset: number): number {
    const page = this.#pages?.get(Math.floor(offset / PAGE_SIZE));
    if (page !== undefined) return page.getUint32(offset % PAGE_SIZE, true);
    const at = this.#find(offset);
    return at < 0 ? 0 : this.#words[at + 1];
  }

  /** `offset`: a multiple of 4. */
  write32(offset: number, value: number): void {
    const page = this.#pages?.get(Math.floor(offset / PAGE_SIZE));
    const at = page === undefined ? this.#find(offset) : -1;
    if (at >= 0) this.#words[at + 1] = value >>> 0;
    else if (page === undefined && this.#words.length === 0) this.#words = [offset, value >>> 0];
    else if (page === undefined && this.#words.length < 2 * MAX_WORDS) this.#words.push(offset, value >>> 0);
    else (page ?? this.page(offset)).setUint32(offset % PAGE_SIZE, value, true);
  }

  /** Where in the list the word at `offset` is; -1 for nowhere. */
  #find(offset: number): number {
    for (let i = 0; i < this.#words.length; i += 2) if (this.#words[i] === offset) return i;
    return -1;
  }

  /** The page that holds byte `offset`. */
  page(offset: number): DataView {
    const page = Math.floor(offset / PAGE_SIZE);
    let view = this.#pages?.get(page);
    if (view === undefined) {
      view = new DataView(new ArrayBuffer(PAGE_SIZE));
      this.#pages ??= new Map();
      this.#pages.set(page, view);
      const left: number[] = [];
      for (let i = 0; i < this.#words.length; i += 2) {
        const at = this.#words[i];
        if (Math.floor(at / PAGE_SIZE) === page) view.setUint32(at % PAGE_SIZE, this.#words[i + 1], true);
        else left.push(at, this.#words[i + 1]);
      }
      this.#words = left;
    }
    return view;
  }

  /** A u64 below 2^53. */
  read64(offset: number): number {
    return this.read32(offset + 4) * 0x100000000 + this.read32(offset);
  }

  write64(offset: number, value: number): void {
    const low = value >>> 0;
    const high = Math.floor(value / 0x100000000);
    if (this.#pages === null && this.#words.length === 0) this.#words = [offset, low, offset + 4, high];
    else {
      this.write32(offset, low);
      this.write32(offset + 4, high);
    }
  }
}
