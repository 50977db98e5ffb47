/** Fewer numbers than that are searched by halves at once. */
const MANY = 16;

/**
 * The place of the first of the numbers sorted[lo, hi) that is greater than `value`, or `hi`. Of many, those around the place
 * are looked at first where it is if they are evenly spread from `least`, which is no greater than `value`, to `beyond`, which
 * is: clients put mappings side by side or at even distances, and what is not looked at need not come from memory.
 */
export function upperBound(
  sorted: Float64Array,
  lo: number,
  hi: number,
  value: number,
  least: number,
  beyond: number,
): number {
  if (hi - lo > MANY) {
    const guess = lo + ((((value - least) / (beyond - least)) * (hi - lo)) | 0);
    if (sorted[guess] <= value) {
      lo = guess + 1;
      if (lo === hi || sorted[lo] > value) return lo;
      if (lo + 4 < hi && sorted[lo + 4] > value) hi = lo + 4;
    } else {
      hi = guess;
      if (hi - 4 > lo && sorted[hi - 4] <= value) lo = hi - 3;
    }
  }
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (sorted[mid] <= value) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}
