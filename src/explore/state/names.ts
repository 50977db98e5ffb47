/** Keys of properties, and those that are left out of the fingerprint. */
import { mix32 } from './hash.ts';

const texts = new Map<string, number>();
/** Fields that are left out of the fingerprint: key of the name, and the classes whose field it is. */
const unhashed = new Map<number, (abstract new (...args: never[]) => object)[]>();

/** By the low bits of a key: whether there is such a field. That there is none is what is asked most, of every write. */
const someUnhashed = new Uint8Array(1 << 10);

/** 32 bits for a text. */
export function hashText(text: string): number {
  let h = texts.get(text);
  if (h === undefined) {
    h = 0x811c9dc5 | 0;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    texts.set(text, (h = mix32(h)));
  }
  return h;
}

const keys = new Map<string, number>();
const keyNames = new Map<number, string>();

/** The key of a property name. Names are hashed, so modules need not agree on numbers. */
export function $key(name: string): number {
  let key = keys.get(name);
  if (key === undefined) {
    keys.set(name, (key = hashText(name) | 1));
    keyNames.set(key, name);
  }
  return key;
}

/** The property name that has this key. */
export const nameOfKey = (key: number): string => keyNames.get(key) as string;

/** Leaves fields of a class out of the fingerprint, and what they refer to: nothing but reports reads them. */
export function $unhashed(of: abstract new (...args: never[]) => object, names: readonly string[]): void {
  for (const name of names) {
    const key = $key(name);
    unhashed.set(key, [...(unhashed.get(key) ?? []), of]);
    someUnhashed[key & (someUnhashed.length - 1)] = 1;
  }
}

/** Whether field `key` of `target` is left out. */
export function isUnhashed(target: object, key: number): boolean {
  if (someUnhashed[key & (someUnhashed.length - 1)] === 0) return false;
  return unhashed.get(key)?.some((one) => target instanceof one) === true;
}
