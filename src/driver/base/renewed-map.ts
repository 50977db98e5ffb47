/** Deletions until the map is made anew: so many for each entry that stays, and these at least. */
const FOR_EACH = 4;
const LEAST = 256;

/**
 * A Map for entries that come and go all the time. V8 gives a Map a new hash table each time the old one is full of deleted
 * entries, and the old table refers to the new one. Once one such table is in the old generation, every later one and all that was
 * ever in it is taken for alive and copied, until garbage of the old generation is collected: milliseconds in which all
 * clients wait. The tables of another Map are not referred to, so from time to time the entries go to one.
 */
export class RenewedMap<K, V> {
  #map = new Map<K, V>();
  #deleted = 0;

  get size(): number {
    return this.#map.size;
  }

  get(key: K): V | undefined {
    return this.#map.get(key);
  }

  has(key: K): boolean {
    return this.#map.has(key);
  }

  set(key: K, value: V): void {
    this.#map.set(key, value);
  }

  /** @returns whether it was there */
  delete(key: K): boolean {
    if (!this.#map.delete(key)) return false;
    if (++this.#deleted > LEAST + FOR_EACH * this.#map.size) {
      this.#map = new Map(this.#map);
      this.#deleted = 0;
    }
    return true;
  }

  /** In the order in which they came; entries that come meanwhile may be left out, and ones that go meanwhile may be among them. */
  keys(): MapIterator<K> {
    return this.#map.keys();
  }

  /** Likewise. */
  values(): MapIterator<V> {
    return this.#map.values();
  }

  clear(): void {
    this.#map = new Map();
    this.#deleted = 0;
  }
}
