import type { GemObject } from './gem.ts';

/** Objects of one device, by their serials: a Set would have V8 make a hash for each object that comes and goes. */
export class GemSet {
  readonly #bySerial: (GemObject | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds an object that is not in the set. */
  add(bo: GemObject): void {
    while (this.#bySerial.length <= bo.serial) this.#bySerial.push(undefined);
    this.#bySerial[bo.serial] = bo;
    this.#size++;
  }

  /** Whether the object was there. */
  delete(bo: GemObject): boolean {
    if (this.#bySerial[bo.serial] !== bo) return false;
    this.#bySerial[bo.serial] = undefined;
    this.#size--;
    return true;
  }

  /** The objects, in the order of their serials. */
  all(): GemObject[] {
    return this.#bySerial.filter((bo) => bo !== undefined);
  }
}
