/** A column whose length is not known before its end. */
export class Growing<T extends Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array> {
  #data: T;
  #length = 0;

  constructor(type: new (length: number) => T) {
    this.#data = new type(1024);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#data.length) {
      const larger = new (this.#data.constructor as new (length: number) => T)(this.#length * 2);
      larger.set(this.#data as never);
      this.#data = larger;
    }
    this.#data[this.#length++] = value;
  }

  set(at: number, value: number): void {
    this.#data[at] = value;
  }

  /** The values so far. */
  values(): T {
    return this.#data.slice(0, this.#length) as T;
  }
}
