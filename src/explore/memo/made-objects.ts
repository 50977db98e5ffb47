import type { Any } from '../state/objects.ts';
import { nameOf, type Places } from './places.ts';

/**
 * What objects that a run has just made are, besides their names. The build leaves reads of fields that never change
 * unnoted, so what refers to an object stands for those fields too; collections are noted whenever they are looked at.
 */
export class MadeObjects {
  readonly #places: Places;
  readonly #isNew: (name: number) => boolean;
  readonly #known = new Map<object, number>();

  constructor(places: Places, isNew: (name: number) => boolean) {
    this.#places = places;
    this.#isNew = isNew;
  }

  /** A number that is the same for objects that were made alike. */
  numberOf(target: Any): number {
    const before = this.#known.get(target);
    if (before !== undefined) return before;
    // An object that is met again within itself is told apart by its name.
    this.#known.set(target, 0);
    const number = this.#places.madeNumber(this.#describe(target));
    this.#known.set(target, number);
    return number;
  }

  #describe(target: Any): string {
    if (typeof target === 'function') {
      const captured = (target.$captured?.() ?? []) as unknown[];
      return `${target.$place ?? ''}(${captured.map((one) => this.#part(one))})`;
    }
    const kind = target.constructor?.name ?? '';
    if (ArrayBuffer.isView(target)) return `${kind} ${target.byteLength}`;
    if (Array.isArray(target) || target instanceof Map || target instanceof Set) return kind;
    if (typeof target.next === 'function') return 'generator';
    let text = kind;
    for (const name in target) text += ` ${name}=${this.#part(target[name])}`;
    return text;
  }

  #part(value: unknown): string {
    if ((typeof value !== 'object' || value === null) && typeof value !== 'function')
      return `${typeof value}${String(value)}`;
    const name = nameOf(value);
    if (name === undefined) return '?';
    return this.#isNew(name)
      ? `${name}:${this.numberOf(value)}`
      : `${this.#places.objectKey(value as object)}`;
  }
}
