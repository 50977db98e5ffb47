/** Up to so many regions are looked through one by one. */
const FEW = 16;
/** Regions that are put in order between two pauses. */
const PAUSE = 1024;

/**
 * User memory as one ioctl sees it: the argument struct and the buffers that pointers in it lead to. The bytes live in
 * one array, whatever they came from (a capture record, a message of a live client, a test), so that the driver decodes
 * fields in place.
 *
 * Addresses are Numbers; user addresses are below 2^48, anything above 2^53 is never found (EFAULT).
 */
export class UserMemory {
  data: Uint8Array;
  view: DataView;
  /** How many bytes of `data` are in use. */
  used = 0;
  count = 0;
  readonly addrs: number[] = [];
  readonly sizes: number[] = [];
  readonly offsets: number[] = [];
  /** Whether copy_to_user touched the region. */
  readonly dirty: boolean[] = [];
  #last = 0;
  /** Of many regions: their numbers by address, and of the first n of those the one that ends last. */
  #sorted = new Int32Array(0);
  #farthest = new Int32Array(0);
  #indexed = 0;

  constructor(capacity = 4096) {
    this.data = new Uint8Array(capacity);
    this.view = new DataView(this.data.buffer);
  }

  /** Forgets all regions; the storage is kept for the next ioctl. */
  reset(): void {
    this.used = 0;
    this.count = 0;
    this.#last = 0;
    this.#indexed = 0;
  }

  /** Adds `size` zero bytes at user address `addr` and returns their offset in `data` (8-byte aligned). */
  reserve(addr: number, size: number): number {
    const at = this.claim(addr, size);
    this.data.fill(0, at, at + size);
    return at;
  }

  /** reserve() for those who write all of the bytes: they are what they were before. */
  claim(addr: number, size: number): number {
    const at = (this.used + 7) & ~7;
    const end = at + size;
    if (end > this.data.length) this.#grow(end);
    const i = this.count++;
    this.addrs[i] = addr;
    this.sizes[i] = size;
    this.offsets[i] = at;
    this.dirty[i] = false;
    this.used = end;
    return at;
  }

  /** Uses the caller's bytes as storage, until the next adopt(): place() says what is where in them. */
  adopt(bytes: Uint8Array, view: DataView): void {
    this.data = bytes;
    this.view = view;
  }

  /** Adds a region that is in the storage already, at offset `at` (ascending from call to call) in `size` bytes. */
  place(addr: number, at: number, size: number): void {
    const i = this.count++;
    this.addrs[i] = addr;
    this.sizes[i] = size;
    this.offsets[i] = at;
    this.dirty[i] = false;
    this.used = at + size;
  }

  /** Adds a region that holds `bytes`; returns its offset in `data`. */
  add(addr: number, bytes: Uint8Array): number {
    const at = this.reserve(addr, bytes.length);
    this.data.set(bytes, at);
    return at;
  }

  /** access_ok() and the page tables in one: the offset in `data` of user range [addr, addr+size), or -1 (EFAULT). */
  locate(addr: number, size: number): number {
    let i = this.#last;
    if (i < this.count && addr >= this.addrs[i] && addr + size <= this.addrs[i] + this.sizes[i]) {
      return (this.offsets[i] + (addr - this.addrs[i])) | 0;
    }
    if (this.count > FEW) return this.#search(addr, size);
    for (i = 0; i < this.count; i++) {
      if (addr >= this.addrs[i] && addr + size <= this.addrs[i] + this.sizes[i]) {
        this.#last = i;
        return (this.offsets[i] + (addr - this.addrs[i])) | 0;
      }
    }
    return -1;
  }

  /** Looks a range up by bisection. Of regions that overlap, the one that reaches farthest is it. */
  #search(addr: number, size: number): number {
    if (this.#indexed !== this.count) this.index();
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.addrs[this.#sorted[middle]] <= addr) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return -1;
    const i = this.#farthest[low - 1];
    if (addr + size > this.addrs[i] + this.sizes[i]) return -1;
    this.#last = i;
    return (this.offsets[i] + (addr - this.addrs[i])) | 0;
  }

  /**
   * Puts many regions in order, so that they can be found: to be called where others may have their turn meanwhile (`pause`), or
   * it is done by the first look. A merge sort, which stops at any place and takes order that is there already.
   */
  index(pause: () => void = () => undefined): void {
    const { addrs, sizes, count } = this;
    let order = Int32Array.from({ length: count }, (_, i) => i);
    let spare = new Int32Array(count);
    for (let width = 1; width < count; width *= 2) {
      for (let low = 0; low < count; low += 2 * width) {
        this.#merge(order, spare, low, Math.min(low + width, count), Math.min(low + 2 * width, count));
        if (width >= PAUSE || low % PAUSE === 0) pause();
      }
      [order, spare] = [spare, order];
    }
    let last = count === 0 ? 0 : order[0];
    const farthest = spare;
    for (let i = 0; i < count; i++) {
      const at = order[i];
      if (addrs[at] + sizes[at] > addrs[last] + sizes[last]) last = at;
      farthest[i] = last;
    }
    this.#sorted = order;
    this.#farthest = farthest;
    this.#indexed = count;
  }

  /** Merges from[low, middle) and from[middle, high), each in order of addresses. */
  #merge(from: Int32Array, to: Int32Array, low: number, middle: number, high: number): void {
    const { addrs } = this;
    let a = low;
    let b = middle;
    for (let i = low; i < high; i++) {
      to[i] = a < middle && (b >= high || addrs[from[a]] <= addrs[from[b]]) ? from[a++] : from[b++];
    }
  }

  /** copy_to_user(): false is EFAULT. */
  write(addr: number, bytes: Uint8Array): boolean {
    if (bytes.length === 0) return true;
    const at = this.locate(addr, bytes.length);
    if (at < 0) return false;
    this.data.set(bytes, at);
    this.markDirty(at);
    return true;
  }

  /** Notes that the region around offset `at` was written in place. */
  markDirty(at: number): void {
    // Offsets ascend.
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.offsets[middle] <= at) low = middle + 1;
      else high = middle;
    }
    if (low > 0 && at < this.offsets[low - 1] + this.sizes[low - 1]) this.dirty[low - 1] = true;
  }

  /** A little-endian u64 at an offset in `data`, as a Number; exact below 2^53. */
  u64(at: number): number {
    return this.view.getUint32(at + 4, true) * 0x100000000 + this.view.getUint32(at, true);
  }

  setU64(at: number, value: number): void {
    this.view.setUint32(at, value >>> 0, true);
    this.view.setUint32(at + 4, Math.floor(value / 0x100000000), true);
  }

  #grow(need: number): void {
    let size = Math.max(this.data.length * 2, 64);
    while (size < need) size *= 2;
    const data = new Uint8Array(size);
    data.set(this.data);
    this.data = data;
    this.view = new DataView(data.buffer);
  }
}
