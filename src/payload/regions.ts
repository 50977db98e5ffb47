import type { Region } from './payload.ts';

/** Up to here looking through them all is quicker than sorting them. */
const FEW = 8;

/**
 * What is known of `size` bytes at a user address, as much of it as one region holds; null where nothing is. Of regions
 * that overlap, the first that was given, or, of many, the one that reaches farthest.
 */
export type FindBytes = (address: bigint, size: bigint) => Uint8Array | null;

/** Looks bytes up in regions, in a time that does not grow with their number. */
export function bytesFinder(regions: readonly Region[]): FindBytes {
  if (regions.length <= FEW) {
    return (address, size) => {
      const found = regions.find((one) => address >= one.address && address < endOf(one));
      return found === undefined ? null : part(found, address, size);
    };
  }
  let sorted: Region[] | null = null;
  /** Of sorted[0] to sorted[i]: the region that ends last. */
  let farthest: Region[] = [];
  return (address, size) => {
    if (sorted === null) {
      sorted = [...regions].sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
      let last = sorted[0];
      farthest = sorted.map((one) => {
        if (endOf(one) > endOf(last)) last = one;
        return last;
      });
    }
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle].address <= address) low = middle + 1;
      else high = middle;
    }
    const found = low === 0 ? null : farthest[low - 1];
    return found === null || address >= endOf(found) ? null : part(found, address, size);
  };
}

function endOf({ address, bytes }: Region): bigint {
  return address + BigInt(bytes.length);
}

function part({ address: start, bytes }: Region, address: bigint, size: bigint): Uint8Array {
  const from = Number(address - start);
  const known = BigInt(bytes.length - from);
  return bytes.subarray(from, from + Number(size < known ? size : known));
}
