/**
 * Numbers of places (access-log.ts): given when one is first met, and kept while there is one world, because objects' names are
 * the same in each of its schedules (objects.ts). The next world's begin anew, for lists by place are as long as there are numbers.
 */
import { mix32 } from './hash.ts';

/** What is a place without being a field of an object, of which there are several each. */
export const SPECIAL = {
  /** A thread has begun. */
  BEGUN: 0,
  /** What an invariant over states looks at. */
  JUDGED: 1,
  /** Which objects are freed. */
  FREED: 2,
  /** What is wrong by a check. */
  WRONG: 3,
} as const;
/** More than there are of one kind. */
const OF_A_KIND = 64;
const FIRST = OF_A_KIND * 4;

const SIZE = 4096;
/** An open-addressing table from the two words that name a place. */
let objects = new Int32Array(SIZE);
let keys = new Int32Array(SIZE);
let numbers = new Int32Array(SIZE);
let count = FIRST;

/** All numbers of places are below. */
export const placeCount = (): number => count;

/** The number of place `index` of a special kind: the same in every world. */
export const specialPlace = (kind: number, index: number): number => kind * OF_A_KIND + index;

/** Another world is about to be built: numbers that were given to its predecessor's places mean nothing any more. */
export function forgetPlaces(): void {
  if (count === FIRST) return;
  objects = new Int32Array(SIZE);
  keys = new Int32Array(SIZE);
  numbers = new Int32Array(SIZE);
  count = FIRST;
}

/** The number of a place: field or element `key` of the object that has the name `id`. */
export function placeOf(id: number, key: number): number {
  const mask = objects.length - 1;
  let at = mix32(Math.imul(id, 0x9e3779b1) ^ key) & mask;
  for (; numbers[at] !== 0; at = (at + 1) & mask) {
    if (objects[at] === id && keys[at] === key) return numbers[at] - 1;
  }
  if ((count - FIRST) * 2 > objects.length) {
    grow();
    return placeOf(id, key);
  }
  objects[at] = id;
  keys[at] = key;
  numbers[at] = ++count;
  return count - 1;
}

function grow(): void {
  const [oldObjects, oldKeys, oldNumbers] = [objects, keys, numbers];
  objects = new Int32Array(oldObjects.length * 2);
  keys = new Int32Array(objects.length);
  numbers = new Int32Array(objects.length);
  const mask = objects.length - 1;
  for (let i = 0; i < oldNumbers.length; i++) {
    if (oldNumbers[i] === 0) continue;
    let at = mix32(Math.imul(oldObjects[i], 0x9e3779b1) ^ oldKeys[i]) & mask;
    while (numbers[at] !== 0) at = (at + 1) & mask;
    objects[at] = oldObjects[i];
    keys[at] = oldKeys[i];
    numbers[at] = oldNumbers[i];
  }
}
