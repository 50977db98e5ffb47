/** What a step reads and writes: the places that it touches, and how. Where places come from is the engine's matter. */

/** What a step does at a place, as bits: COMMUTES is a write that can change places with others of its kind, `n++`. */
export const READS = 1;
export const WRITES = 2;
export const COMMUTES = 4;

/** For all that a step does at a place: what of another step depends on it. */
export const CLASHES = [0, 6, 7, 7, 3, 7, 7, 7] as const;

/** What one step did: places, and at each of them READS, WRITES and COMMUTES. */
export class AccessSet {
  places: number[] = [];
  /** By place. */
  modes = new Uint8Array(256);

  add(place: number, mode: number): void {
    if (place >= this.modes.length) {
      const larger = new Uint8Array(Math.max(this.modes.length * 2, place + 1));
      larger.set(this.modes);
      this.modes = larger;
    }
    const before = this.modes[place];
    if (before === 0) this.places.push(place);
    this.modes[place] = before | mode;
  }

  clear(): void {
    for (const place of this.places) this.modes[place] = 0;
    this.places.length = 0;
  }

  /** Whether anything was changed. */
  get changes(): boolean {
    return this.places.some((place) => this.modes[place] !== READS);
  }

  /** Puts in what another step did. */
  addAll(other: AccessSet): void {
    for (const place of other.places) this.add(place, other.modes[place]);
  }
}

/** Whether two steps that touch these depend on each other. */
export function clash(one: AccessSet, other: AccessSet): boolean {
  const { places, modes } = one;
  const limit = other.modes.length;
  for (let i = 0; i < places.length; i++) {
    const place = places[i];
    if (place < limit && (other.modes[place] & CLASHES[modes[place]]) !== 0) return true;
  }
  return false;
}
