import { UsageError } from '../exit.ts';

/** Record numbers, both ends included. */
export interface RecordRange {
  first: number;
  /** Infinity where the range is open. */
  last: number;
}

/**
 * Reads record ranges as `0-100,200-`: single numbers, from-to, from-, -to. Throws UsageError.
 */
export function parseRanges(text: string): RecordRange[] {
  return text.split(',').map((part) => {
    const match = /^\s*(\d*)\s*(-?)\s*(\d*)\s*$/.exec(part);
    if (match === null || (match[1] === '' && match[3] === '')) {
      throw new UsageError(`${part}: not a range of records; say something like 0-100,200-`);
    }
    const first = match[1] === '' ? 0 : Number(match[1]);
    const last = match[3] !== '' ? Number(match[3]) : match[2] === '' ? first : Number.POSITIVE_INFINITY;
    if (last < first) throw new UsageError(`${part}: the range ends before it begins`);
    return { first, last };
  });
}

export function inRanges(ranges: RecordRange[], n: number): boolean {
  return ranges.some(({ first, last }) => n >= first && n <= last);
}

/** Whether every range has ended before record `n`. */
export function pastRanges(ranges: RecordRange[], n: number): boolean {
  return ranges.every(({ last }) => n > last);
}
