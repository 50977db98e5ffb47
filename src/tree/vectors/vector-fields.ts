/** Fields of a vector's operation, and lists of pages, as the tree's driver is asked with them. */
import { PAGE_SIZE, SZ_2M } from '../../../uapi/sizes.ts';
import type { Fields } from '../../conform/op-fields.ts';
import type { SgPiece } from '../../driver/gem/sg.ts';
import type { Run } from '../kernel.ts';

export type Value = number | bigint;

/** A field, a JSON number or a hex string, as it is. */
export function value(op: Fields, key: string, absent: Value = 0): Value {
  const found = op[key];
  if (found === undefined || found === null) return absent;
  return typeof found === 'number' ? found : BigInt(found as string);
}

/** The same as a Number; inexact above 2^53. */
export const num = (op: Fields, key: string, absent = 0): number => Number(value(op, key, absent));

/** An object's pages, run by run, from its scatter list. */
export function runsOf(pieces: Iterable<SgPiece>): Run[] {
  const runs: Run[] = [];
  let first = 0;
  for (const [pa, bytes, folio] of pieces) {
    if (bytes === 0) continue;
    runs.push({ first, frame: pa / PAGE_SIZE, pages: bytes / PAGE_SIZE, huge: folio >= SZ_2M });
    first += bytes / PAGE_SIZE;
  }
  return runs;
}
