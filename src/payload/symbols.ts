/** Values in words: flag sets, enumerations, sizes and times. */

import type { Enumerator, EnumTable } from '../../uapi/enumeration.ts';
import { hex } from '../../uapi/hex.ts';
import type { Field } from '../../uapi/layout.ts';

const unsigned = (value: number): bigint => BigInt(value >>> 0);

/**
 * A value as names joined by ` | `; what has no name stays a number, and a value that a bit field does not define is
 * shown with its field. Empty for zero where zero has no name.
 */
export function symbolic(table: EnumTable, value: bigint, bitPerValue = false): string {
  if (bitPerValue) return bitNames(table, value);
  if (table.kind === 'enum') {
    return table.enumerators.find((one) => unsigned(one.value) === value)?.name ?? '';
  }
  const parts: string[] = [];
  let rest = value;
  const masks = new Set<bigint>();
  for (const one of table.enumerators) {
    if (one.isMask === true) continue;
    if (one.mask === undefined) {
      const bit = unsigned(one.value);
      if (bit === 0n || (value & bit) !== bit) continue;
      parts.push(one.name);
      rest &= ~bit;
      continue;
    }
    const mask = unsigned(one.mask);
    if (masks.has(mask)) continue;
    masks.add(mask);
    const named = table.enumerators.find((other) => isFieldValue(other, mask, value & mask));
    if (named === undefined) continue;
    parts.push(named.name);
    rest &= ~mask;
  }
  if (rest !== 0n) parts.push(hex(rest));
  return parts.join(' | ');
}

function isFieldValue(one: Enumerator, mask: bigint, value: bigint): boolean {
  return one.mask !== undefined && unsigned(one.mask) === mask && unsigned(one.value) === value;
}

function bitNames(table: EnumTable, value: bigint): string {
  const parts: string[] = [];
  let rest = value;
  for (const one of table.enumerators) {
    const bit = 1n << BigInt(one.value);
    if ((value & bit) === 0n) continue;
    parts.push(`bit ${one.name}`);
    rest &= ~bit;
  }
  if (rest !== 0n) parts.push(hex(rest));
  return parts.join(' | ');
}

/** The bits of a flag word that no enumerator of the table accounts for. */
export function unknownBits(table: EnumTable, value: bigint, known: (one: Enumerator) => boolean): bigint {
  let rest = value;
  for (const one of table.enumerators) {
    if (known(one)) rest &= ~(one.mask === undefined ? unsigned(one.value) : unsigned(one.mask));
  }
  return rest;
}

const sizes = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** `2 MiB`, `4608 bytes`: the largest unit that leaves a whole number. */
export function sizeWords(value: bigint): string {
  let n = value;
  let unit = 0;
  while (n >= 1024n && n % 1024n === 0n && unit < sizes.length - 1) {
    n /= 1024n;
    unit++;
  }
  return n === 1n && unit === 0 ? '1 byte' : `${n} ${sizes[unit]}`;
}

/** The number itself: hex where hex says more. */
export function numberOf(field: Field, value: bigint): string {
  const { hex: inHex, unit, set, pad } = field.info;
  if (inHex === true || set !== undefined || unit === 'address') return hex(value);
  if (pad === true) return value === 0n ? '0' : hex(value);
  return `${value}`;
}

/** What the number means: names, `2 MiB`, `ns`; empty when the number says it all. */
export function meaningOf(field: Field, value: bigint): string {
  const { set, unit, bitPerValue } = field.info;
  if (set !== undefined) {
    const words = symbolic(set, value, bitPerValue);
    return words === '' && value !== 0n ? `no ${set.name}` : words;
  }
  if (unit === 'bytes' && value >= 1024n) return sizeWords(value);
  if (unit === 'ns' || unit === 's' || unit === 'Hz' || unit === 'cycles') return unit;
  return '';
}
