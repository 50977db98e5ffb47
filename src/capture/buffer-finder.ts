import type { CaptureRecord } from './record.ts';

/** Up to here looking through them all is quicker than a map. */
const FEW = 8;

/**
 * Finds buffers of a record by the pointer that leads to them: the number of the first at exactly that address (two
 * halves), or -1. For records of tens of thousands of buffers too; valid while the record is.
 */
export function bufferFinder(record: CaptureRecord): (lo: number, hi: number) => number {
  const { buffers, bufferCount } = record;
  if (bufferCount <= FEW) {
    return (lo, hi) => {
      for (let i = 0; i < bufferCount; i++) {
        if (buffers[i].addrLo === lo && buffers[i].addrHi === hi) return i;
      }
      return -1;
    };
  }
  let index: Map<string, number> | null = null;
  return (lo, hi) => {
    if (index === null) {
      index = new Map();
      for (let i = bufferCount - 1; i >= 0; i--) index.set(`${buffers[i].addrHi}:${buffers[i].addrLo}`, i);
    }
    return index.get(`${hi}:${lo}`) ?? -1;
  };
}
